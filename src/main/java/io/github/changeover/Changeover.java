package io.github.changeover;

import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The entry point for programs: call it from a {@code ServletContextListener}, a {@code ServletContainerInitializer} or {@code Servlet.init}.
 * <pre>{@code
 * Changeover.of(servletContext).path("/lines/*").offer(protocol).required();
 * }</pre>
 * Paths can be offered until the first upgrade request after the start of the application: it fixes the rules. Ordinary requests do not, because a
 * servlet may be initialised by its first request. An upgrade request that comes while the application starts is answered 503 and fixes nothing.
 * Settings override what is said here. Thread-safe.
 */
public final class Changeover {
    private static final String ATTRIBUTE = Changeover.class.getName();
    private final TokenSwitches switches = new TokenSwitches();
    private volatile Predicate<Duration> drain;     // null while the application does not run
    private List<OfferedPath> paths = List.of();    // guarded by this, as are the next two
    private Follower follower = Follower.NOBODY;
    private String fixedBy = "";                    // empty while paths can be offered

    private Changeover() {
    }

    /** What makes rules of the offers. Internal. */
    public interface Follower {
        Follower NOBODY = paths -> () -> { };

        /**
         * Called without a lock, perhaps by several threads at a time, and again when another thread was faster.
         *
         * @return puts the result into force; called within a lock, so it only stores
         * @throws IllegalArgumentException when these offers do not fit together; nothing is changed
         */
        Runnable prepare(List<OfferedPath> paths);

        /** A change is in force. Called without a lock. */
        default void changed() {
        }
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
     * The offer of a path within the application: {@code /lines}, {@code /lines/{room}} or {@code /lines/*}.
     *
     * @throws IllegalStateException when the rules are fixed; names the request that fixed them, and its time
     */
    public PathOffer path(String template) {
        synchronized (this) {
            mustBeOpen();
        }
        return new PathOffer(this, template);
    }

    void change(String template, UnaryOperator<OfferedPath> how) {
        while (true) {
            List<OfferedPath> before;
            Follower follows;
            synchronized (this) {
                mustBeOpen();
                before = paths;
                follows = follower;
            }
            List<OfferedPath> after = changed(before, template, how);
            Runnable put = follows.prepare(after);
            if (!put(before, after, follows, follows, put)) continue;
            follows.changed();
            return;
        }
    }

    private static List<OfferedPath> changed(List<OfferedPath> before, String template, UnaryOperator<OfferedPath> how) {
        List<OfferedPath> after = new ArrayList<>(before);
        for (int i = 0; i < after.size(); i++) {
            if (!after.get(i).template().equals(template)) continue;
            after.set(i, how.apply(after.get(i)));
            return List.copyOf(after);
        }
        after.add(how.apply(OfferedPath.of(template)));
        return List.copyOf(after);
    }

    /** Unless another thread was faster. */
    private synchronized boolean put(List<OfferedPath> before, List<OfferedPath> after, Follower followed, Follower follows, Runnable put) {
        if (paths != before || follower != followed) return false;
        mustBeOpen();
        paths = after;
        follower = follows;
        put.run();
        return true;
    }

    /** The start of the application: this one gets the offers so far, and every change from now on. Internal. */
    public void followedBy(Follower follows) {
        while (true) {
            List<OfferedPath> now;
            Follower before;
            synchronized (this) {
                now = paths;
                before = follower;
            }
            if (put(now, now, before, follows, follows.prepare(now))) return;
        }
    }

    /** The application has stopped. Internal. */
    public synchronized void unfollowed() {
        follower = Follower.NOBODY;
    }

    /** Fixes the rules, unless they are. Internal. */
    public synchronized boolean fix(UpgradeRequest first) {
        if (!fixedBy.isEmpty()) return false;
        fixedBy = first.method().replaceAll("[^!-~]|(?<=.{40}).", "") + " " + first.printablePath() + " at " + Instant.now();
        return true;
    }

    private void mustBeOpen() {
        if (fixedBy.isEmpty()) return;
        throw new IllegalStateException("The rules of upgrades are fixed since the first upgrade request, " + fixedBy + ": offer paths and add endpoints earlier, "
                + "from a ServletContextListener, a ServletContainerInitializer or the init method of a servlet with load-on-startup");
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
}
