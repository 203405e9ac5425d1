package endpoints;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;

/** Adds an endpoint, as a listener may. */
@WebListener
public final class Start implements ServletContextListener {
    /** The container calls this constructor. */
    public Start() {
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServerContainer container = (ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName());
        try {
            container.addEndpoint(Programmatic.at("/added", "good day"));
        } catch (DeploymentException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
