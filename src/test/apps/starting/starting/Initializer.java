package starting;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.websocket.DeploymentException;
import java.util.Set;

/** Another initializer. Its listener is called after the one of the library. */
public final class Initializer implements ServletContainerInitializer {
    @Override
    public void onStartup(Set<Class<?>> classes, ServletContext context) {
        context.addListener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                try {
                    Line.at("/by-listener", event.getServletContext());
                } catch (DeploymentException failure) {
                    throw new IllegalStateException(failure);
                }
            }
        });
    }
}
