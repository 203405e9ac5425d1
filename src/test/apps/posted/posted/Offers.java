package posted;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** {@code /original} carries the application's response over {@code original/1}. It fails to make a handler if the query requests it. */
@WebListener
public final class Offers implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover.of(event.getServletContext()).path("/original/*").offer(new Original());
        Changeover.of(event.getServletContext()).path("/refused").offer(new Original())
                .gate((request, token) -> java.util.Optional.of(new Decision.Refuse(Integer.parseInt(request.query()), "Refused.")));
        Changeover.of(event.getServletContext()).path("/strict/*").offer(new Original()).required();
    }

    private static final class Original implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("original/1"));
        }

        @Override
        public io.github.changeover.spi.ContentRule content() {
            return io.github.changeover.spi.ContentRule.allowing("GET", "POST");
        }

        @Override
        public boolean answersOriginalRequest() {
            return true;
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return new Decision.Switch(List.of(offered), Fields.none(), context -> make(request.query(), context));
        }

        private static ConnectionHandler make(String query, SwitchContext context) {
            if (query.contains("throw")) throw new IllegalArgumentException("asked to throw");
            if (query.contains("error")) throw new NoClassDefFoundError("asked to throw an error");
            if (query.contains("null")) return null;
            return new Told(context);
        }
    }

    /** Sends the response as it is, then echoes. */
    private static final class Told implements ConnectionHandler.Events {
        private final byte[] answer;

        Told(SwitchContext context) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try (InputStream body = context.original().orElseThrow().body().open()) {
                body.transferTo(all);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            all.writeBytes("\n".getBytes());
            answer = all.toByteArray();
        }

        @Override
        public void opened(SwitchedConnection connection) {
            connection.send(ByteBuffer.wrap(answer));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }
}
