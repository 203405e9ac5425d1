package io.github.changeover.internal;

import io.github.changeover.http.PrintableText;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The offers of one application and the operations on it. Thread-safe. */
public final class ApplicationOffers {
    private static final String ATTRIBUTE = ApplicationOffers.class.getName();
    private final ProtocolToggles toggles = new ProtocolToggles();
    private volatile Predicate<Duration> drain;     // null while the application does not run
    private Offers offers = Offers.NONE;            // this and the next two fields are guarded by this
    private OfferListener listener = OfferListener.NONE;
    private String fixedBy = "";                    // empty while paths can be offered

    private ApplicationOffers() {
    }

    /** Returns the instance of the application. The first call creates it. */
    public static ApplicationOffers of(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof ApplicationOffers made) return made;
            ApplicationOffers made = new ApplicationOffers();
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /**
     * Changes the offer of one path and puts the new rules into force.
     *
     * @throws IllegalStateException    if the rules are fixed
     * @throws IllegalArgumentException if the change does not fit the other offers; then nothing is changed
     */
    public void change(String template, UnaryOperator<OfferedPath> how) {
        change(offers -> offers.withPath(template, how));
    }

    /**
     * Adds a check for every path and puts the new rules into force.
     *
     * @throws IllegalStateException if the rules are fixed
     */
    public void addGate(Gate gate) {
        change(offers -> offers.withGate(gate));
    }

    private void change(UnaryOperator<Offers> how) {
        while (true) {
            Offers before;
            OfferListener listens;
            synchronized (this) {
                requireNotFixed();
                before = offers;
                listens = listener;
            }
            Offers after = how.apply(before);
            Runnable put = listens.prepare(after);
            if (!put(before, after, listens, listens, put)) continue;
            listens.changed();
            return;
        }
    }

    /** Stores a change. Returns {@code false} if another thread has changed the offers or the listener since they were read; then nothing is stored. */
    private synchronized boolean put(Offers before, Offers after, OfferListener expected, OfferListener listens, Runnable put) {
        if (offers != before || listener != expected) return false;
        requireNotFixed();
        offers = after;
        listener = listens;
        put.run();
        return true;
    }

    /** Called when the application starts: the listener receives the current offers now, and every later change. */
    public void listen(OfferListener listens) {
        while (true) {
            Offers now;
            OfferListener before;
            synchronized (this) {
                now = offers;
                before = listener;
            }
            if (put(now, now, before, listens, listens.prepare(now))) return;
        }
    }

    /** Called when the application has stopped. */
    public synchronized void stopListening() {
        listener = OfferListener.NONE;
    }

    /** Fixes the rules. Returns {@code false} if they were already fixed. */
    public synchronized boolean fix(UpgradeRequest first) {
        if (!fixedBy.isEmpty()) return false;
        fixedBy = PrintableText.of(first.method(), 40) + " " + first.printablePath() + " at " + Instant.now();
        return true;
    }

    /** @throws IllegalStateException if the rules are fixed; the message contains the request that fixed them and its time */
    public synchronized void requireNotFixed() {
        if (fixedBy.isEmpty()) return;
        throw new IllegalStateException("Upgrade rules cannot be changed after the first upgrade request, " + fixedBy + ": offer paths and add endpoints earlier, "
                + "from a ServletContextListener, a ServletContainerInitializer or the init method of a servlet with load-on-startup");
    }

    /** Returns the toggles that turn protocols off and on. */
    public ProtocolToggles toggles() {
        return toggles;
    }

    /**
     * Drains the application.
     *
     * @return whether every connection ended within {@code grace}
     * @throws IllegalStateException if the application has not started, or has stopped
     */
    public boolean drain(Duration grace) {
        Predicate<Duration> now = drain;
        if (now == null) throw new IllegalStateException("The application has not started or has already stopped, so it cannot be drained");
        return now.test(grace);
    }

    /** Sets the action of {@link #drain}. Called when the application starts, and with null when it stops. */
    public void onDrain(Predicate<Duration> action) {
        drain = action;
    }
}
