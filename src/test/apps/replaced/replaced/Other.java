package replaced;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.websocket.server.ServerContainer;
import java.lang.reflect.Proxy;

/** Replaces the {@code ServerContainer} of the application with its own, as another engine would. */
@WebListener
public class Other implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        Object other = Proxy.newProxyInstance(Other.class.getClassLoader(), new Class<?>[] {ServerContainer.class}, (proxy, method, arguments) -> switch (method.getName()) {
            case "hashCode" -> 1;
            case "equals" -> proxy == arguments[0];
            case "toString" -> "another engine";
            default -> null;
        });
        event.getServletContext().setAttribute(ServerContainer.class.getName(), other);
    }
}
