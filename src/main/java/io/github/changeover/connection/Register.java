package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** The live connections of one application, and the counts of those that were. */
public final class Register {
    private static final System.Logger LOG = System.getLogger(Register.class.getName());
    private final Set<LiveConnection> expected = ConcurrentHashMap.newKeySet();    // agreed on, not yet open
    private final Set<LiveConnection> live = ConcurrentHashMap.newKeySet();
    private final AtomicLong ids = new AtomicLong();
    private final LongAdder opened = new LongAdder();
    private final LongAdder octetsIn = new LongAdder();
    private final LongAdder octetsOut = new LongAdder();
    private final Map<CloseCause.Kind, LongAdder> closed = new EnumMap<>(CloseCause.Kind.class);
    private volatile boolean draining;
    private volatile long leaveBy;      // by the nano clock; 0 while nobody has to leave
    private volatile boolean over;

    public Register() {
        for (CloseCause.Kind kind : CloseCause.Kind.values()) closed.put(kind, new LongAdder());
    }

    String nextId() {
        return Long.toString(ids.incrementAndGet(), 36);
    }

    /** A connection was agreed on, and its container is to open it. */
    void expect(LiveConnection connection) {
        expected.add(connection);
        if (over) connection.evict(gone());
    }

    /** A connection opens. */
    void add(LiveConnection connection) {
        live.add(connection);
        expected.remove(connection);
        opened.increment();
        // A connection that came while the register was emptied is told like those before it.
        if (over) connection.evict(gone());
        else if (draining) connection.drain();
    }

    private static CloseCause gone() {
        return CloseCause.of(CloseCause.Kind.DRAINED, "the application has gone");
    }

    void remove(LiveConnection connection, CloseCause cause) {
        expected.remove(connection);
        if (!live.remove(connection)) return;
        closed.get(cause.kind()).increment();
        octetsIn.add(connection.octetsIn());
        octetsOut.add(connection.octetsOut());
        LOG.log(System.Logger.Level.DEBUG, () -> connection + " closed, " + cause + ", in " + connection.octetsIn() + ", out " + connection.octetsOut());
    }

    public Collection<LiveConnection> live() {
        return Collections.unmodifiableSet(live);
    }

    Collection<LiveConnection> expected() {
        return Collections.unmodifiableSet(expected);
    }

    public long opened() {
        return opened.sum();
    }

    public long closed(CloseCause.Kind kind) {
        return closed.get(kind).sum();
    }

    /** Octets received and sent, of connections past and present. */
    public long octetsIn() {
        return octetsIn.sum() + live.stream().mapToLong(LiveConnection::octetsIn).sum();
    }

    public long octetsOut() {
        return octetsOut.sum() + live.stream().mapToLong(LiveConnection::octetsOut).sum();
    }

    public boolean draining() {
        return draining;
    }

    /**
     * Empties the register while the application goes on: every handler may say goodbye, and what has not ended after
     * {@code grace} is ended by {@link #look}. Connections that open meanwhile are told at once. Returns at once.
     */
    public void turnAway(Duration grace) {
        leaveBy = (System.nanoTime() + grace.toNanos()) | 1;
        draining = true;
        live.forEach(LiveConnection::drain);
    }

    /** Undoes {@link #turnAway} for the connections that come after; nothing undoes {@link #drain}. */
    public void welcome() {
        if (over) return;
        leaveBy = 0;
        draining = false;
    }

    void look(long now) {
        long by = leaveBy;
        if (by == 0 || now - by < 0) return;
        live.forEach(connection -> connection.evict(CloseCause.of(CloseCause.Kind.DRAINED, "an operator has drained the application")));
    }

    /**
     * Lets every handler say goodbye, those too whose connections are about to open, waits at most {@code grace}, and ends
     * what is left. Returns when nothing is.
     */
    public void drain(Duration grace) {
        draining = true;
        live.forEach(LiveConnection::drain);
        awaitEmpty(grace);
        over = true;
        expected.forEach(connection -> connection.evict(gone()));
        live.forEach(connection -> connection.evict(gone()));
        awaitEmpty(Duration.ofSeconds(2));
        if (!live.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "{0} handlers did not return from a callback while the application stopped; "
                    + "their sockets are closed", live.size());
        }
    }

    private void awaitEmpty(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!(live.isEmpty() && expected.isEmpty()) && System.nanoTime() - end < 0) LockSupport.parkNanos(1_000_000);
    }
}
