package hostile;

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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/** Paths with handlers that do what no handler should do. The context parameter {@code hostile.millis} contains how long they block. */
@WebListener
public final class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        long nanos = Long.parseLong(event.getServletContext().getInitParameter("hostile.millis")) * 1_000_000;
        Changeover changeover = Changeover.of(event.getServletContext());
        changeover.path("/deed/{in}/{deed}").offer(new Offered((request, record) -> new Hostile(record, request.pathParameters().get("in"),
                Deed.valueOf(request.pathParameters().get("deed")), nanos)));
        changeover.path("/quiet").offer(new Offered((request, record) -> new Quiet(record)));
        changeover.path("/crowd").offer(new Offered((request, record) -> new Crowd(record)));
        changeover.path("/calls").offer(new Offered((request, record) -> new Calls(record, nanos)));
        changeover.path("/sleepy").offer(new Offered((request, record) -> new Sleepy(record, nanos)));
    }

    private record Offered(BiFunction<UpgradeRequest, Record, ConnectionHandler> handler) implements UpgradeProtocol {
        private static final AtomicInteger COUNT = new AtomicInteger();

        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("hostile"));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> handler.apply(request, Record.of(COUNT.incrementAndGet() + " on " + request.path())));
        }
    }
}
