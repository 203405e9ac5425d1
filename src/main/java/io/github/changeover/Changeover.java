package io.github.changeover;

import io.github.changeover.http.PrintableText;
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
 * The entry point of the API: call it from a {@code ServletContextListener}, a {@code ServletContainerInitializer} or {@code Servlet.init}.
 * <pre>{@code
 * Changeover.of(servletContext).path("/lines/*").offer(protocol).required();
 * }</pre>
 * Paths can be offered until the first upgrade request after the start of the application. This request fixes the rules. Ordinary requests do not fix
 * them, because a servlet may be initialised by its first request. An upgrade request that arrives while the application starts is rejected with 503
 * and fixes nothing. Settings override the values that are set here. Thread-safe.
 */
public final class Changeover {
    private static final String ATTRIBUTE = Changeover.class.getName();
    private final TokenSwitches switches = new TokenSwitches();
    private volatile Predicate<Duration> drain;     // null while the application does not run
    private List<OfferedPath> paths = List.of();    // this and the next two fields are guarded by this
    private Follower follower = Follower.NOBODY;
    private String fixedBy = "";                    // empty while paths can be offered

    private Changeover() {
    }

    /** Makes rules from the offers. Internal. */
    public interface Follower {
        Follower NOBODY = paths -> () -> { };

        /**
         * Makes the rules, but does not put them into force. Called without a lock, possibly by several threads at the same time. Called again if
         * another thread has changed the offers in the meantime.
         *
         * @return an action that puts the rules into force; it is called while a lock is held, so it must only store them
         * @throws IllegalArgumentException if these offers do not fit together; then nothing is changed
         */
        Runnable prepare(List<OfferedPath> paths);

        /** Called after a change has been put into force, without a lock. */
        default void changed() {
        }
    }

    /** Returns the instance of the application. The first call creates it. */
    public static Changeover of(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof Changeover made) return made;
            Changeover made = new Changeover();
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /**
     * Returns the offer of a path within the application: {@code /lines}, {@code /lines/{room}} or {@code /lines/*}.
     *
     * @throws IllegalStateException if the rules are fixed; the message contains the request that fixed them and its time
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

    /** Stores a change. Returns {@code false} if another thread has changed the offers or the follower since they were read; then nothing is stored. */
    private synchronized boolean put(List<OfferedPath> before, List<OfferedPath> after, Follower followed, Follower follows, Runnable put) {
        if (paths != before || follower != followed) return false;
        mustBeOpen();
        paths = after;
        follower = follows;
        put.run();
        return true;
    }

    /** Called when the application starts: the follower receives the current offers now, and every later change. Internal. */
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

    /** Called when the application has stopped. Internal. */
    public synchronized void unfollowed() {
        follower = Follower.NOBODY;
    }

    /** Fixes the rules. Returns {@code false} if they were already fixed. Internal. */
    public synchronized boolean fix(UpgradeRequest first) {
        if (!fixedBy.isEmpty()) return false;
        fixedBy = PrintableText.of(first.method(), 40) + " " + first.printablePath() + " at " + Instant.now();
        return true;
    }

    private void mustBeOpen() {
        if (fixedBy.isEmpty()) return;
        throw new IllegalStateException("The rules of upgrades are fixed since the first upgrade request, " + fixedBy + ": offer paths and add endpoints earlier, "
                + "from a ServletContextListener, a ServletContainerInitializer or the init method of a servlet with load-on-startup");
    }

    /** Returns the switches that turn protocols off and on at any time. A change applies to later requests. Existing connections stay open. */
    public TokenSwitches switches() {
        return switches;
    }

    /**
     * Drains the application: rejects new connections with 503 from now on, requests every handler to close its connection, and waits for the
     * connections to end. It waits at most {@code grace}. Then it closes the remaining connections without their handlers and waits at most two
     * seconds more. Ordinary HTTP requests are still served. Call it on a thread of the application, not in a callback: there it would wait for
     * the connection of the callback. The operation {@code stopDraining()} of JMX and of the console undoes it for later connections.
     *
     * @return whether every connection ended within {@code grace}
     * @throws IllegalStateException if the application has not started, or has stopped
     */
    public boolean drain(Duration grace) {
        Predicate<Duration> now = drain;
        if (now == null) throw new IllegalStateException("The application has not started, or has stopped: there is nothing to drain");
        return now.test(grace);
    }

    /** Sets the action of {@link #drain}. Called when the application starts, and with null when it stops. Internal. */
    public void drainedBy(Predicate<Duration> order) {
        drain = order;
    }
}
