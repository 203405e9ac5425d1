package operated;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.List;
import java.util.function.Supplier;

/** Offers the protocols of the operator tests. */
@WebListener
public final class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover changeover = Changeover.of(event.getServletContext());
        for (String path : List.of("/guest", "/narrow", "/member")) changeover.path(path).offer(new Offered("guest/1", Guest::new));
        changeover.path("/scarce").offer(new Offered("scarce/1", Guest::new));
        changeover.path("/stays").offer(new Offered("guest/1", Stays::new));
        changeover.path("/flood").offer(new Offered("flood/1", Flood::new));
        changeover.path("/broken").offer(new Offered("guest/1", () -> {
            throw new IllegalStateException("no handler today");
        }));
    }

    private record Offered(String token, Supplier<ConnectionHandler> handler) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(token));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> handler.get());
        }
    }
}
