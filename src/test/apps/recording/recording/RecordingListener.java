package recording;

import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.annotation.WebListener;

/** Records the container's request, before any filter. */
@WebListener
public final class RecordingListener implements ServletRequestListener {
    @Override
    public void requestInitialized(ServletRequestEvent event) {
        Seen.record("listener", event.getServletRequest());
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        Seen.record("destroyed", event.getServletRequest());
    }
}
