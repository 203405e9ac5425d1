package dispatches;

import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sees the container's request before any filter, and after everything else. It is declared in web.xml, so it is called before listeners that
 * initializers add.
 */
public final class Watching implements ServletRequestListener, ServletRequestAttributeListener {
    static final Map<String, String> ENDED = new ConcurrentHashMap<>();

    @Override
    public void requestInitialized(ServletRequestEvent event) {
        event.getServletRequest().setAttribute("seen", Facts.of(event.getServletRequest()));
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        String key = event.getServletRequest().getParameter("key");
        if (key != null) ENDED.put(key, Facts.of(event.getServletRequest()));
    }

    @Override
    public void attributeAdded(ServletRequestAttributeEvent event) {
        if (event.getName().equals("seen")) event.getServletRequest().setAttribute("added", Facts.of(event.getServletRequest()));
    }
}
