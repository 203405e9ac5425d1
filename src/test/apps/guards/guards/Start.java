package guards;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;

/** A listener in web.xml: adds its own filters, and offers {@code greeting} on the paths of the tests. */
public final class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        filter(context, "listener-before", false);
        filter(context, "listener-after", true);
        Changeover changeover = Changeover.of(context);
        changeover.path("/page/{name}").offer(new Greeting());
        changeover.path("/page/configured").offer(new Greeting());
        changeover.path("/secret/{name}").offer(new Greeting());
        changeover.path("/page/ignored").offer(new Declining(new Decision.Ignore("not today")));
        changeover.path("/page/moved").offer(new Declining(new Decision.Refuse(307, io.github.changeover.spi.Fields.of("Location", "/elsewhere"), "It is elsewhere.")));
    }

    private static void filter(ServletContext context, String name, boolean after) {
        FilterRegistration.Dynamic filter = context.addFilter(name, Guard.class);
        filter.setAsyncSupported(true);
        filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), after, "/*");
    }

    /** Sends the user and the roles, then echoes. */
    static class Greeting implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("greeting"));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> {
                Seen.add(context.request().query(), "handler");
                return new Greeter();
            });
        }
    }

    private static final class Declining extends Greeting {
        private final Decision decision;

        Declining(Decision decision) {
            this.decision = decision;
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return decision;
        }
    }

    static class Greeter implements ConnectionHandler.Events {
        @Override
        public void opened(SwitchedConnection connection) {
            String who = connection.request().principal().map(java.security.Principal::getName).orElse("nobody");
            connection.send(ByteBuffer.wrap((who + " " + connection.request().roles() + "\n").getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }
}
