package bodies;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Offers three protocols on every path: {@code bare} for GET without content, {@code never}, which is always rejected, and {@code laden} for any request. */
@WebListener
public final class Offers implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover.of(event.getServletContext()).path("/*").offer(
                new Offered("bare", ContentRule.NONE, token -> Decision.Switch.to(token, Laden::new)),
                new Offered("never", ContentRule.allowing(), token -> new Decision.Refuse(403, "Never.")),
                new Offered("laden", ContentRule.allowing(), token -> Decision.Switch.to(token, Laden::new)));
    }

    private record Offered(String name, ContentRule content, Function<ProtocolToken, Decision> decision) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(name));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return decision.apply(offered);
        }
    }

    /** Sends first the digest of the request's content, then echoes every byte. */
    private static final class Laden implements ConnectionHandler.Events {
        private final String content;

        Laden(SwitchContext context) {
            content = Digest.of(context.content()) + "\n";
        }

        @Override
        public void opened(SwitchedConnection connection) {
            connection.send(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }
}
