package io.github.changeover.observe;

import io.github.changeover.connection.LiveConnection;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.TokenSwitches;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator sees of one application, and what he may order. Internal: consoles and exporters stand on it. Thread-safe, and
 * nothing blocks. What is read is a copy.
 */
public final class Observatory {
    private static final String ATTRIBUTE = Observatory.class.getName();

    /** How a connection is closed on command. */
    public enum Farewell {
        /** Its handler says goodbye, as when the application goes. One that stays, stays. */
        GOODBYE,
        /** At once; what is queued is lost. */
        EVICT
    }

    private final ConnectionRegistry register;
    private final MemoryBudget memory;
    private final Tally tally;
    private final Journal journal;
    private final TokenSwitches switches;
    private final Duration grace;
    private volatile SelfReport report;

    Observatory(ConnectionRegistry register, MemoryBudget memory, Tally tally, Journal journal, TokenSwitches switches, Duration grace, SelfReport report) {
        this.register = register;
        this.memory = memory;
        this.tally = tally;
        this.journal = journal;
        this.switches = switches;
        this.grace = grace;
        this.report = report;
    }

    /** The application's; empty before it has started and after its end. */
    public static Optional<Observatory> of(ServletContext context) {
        return Optional.ofNullable((Observatory) context.getAttribute(ATTRIBUTE));
    }

    /** Shows it in the application. */
    void put(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
    }

    void report(SelfReport now) {
        report = now;
    }

    void remove(ServletContext context) {
        context.removeAttribute(ATTRIBUTE);
    }

    // ---- what there is to see

    /** The live connections, the oldest first. */
    public List<ConnectionView> connections() {
        return register.live().stream().map(ConnectionView::of).sorted(Comparator.comparing(ConnectionView::since).thenComparing(ConnectionView::id)).toList();
    }

    /** The last decisions, as many as {@code changeover.decisions} says, the latest first. */
    public List<Decided> decisions() {
        return decisionsAfter(0);
    }

    /** Those of the last decisions that came after the one with this number, the latest first. */
    public List<Decided> decisionsAfter(long number) {
        return journal.after(number);
    }

    public Counts counts() {
        return tally.read(register, memory);
    }

    /** What was found at start, with what is offered now. */
    public SelfReport report() {
        return report;
    }

    public boolean draining() {
        return register.draining();
    }

    /** What is switched off, sorted: {@code foo/2} for a token, {@code foo/*} for every version of a name. */
    public Set<String> switchedOff() {
        return switches.listed();
    }

    // ---- what may be ordered

    /** Closes one connection; answers whether it was there. */
    public boolean close(String id, Farewell how) {
        Optional<LiveConnection> found = register.live().stream().filter(connection -> connection.id().equals(id)).findFirst();
        found.ifPresent(connection -> {
            if (how == Farewell.GOODBYE) connection.drain(CloseCause.of(CloseCause.Kind.DRAINED, "an operator has closed it"));
            else connection.abort(CloseCause.of(CloseCause.Kind.EVICTED, "an operator has evicted it"));
        });
        return found.isPresent();
    }

    /**
     * Turns new connections away with 503 while ordinary HTTP goes on, lets every handler say goodbye, and closes what is left after
     * {@code changeover.drain}. Returns at once.
     */
    public void drain() {
        register.startDraining(grace);
    }

    /** Undoes {@link #drain} for the connections that come after. */
    public void welcome() {
        register.stopDraining();
    }

    /** Which protocols are off: a change holds for the next negotiation. */
    public TokenSwitches switches() {
        return switches;
    }
}
