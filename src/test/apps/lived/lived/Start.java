package lived;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.ref.WeakReference;

/** Leaves a weak reference to the application's class loader where the test finds it. */
@WebListener
public final class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        System.getProperties().put("lived.loader", new WeakReference<>(Start.class.getClassLoader()));
    }
}
