package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.SwitchedConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The live connections of one application, and the counters of those that have ended. Thread-safe. */
public final class ConnectionRegistry {
    private static final System.Logger LOG = System.getLogger(ConnectionRegistry.class.getName());
    /** Time for closing the remaining connections after the drain time. */
    private static final Duration AFTER_DRAIN = Duration.ofSeconds(2);
    /** Part of this time, for the last bytes of connections whose handlers are blocked. */
    private static final Duration CLOSE_NOTICE_TIME = Duration.ofNanos(TimeoutCheck.CLOSE_NOTICE_NANOS);
    private static final int STACK_FRAMES = 12;

    private final Set<TransportConnection> expected = ConcurrentHashMap.newKeySet();    // the upgrade is decided, the connection is not yet open
    private final Set<TransportConnection> live = ConcurrentHashMap.newKeySet();
    private final Set<TransportConnection> unfinished = ConcurrentHashMap.newKeySet();  // the socket is closed, the last callback has not returned
    private final AtomicLong ids = new AtomicLong();
    private final LongAdder opened = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Map<CloseCause.Kind, LongAdder> closed = new EnumMap<>(CloseCause.Kind.class);
    private final Object changed = new Object();
    private volatile int waiting;           // threads that wait for connections to end
    private volatile DrainOptions options = DrainOptions.DEFAULT;
    private volatile PacedDrain drain;      // null unless the application drains
    private volatile long closeBy;          // end of the drain time, in nanoseconds; 0 if no drain time is running
    private volatile Consumer<Boolean> drainListener = draining -> { };
    private volatile boolean stopping;         // the application is stopping or has stopped
    private volatile boolean stopped;          // the application has stopped; new connections are aborted

    public ConnectionRegistry() {
        for (CloseCause.Kind kind : CloseCause.Kind.values()) closed.put(kind, new LongAdder());
    }

    /** Loads the classes that {@link #stop} needs, because the files of the application may have been removed when it is called. */
    public static void prepareStop() {
        new ConnectionRegistry().stop(Duration.ZERO);
        Objects.requireNonNull(Transport.EndOutput.class);      // used only by connections, so they are loaded explicitly here
        Objects.requireNonNull(SwitchedConnection.Completion.class);
    }

    /** Sets how the application drains its connections. */
    public void drainOptions(DrainOptions drainOptions) {
        options = drainOptions;
    }

    String nextId() {
        return Long.toString(ids.incrementAndGet(), 36);
    }

    /** Adds a connection whose upgrade is decided and that the container will open. */
    void expect(TransportConnection connection) {
        expected.add(connection);
        if (stopped) connection.abortSoon(stoppedCause());
    }

    /** Adds a connection that opens. */
    void add(TransportConnection connection) {
        live.add(connection);           // before the removal from expected, so that it is always in one of the two sets
        expected.remove(connection);
        opened.increment();
        PacedDrain now = drain;
        if (stopped) connection.abortSoon(stoppedCause());
        else if (now != null) now.notifyHandler(connection, System.nanoTime());     // at once: such connections are few, because upgrades are rejected during a drain
    }

    private CloseCause stoppedCause() {
        return drained("the application has stopped");
    }

    /** Returns a cause of the kind DRAINED that contains whether the application restarts. */
    private CloseCause drained(String detail) {
        return CloseCause.drained(detail, restarts());
    }

    /** Whether the application restarts, by the current drain or else by the options. */
    private boolean restarts() {
        PacedDrain now = drain;
        return now == null ? options.restart() : now.restarts();
    }

    /** Removes a connection whose socket is closed. Its last callbacks have not run yet. */
    void remove(TransportConnection connection, CloseCause cause) {
        unfinished.add(connection);
        expected.remove(connection);
        if (live.remove(connection)) {
            closed.get(cause.kind()).increment();
            bytesIn.add(connection.bytesIn());
            bytesOut.add(connection.bytesOut());
            LOG.log(System.Logger.Level.DEBUG, () -> connection + " closed, " + cause + ", bytes received: " + connection.bytesIn() + ", bytes sent: " + connection.bytesOut());
        }
        wake();
    }

    /** The last callback of the connection's handler has returned. */
    void finished(TransportConnection connection) {
        unfinished.remove(connection);
        wake();
    }

    private void wake() {
        if (waiting == 0) return;
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    public Collection<TransportConnection> live() {
        return Collections.unmodifiableSet(live);
    }

    /** All connections, including those that are not yet open, and those whose sockets are closed and whose last callback has not returned. */
    Stream<TransportConnection> all() {
        return Stream.of(expected, live, unfinished).flatMap(Collection::stream);
    }

    Collection<TransportConnection> expected() {
        return Collections.unmodifiableSet(expected);
    }

    public long opened() {
        return opened.sum();
    }

    public long closed(CloseCause.Kind kind) {
        return closed.get(kind).sum();
    }

    /** Bytes received by all connections, including those that have ended. */
    public long bytesIn() {
        return bytesIn.sum() + live.stream().mapToLong(TransportConnection::bytesIn).sum();
    }

    /** Bytes sent by all connections, including those that have ended. */
    public long bytesOut() {
        return bytesOut.sum() + live.stream().mapToLong(TransportConnection::bytesOut).sum();
    }

    public boolean draining() {
        return drain != null;
    }

    /**
     * Calls {@code drain} of every handler, so that it closes its connection; at the pace of {@link #drainOptions}, and within the first 80 % of
     * {@code grace}. {@link #check} closes the connections that have not ended after {@code grace}. {@code drain} is also called for connections that open
     * later. Does not block. Whether the application restarts is known from the drain that is running, if there is one, or else from the options.
     */
    public void startDraining(Duration grace) {
        startDraining(grace, restarts());
    }

    /** As {@link #startDraining(Duration)}. {@code restart} overrides the options. */
    public void startDraining(Duration grace, boolean restart) {
        startDraining(grace, CloseCause.drained("an operator is draining the application", restart));
    }

    private void startDraining(Duration grace, CloseCause cause) {
        PacedDrain started = new PacedDrain(cause, System.nanoTime(), grace), previous = drain;
        closeBy = started.end() | 1;
        drain = started;        // before the connections are read, so that a connection that opens now is notified either by add() or here
        notifyDrainListener(true);
        started.start(live, options.pace(), previous);
        if (drain != started) started.cancel();     // another thread has called stopDraining, or has started a drain of the same connections
    }

    /** Undoes {@link #startDraining} for later connections, and for those whose handler was not called yet. {@link #stop} cannot be undone. */
    public void stopDraining() {
        if (stopping) return;
        PacedDrain undone = drain;
        closeBy = 0;
        drain = null;
        if (undone != null) undone.cancel();
        notifyDrainListener(false);
    }

    /**
     * Calls {@code drain} of the handlers that are due in a paced drain. Returns the number of nanoseconds after which to call this method again, or
     * {@link PacedDrain#NONE}.
     */
    long notifyDue(long now) {
        PacedDrain current = drain;
        return current == null ? PacedDrain.NONE : current.notifyDue(now);
    }

    /**
     * Sets the listener that is called with {@code true} when a drain starts, before any handler is called, and with {@code false} when it is undone. It is
     * called on the thread of the operator, and not when the application stops.
     */
    public void onDraining(Consumer<Boolean> listener) {
        drainListener = listener;
    }

    private void notifyDrainListener(boolean now) {
        try {
            drainListener.accept(now);
        } catch (RuntimeException failure) {
            LOG.log(System.Logger.Level.WARNING, "The listener for drains failed", failure);
        }
    }

    void check(long now) {
        long by = closeBy;
        if (by == 0 || now - by < 0) return;
        notifyDue(now);
        CloseCause cause = drained("an operator drained the application");
        boolean overdue = now - by > CLOSE_NOTICE_TIME.toNanos();
        for (TransportConnection connection : live) {
            if (!overdue && connection.canSendCloseNotice()) connection.timeouts().closeWithoutHandler(now, cause);
            else if (overdue || !connection.closesWithoutHandler()) connection.abortSoon(cause);
        }
    }

    /**
     * Calls {@link #startDraining} and waits at most {@code grace} for the connections to end. Then closes the remaining connections and waits at most
     * two seconds more. It waits for sockets, not for handlers. If {@link #stopDraining} is called while it waits, it returns and closes nothing.
     *
     * @return whether every connection ended within {@code grace}
     */
    public boolean drain(Duration grace) {
        startDraining(grace);
        await(() -> isEmpty() || !draining(), grace);
        if (isEmpty()) return true;
        if (!draining()) return false;
        notifyRest();
        CloseCause cause = drained("the application was drained");
        Duration left = closeAllWithoutHandlers(cause);
        abortAll(cause);
        await(this::isEmpty, left);
        return false;
    }

    /**
     * Ends all connections because the application stops. Calls {@code drain} of every handler as {@link #startDraining} does, including the handlers of
     * connections that are about to open, and waits at most {@code grace}, or for what is left of a drain that has already started. Then closes the remaining connections, interrupts
     * running callbacks, and waits at most two seconds more.
     */
    public void stop(Duration grace) {
        stopping = true;
        Duration time = leftOfDrain(grace);
        PacedDrain previous = drain, last = new PacedDrain(drained("the application is stopping"), System.nanoTime(), time);
        drain = last;
        last.start(live, options.pace(), previous);
        await(() -> isEmpty() && unfinished.isEmpty(), time);
        notifyRest();
        Duration left = closeAllWithoutHandlers(stoppedCause());
        stopped = true;
        abortAll(stoppedCause());
        unfinished.forEach(TransportConnection::interruptHandler);
        live.forEach(TransportConnection::interruptHandler);
        if (!await(() -> isEmpty() && unfinished.isEmpty(), left)) reportStuck();
    }

    /** Returns what is left of the time of a drain that has already started, otherwise this time. */
    private Duration leftOfDrain(Duration grace) {
        long by = closeBy;
        if (by == 0) return grace;
        Duration left = Duration.ofNanos(Math.max(0, by - System.nanoTime()));
        return left.compareTo(grace) < 0 ? left : grace;
    }

    /** Checks {@code expected} first, because a connection that opens is added to {@code live} before it is removed from {@code expected}. */
    private boolean isEmpty() {
        return expected.isEmpty() && live.isEmpty();
    }

    /** Sends the last bytes of connections that their handlers have not closed, and waits for them. Returns the rest of {@link #AFTER_DRAIN}. */
    private Duration closeAllWithoutHandlers(CloseCause cause) {
        List<TransportConnection> closing = live.stream().filter(TransportConnection::canSendCloseNotice).toList();
        if (closing.isEmpty()) return AFTER_DRAIN;
        closing.forEach(connection -> connection.closeWithoutHandlerSoon(cause));
        await(() -> closing.stream().noneMatch(live::contains), CLOSE_NOTICE_TIME);
        return AFTER_DRAIN.minus(CLOSE_NOTICE_TIME);
    }

    private void abortAll(CloseCause cause) {
        expected.forEach(connection -> connection.abortSoon(cause));
        live.forEach(connection -> connection.abortSoon(cause));
    }

    private void reportStuck() {
        List<String> stuck = new ArrayList<>();
        for (TransportConnection connection : unfinished) {
            Thread thread = connection.interruptHandler();
            stuck.add(connection + (thread == null ? " (its last callback has not started)" : " in " + thread.getName() + " at " + stack(thread)));
        }
        if (stuck.isEmpty()) return;
        LOG.log(System.Logger.Level.WARNING, "{0} handlers did not return from a callback while the application was stopping; their sockets were closed: {1}",
                stuck.size(), String.join("; ", stuck.subList(0, Math.min(20, stuck.size()))));
    }

    private static String stack(Thread thread) {
        StackTraceElement[] frames = thread.getStackTrace();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < frames.length && i < STACK_FRAMES; i++) text.append(i == 0 ? "" : " < ").append(frames[i]);
        return text.toString();
    }

    /** Calls {@code drain} of all handlers that were not called yet: the drain time is over, or the thread that waited was interrupted. */
    private void notifyRest() {
        PacedDrain current = drain;
        if (current != null) current.notifyRest(System.nanoTime());
    }

    private interface RegistryCondition {
        boolean isMet();
    }

    /**
     * Waits for the condition, and meanwhile calls {@link #notifyDue}. Returns whether the condition was met in time. An
     * interrupt ends the wait; the interrupt flag stays set.
     */
    private boolean await(RegistryCondition condition, Duration atMost) {
        long end = System.nanoTime() + ConnectionLimits.longest(atMost).toNanos();
        while (true) {
            long due = notifyDue(System.nanoTime());      // without the lock, which threads of connections need
            synchronized (changed) {
                waiting++;
                try {
                    if (condition.isMet()) return true;
                    long left = (end - System.nanoTime()) / 1_000_000;
                    if (left <= 0) return false;
                    long most = due == PacedDrain.NONE ? 100 : Math.min(100, due / 1_000_000);
                    changed.wait(Math.min(left, most));
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return condition.isMet();
                } finally {
                    waiting--;
                }
            }
        }
    }
}
