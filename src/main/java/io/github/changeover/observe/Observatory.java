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
 * Gives an operator a view of one application and the operations on it. Internal: consoles and exporters use it. Thread-safe. No method
 * blocks. All results are copies.
 */
public final class Observatory {
    private static final String ATTRIBUTE = Observatory.class.getName();

    /** How a connection is closed by an operator. */
    public enum Farewell {
        /** The handler is asked to close, as when the application stops. If the handler does not close the connection, it stays open. */
        GOODBYE,
        /** Closes immediately. Queued bytes are lost. */
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

    /** Returns the instance of the application. The result is empty before the start and after the end of the application. */
    public static Optional<Observatory> of(ServletContext context) {
        return Optional.ofNullable((Observatory) context.getAttribute(ATTRIBUTE));
    }

    /** Stores it in the servlet context. */
    void put(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
    }

    void report(SelfReport now) {
        report = now;
    }

    void remove(ServletContext context) {
        context.removeAttribute(ATTRIBUTE);
    }

    // ---- reading

    /** Returns the live connections, the oldest first. */
    public List<ConnectionView> connections() {
        return register.live().stream().map(ConnectionView::of).sorted(Comparator.comparing(ConnectionView::since).thenComparing(ConnectionView::id)).toList();
    }

    /** Returns the last decisions, the latest first. Their maximum number is {@code changeover.decisions}. */
    public List<Decided> decisions() {
        return decisionsAfter(0);
    }

    /** Returns those of the last decisions that have a higher number than this, the latest first. */
    public List<Decided> decisionsAfter(long number) {
        return journal.after(number);
    }

    public Counts counts() {
        return tally.read(register, memory);
    }

    /** Returns the facts found at start, with the protocols that are supported now. */
    public SelfReport report() {
        return report;
    }

    public boolean draining() {
        return register.draining();
    }

    /** Returns the disabled protocols, sorted: {@code foo/2} for a token, {@code foo/*} for every version of a name. */
    public Set<String> switchedOff() {
        return switches.listed();
    }

    // ---- operations

    /** Closes one connection. Returns whether it existed. */
    public boolean close(String id, Farewell how) {
        Optional<LiveConnection> found = register.live().stream().filter(connection -> connection.id().equals(id)).findFirst();
        found.ifPresent(connection -> {
            if (how == Farewell.GOODBYE) connection.drain(CloseCause.of(CloseCause.Kind.DRAINED, "an operator has closed it"));
            else connection.abort(CloseCause.of(CloseCause.Kind.EVICTED, "an operator has evicted it"));
        });
        return found.isPresent();
    }

    /**
     * Rejects new connections with 503 while ordinary HTTP continues, asks every handler to close, and closes the remaining connections
     * after {@code changeover.drain}. Returns immediately.
     */
    public void drain() {
        register.startDraining(grace);
    }

    /** Undoes {@link #drain} for later connections. */
    public void welcome() {
        register.stopDraining();
    }

    /** Returns the switches that disable protocols. A change takes effect with the next negotiation. */
    public TokenSwitches switches() {
        return switches;
    }
}
