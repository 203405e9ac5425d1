package io.github.changeover;

import io.github.changeover.internal.ApplicationOffers;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToggles;
import jakarta.servlet.ServletContext;
import java.time.Duration;

/**
 * The entry point of the API: call it from a {@code ServletContextListener}, a {@code ServletContainerInitializer} or {@code Servlet.init}.
 * <pre>{@code
 * Changeover.of(servletContext).path("/lines/*").offer(protocol).required();
 * }</pre>
 * Paths can be offered until the first upgrade request after the start of the application. This request fixes the rules. Ordinary requests do not fix
 * them, because a servlet may be initialized by its first request. An upgrade request that arrives while the application starts is rejected with 503
 * and fixes nothing. Settings override the values that are set here. Thread-safe.
 */
public final class Changeover {
    private static final String ATTRIBUTE = Changeover.class.getName();
    private final ApplicationOffers offers;

    private Changeover(ApplicationOffers offers) {
        this.offers = offers;
    }

    /** Returns the instance of the application. The first call creates it. */
    public static Changeover of(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof Changeover made) return made;
            Changeover made = new Changeover(ApplicationOffers.of(context));
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
        offers.requireNotFixed();
        return new PathOffer(offers, template);
    }

    /**
     * Adds a check for every path, and for every switch that the application itself requests while it responds. Checks run in the order of these calls,
     * before those of the path ({@link PathOffer#gate}). The console is not included; it has its own access check.
     *
     * @throws IllegalStateException if the rules are fixed; the message contains the request that fixed them and its time
     */
    public Changeover gate(Gate gate) {
        offers.addGate(gate);
        return this;
    }

    /** Returns the toggles that turn protocols off and on at any time. A change applies to later requests. Existing connections stay open. */
    public ProtocolToggles toggles() {
        return offers.toggles();
    }

    /**
     * Drains the application: rejects new connections with 503 from now on, calls {@code drain} of every handler, and waits at most
     * {@code grace} for the connections to end. The settings {@code changeover.drain.pace} and {@code changeover.drain.code} apply. Then it closes the remaining connections without their handlers and waits at most two seconds
     * more. Ordinary HTTP requests are still served. Call it on a thread of the application, not in a callback: there it would wait for the
     * connection of the callback. The operation {@code stopDraining()} of JMX and of the console ends the drain: this method returns, and the
     * connections that are still open stay open.
     *
     * @return whether every connection ended within {@code grace}
     * @throws IllegalStateException if the application has not started, or has stopped
     */
    public boolean drain(Duration grace) {
        return offers.drain(grace);
    }
}
