package lived;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.ref.WeakReference;

/** Stores a weak reference to the application's class loader for the test. */
@WebListener
public final class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        System.getProperties().put("lived.loader", new WeakReference<>(Start.class.getClassLoader()));
    }
}
