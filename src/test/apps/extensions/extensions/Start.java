package extensions;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/** Adds the endpoints, each with extensions of its own. */
@WebListener
public class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServerContainer container = (ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName());
        Extension any = new Named("any", List.of());
        try {
            container.addEndpoint(config("/default", new Xor(), any).build());
            for (String how : new String[] {"none", "reversed", "unoffered", "malformed", "super"}) container.addEndpoint(config("/" + how, new Xor(), any).configurator(new Choosing(how)).build());
        } catch (DeploymentException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    private static ServerEndpointConfig.Builder config(String path, Extension... extensions) {
        return ServerEndpointConfig.Builder.create(Echo.class, path).extensions(List.of(extensions));
    }
}
