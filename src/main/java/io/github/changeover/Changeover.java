package io.github.changeover;

import io.github.changeover.spi.TokenSwitches;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The entry point for programs: call it from a {@code ServletContextListener} or a {@code ServletContainerInitializer}.
 * <pre>{@code
 * Changeover.of(servletContext).path("/lines/*").offer(protocol).required();
 * }</pre>
 * What is said here is fixed once the application has started. Settings have the last word over it.
 */
public final class Changeover {
    private static final String ATTRIBUTE = Changeover.class.getName();
    private final List<PathOffer> paths = new ArrayList<>();
    private final TokenSwitches switches = new TokenSwitches();
    private boolean fixed;
    private volatile Predicate<Duration> drain;     // null while the application does not run

    private Changeover() {
    }

    /** The application's; made at the first call. */
    public static Changeover of(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof Changeover made) return made;
            Changeover made = new Changeover();
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /**
     * The offer of a path within the application, made at the first call: {@code /lines}, {@code /lines/{room}} or {@code /lines/*}.
     *
     * @throws IllegalStateException when the application has started
     */
    public synchronized PathOffer path(String template) {
        mustBeOpen();
        return paths.stream().filter(path -> path.template().equals(template)).findFirst().orElseGet(() -> {
            PathOffer path = new PathOffer(this, template);
            paths.add(path);
            return path;
        });
    }

    /** Which protocols are off: at any time, for requests that come after. Connections that have switched stay. */
    public TokenSwitches switches() {
        return switches;
    }

    /**
     * Turns new connections away with 503 from now on, asks every handler to close its connection, and waits for them to end: at most
     * {@code grace}, and two seconds more for those that are closed without their handlers then. Ordinary HTTP goes on. Call it from
     * a thread of the application's, not in a callback, whose own connection would be waited for. JMX, the console and
     * {@code welcome()} there undo it for the connections that come after.
     *
     * @return whether every connection had ended within {@code grace}
     * @throws IllegalStateException when the application has not started, or has stopped
     */
    public boolean drain(Duration grace) {
        Predicate<Duration> now = drain;
        if (now == null) throw new IllegalStateException("The application has not started, or has stopped: there is nothing to drain");
        return now.test(grace);
    }

    /** For the start of the application, and with null for its end. */
    public void drainedBy(Predicate<Duration> order) {
        drain = order;
    }

    /** Fixes what was said and answers it. For the start of the application. */
    public synchronized List<PathOffer> fix() {
        fixed = true;
        return List.copyOf(paths);
    }

    void mustBeOpen() {
        if (fixed) {
            throw new IllegalStateException("The application has started: say what is offered earlier, "
                    + "from a ServletContextListener or a ServletContainerInitializer");
        }
    }
}
