package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.SwitchedConnection.Completion;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Runs everything that a connection's handler is called with, from {@code opened} to {@code closed}, one callback at a time, and
 * reads and writes between them.
 *
 * <p>One thread at a time processes events; other threads set a bit that it will see. The thread is the container's, when it calls
 * with an event and may run handler code ({@link #event}), or one of the callback pool ({@link #signal}). At most one entry of a
 * connection waits in the pool.
 */
final class EventProcessor implements Runnable {
    private static final System.Logger LOG = System.getLogger(LiveConnection.class.getName());
    static final int OPEN = 1, READABLE = 2, WRITABLE = 4, TASKS = 8, DRAIN = 16, IDLE = 32, REJECTED = 64, END = 128, SETTLE = 256;
    private static final int SCHEDULED = 1 << 30, RUNNING = 1 << 31, STATE = SCHEDULED | RUNNING;
    /** Small sends of a callback are gathered for so long, in nanoseconds. */
    private static final long GATHER = 1_000_000;
    private static final VarHandle EVENTS, RUNNER;

    static {
        try {
            EVENTS = MethodHandles.lookup().findVarHandle(EventProcessor.class, "events", int.class);
            RUNNER = MethodHandles.lookup().findVarHandle(EventProcessor.class, "runner", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final LiveConnection connection;
    private final Application application;
    private final ConnectionHandler.Events handler;
    private final EarlyData earlyData;
    private final OutputQueue queue;
    private final CloseState closeState;
    private final TimeoutCheck timeouts;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile int events;
    private volatile Object runner;         // the thread that processes events, or null; INTERRUPTING for a moment
    private volatile long callbackSince;    // nanoseconds, odd; 0 while no callback runs
    private volatile boolean paused, inputEnded;
    private volatile long bytesIn;
    private volatile boolean interrupted;
    private volatile boolean finished;      // after the handler's last callback
    private volatile boolean completionsMayWait;
    private volatile boolean clientSendsOn;         // as far as the last read can tell
    private Transport transport;            // from here on touched by the thread that processes events only
    private InboundBuffer inbound;
    private Runnable scope;                 // ends that of the callback that runs; null while none does
    private boolean opened, drained;
    private int beforeOpening;              // events that came too early to be processed

    private static final Object INTERRUPTING = new Object();

    /** A completion of bytes that were not accepted. */
    private record Rejected(Completion completion, IOException failure) implements Runnable {
        @Override
        public void run() {
            completion.done(failure);
        }
    }

    EventProcessor(LiveConnection connection, Application application, ConnectionHandler.Events handler, EarlyData earlyData, OutputQueue queue,
                   CloseState closeState, TimeoutCheck timeouts) {
        this.connection = connection;
        this.application = application;
        this.handler = handler;
        this.earlyData = earlyData;
        this.queue = queue;
        this.closeState = closeState;
        this.timeouts = timeouts;
    }

    // ---- from any thread

    /**
     * On a thread that may run handler code: processes the events here, unless another thread does so already.
     *
     * @return whether they were processed here
     */
    boolean event(int bits) {
        // Some containers call back inside a write or isReady: no callback runs inside a send.
        if (queue.heldByCaller()) {
            signal(bits);
            return false;
        }
        int before;
        do before = events;
        while (!EVENTS.compareAndSet(this, before, before | bits | RUNNING));
        if ((before & RUNNING) != 0) return false;
        process();
        return true;
    }

    /** Has the events processed on another thread. Runs no handler code before it returns. */
    void signal(int bits) {
        if (finished && (bits & TASKS) == 0) return;       // such as the container's word that all is over
        int before, after;
        do {
            before = events;
            after = before | bits;
            if ((before & STATE) == 0) after |= SCHEDULED;
        } while (before != after && !EVENTS.compareAndSet(this, before, after));
        if ((before & STATE) == 0) schedule(System.Logger.Level.ERROR);
    }

    private void schedule(System.Logger.Level ofFailure) {
        try {
            application.callbacks().execute(this);
        } catch (RuntimeException | Error noThread) {        // whatever it is, the monitor's next look must find the connection as one that waits
            EVENTS.getAndBitwiseAnd(this, ~SCHEDULED);
            LOG.log(ofFailure, "No thread for callbacks of " + connection + ": they wait for one", noThread);
        }
    }

    /** For the monitor, now and then: events for which there was no thread are tried again. That has been logged. */
    void retry() {
        int waiting = events;
        if ((waiting & ~STATE) != 0 && (waiting & STATE) == 0 && EVENTS.compareAndSet(this, waiting, waiting | SCHEDULED)) schedule(System.Logger.Level.DEBUG);
    }

    /** On a thread of the pool. */
    @Override
    public void run() {
        int before;
        do before = events;
        while (!EVENTS.compareAndSet(this, before, before & ~SCHEDULED | RUNNING));
        if ((before & RUNNING) == 0) process();
    }

    /** Whether the calling thread processes this connection's events. */
    boolean isRunner() {
        return runner == Thread.currentThread();
    }

    /** Whether what the calling thread sends now is to be gathered: it is in a callback that began a short time ago. */
    boolean gathers() {
        return isRunner() && System.nanoTime() - callbackSince < GATHER;
    }

    /** Whether a callback runs now. */
    boolean inCallback() {
        return callbackSince != 0;
    }

    /** Since when the callback that runs now has been running; 0 while none does. */
    long callbackSince() {
        return callbackSince;
    }

    void pause(boolean now) {
        paused = now;
    }

    void execute(Runnable task) {
        tasks.add(task);
        signal(TASKS);
    }

    void reject(Completion completion, IOException failure) {
        execute(new Rejected(completion, failure));
    }

    /**
     * Whether completions of small sends from other threads may wait for the next event, or for the flusher, as a thread of the pool for each
     * costs more than the send: after the client has sent something, or several have run at a time. Not where a sender waits for each.
     */
    boolean completionsMayWait() {
        return completionsMayWait;
    }

    /** Has the completions run that no other event has run. A single one may be waited for: the next does not wait. */
    void runLeftCompletions() {
        if (!queue.hasCompleted()) return;
        if (queue.writtenSinceCompleted() == 0) completionsMayWait = false;
        signal(SETTLE);
    }

    boolean inputEnded() {
        return inputEnded;
    }

    /** Whether what the client sends is read as it arrives: not paused, and no callback runs. */
    boolean reads() {
        return !paused && !inCallback();
    }

    /** Whether the client's next byte would be read at once: not paused, no event waits, and none is being processed. */
    boolean awaitsClient() {
        return !paused && events == 0;
    }

    long bytesIn() {
        return bytesIn;
    }

    /**
     * Interrupts the thread if it is in a callback. It clears the flag behind the callback: the thread may be the container's.
     *
     * @return the thread, or null when no callback runs
     */
    Thread interruptCallback() {
        Object thread = runner;
        if (!(thread instanceof Thread stuck) || !inCallback() || !RUNNER.compareAndSet(this, thread, INTERRUPTING)) return null;
        interrupted = true;
        stuck.interrupt();
        runner = stuck;
        return stuck;
    }

    // ---- one thread at a time

    private void process() {
        Thread me = Thread.currentThread();
        runner = me;
        ClassLoader before = application.enter();
        try {
            while (true) {
                int bits = (int) EVENTS.getAndBitwiseAnd(this, STATE) & ~STATE;
                if (bits != 0) {
                    handleGuarded(bits);
                } else {
                    leave(me);     // before others may process: the next sets its own
                    int now = events;
                    if ((now & ~STATE) == 0 && EVENTS.compareAndSet(this, now, now & ~RUNNING)) return;
                    runner = me;
                }
            }
        } finally {
            application.leave(before);
        }
    }

    /** A fault of ours must not leave the connection without a thread that processes its events. */
    private void handleGuarded(int bits) {
        try {
            handle(bits);
        } catch (Throwable fault) {
            LOG.log(System.Logger.Level.ERROR, "Processing events of " + connection + " failed", fault);
            endCallback();
            connection.lose(CloseCause.of(CloseCause.Kind.BROKEN, fault));
        }
    }

    private void leave(Thread me) {
        while (!RUNNER.compareAndSet(this, me, null)) Thread.onSpinWait();      // somebody is interrupting it
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    private boolean othersWait() {
        return (events & ~STATE) != 0;
    }

    private void raise(int bits) {
        EVENTS.getAndBitwiseOr(this, bits);
    }

    /** Whether to leave this to a later round because other events wait: a client that never rests must not put off any of them. */
    private boolean givesWay(int here) {
        if (!othersWait()) return false;
        raise(here);
        return true;
    }

    private void handle(int bits) {
        if (finished) {
            finishTasks();
            return;
        }
        int all = bits | beforeOpening;
        beforeOpening = 0;
        if (closeState.decided() == null) attempt(all);
        if (closeState.decided() != null) finish(closeState.decided());
    }

    private void attempt(int bits) {
        try {
            work(bits);
        } catch (Throwable failure) {           // also a checked exception of the handler's, as Kotlin and Lombok throw them
            boolean ofHandler = inCallback();
            endCallback();
            if (!ofHandler) connection.lose(CloseCause.of(CloseCause.Kind.BROKEN, failure));
            else if (closeState.handlerFailed(failure, connection)) raise(bits & ~OPEN | TASKS | SETTLE);
        }
    }

    private void work(int bits) throws IOException {
        if ((bits & OPEN) != 0) open();
        if (!opened) {
            beforeOpening = bits;
            return;
        }
        if ((bits & TASKS) != 0) runTasks();
        if ((bits & WRITABLE) != 0) queue.flush(true);
        if ((bits & DRAIN) != 0) drain();
        if ((bits & IDLE) != 0) idle();
        if ((bits & REJECTED) != 0) rejected();
        if ((bits & READABLE) != 0) read();
        settle();
    }

    private void open() {
        opened = true;
        transport = connection.transport();
        inbound = new InboundBuffer(transport);
        int limit = earlyData == EarlyData.REFUSE ? 0 : application.limits().earlyData();
        if (limit < Limits.ANY && inbound.exceedsEarlyLimit(limit)) {
            closeState.decide(CloseCause.of(CloseCause.Kind.EARLY_DATA, "more than " + limit + " bytes arrived before the 101"));
        }
        if (closeState.decided() != null) return;
        beginCallback();
        handler.opened(connection);
        endCallback();
    }

    /** From here until {@link #endCallback}, what is thrown is the handler's. */
    private void beginCallback() {
        scope = connection.beginScope();
        callbackSince = System.nanoTime() | 1;
        if (queue.queued() > 0) application.flusher().watch(connection);     // nobody else writes while the callback runs
    }

    private void endCallback() {
        callbackSince = 0;
        endScope();
    }

    private void endScope() {
        Runnable end = scope;
        scope = null;
        if (end != null) end.run();
    }

    /** In a callback: for a handler that makes several calls of one, as an endpoint's messages. */
    void renewScope() {
        if (!isRunner()) return;
        endScope();
        scope = connection.beginScope();
    }

    private void runTasks() {
        while (closeState.decided() == null) {
            Runnable task = tasks.poll();
            if (task == null) return;
            beginCallback();
            task.run();
            endCallback();
            if (givesWay(TASKS)) return;
        }
    }

    private boolean closes() {
        return closeState.requested() != null || closeState.decided() != null;
    }

    private void drain() {
        if (drained || closes()) return;
        drained = true;
        beginCallback();
        handler.drain(connection, application.limits().drain());
        endCallback();
    }

    private void idle() {
        CloseCause cause = CloseCause.of(CloseCause.Kind.IDLE, "no byte for " + timeouts.idleTime());
        closeState.expect(cause);
        if (!closes()) {
            beginCallback();
            handler.idle(connection);
            endCallback();
        }
        connection.close(cause);
    }

    /** The server closes the connection for what its client sends, or fails to send. */
    private void rejected() {
        CloseCause cause = connection.rejection();
        if (!closes()) {
            beginCallback();
            handler.rejected(connection, cause);
            endCallback();
        }
        connection.close(cause);
    }

    private void read() throws IOException {
        if (!mayRead()) {
            inbound.forgetDrained();
            return;
        }
        Scratch scratch = transport.scratch();
        ByteBuffer bytes = scratch.take();
        try {
            while (mayRead()) {
                int count = inbound.read(bytes.clear());
                if (count == 0) return;
                if (count < 0) {
                    inputEnded = true;
                    if (closeState.requested() == null) ended();
                    return;
                }
                bytesIn += count;
                letCompletionsWait();
                boolean dropped = closeState.requested() != null;
                clientSendsOn(dropped || count == bytes.capacity());
                if (!dropped) received(bytes.flip());
                queue.flush(false);
                notifyWritable();
                if (givesWay(READABLE)) return;
            }
        } finally {
            scratch.give(bytes);
        }
    }

    private void received(ByteBuffer bytes) {
        beginCallback();
        handler.received(connection, bytes);
        endCallback();
    }

    private void ended() {
        beginCallback();
        handler.ended(connection);
        endCallback();
    }

    private boolean mayRead() {
        return !inputEnded && closeState.decided() == null && !closeState.skipsLinger() && (!paused || closeState.requested() != null);
    }

    /** After all other events: writes what waits, runs what was promised for it, and does what a requested end needs. */
    private void settle() throws IOException {
        boolean called;
        do {
            if (closeState.decided() != null) return;
            queue.flush(false);
            called = runCompletions() | notifyWritable();
            if (called && givesWay(SETTLE)) return;
        } while (called);
        boolean outputEnded = queue.tryEndOutput();
        queue.requestWritable();
        CloseCause close = closeState.requested();
        if (!outputEnded || close == null) return;
        // A close with bytes unread would reset the connection, and the client would lose what it has not read yet
        // (RFC 9112 section 9.6): so the client's end is awaited, for the linger time.
        if (!lingers() || closeState.skipsLinger() && inbound.isEmpty()) {
            closeState.decide(close);
        } else {
            timeouts.lingering(!queue.endSent());
            if (closeState.lingerAfterAll()) raise(READABLE);
        }
    }

    /**
     * Whether the socket stays open for the client's end once everything has been sent. A client that cannot be told so may be waiting for this end: then
     * only while it sends.
     */
    boolean lingers() {
        return !inputEnded && (queue.endSent() || clientSendsOn) && !application.limits().linger().isZero();
    }

    private boolean runCompletions() {
        int count = 0;
        for (Completion sent = queue.pollCompleted(); sent != null; sent = queue.pollCompleted()) {
            count++;
            beginCallback();
            sent.done(null);
            endCallback();
            if (othersWait()) break;
        }
        if (count > 1) letCompletionsWait();
        return count > 0;
    }

    private void clientSendsOn(boolean now) {
        if (clientSendsOn != now) clientSendsOn = now;
    }

    private void letCompletionsWait() {
        if (!completionsMayWait) completionsMayWait = true;
    }

    private boolean notifyWritable() {
        if (closes()) return false;
        long waited = queue.takeRoomAgain();
        if (waited < 0) return false;
        application.listener().slowWrite(connection, waited);
        beginCallback();
        handler.writable(connection);
        endCallback();
        return true;
    }

    /** The last callbacks. The socket is closed, or is closed here. */
    private void finish(CloseCause cause) {
        connection.terminate();
        if (!connection.hasTerminated()) return;        // another thread is at it, and signals
        finished = true;
        for (Completion sent = queue.pollCompleted(); sent != null; sent = queue.pollCompleted()) last(completed(sent, null));
        IOException lost = connection.lost(cause);
        queue.takeLost().forEach(completion -> last(completed(completion, lost)));
        finishTasks();
        last(() -> handler.closed(connection, cause));
        connection.finished();
    }

    /** Of what waits to run only completions still do. */
    private void finishTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            if (task instanceof Rejected rejected) last(rejected);
        }
    }

    private static Runnable completed(Completion completion, IOException failure) {
        return () -> completion.done(failure);
    }

    /** A callback whose failure stops nothing. */
    private void last(Runnable callback) {
        scope = connection.beginScope();
        callbackSince = System.nanoTime() | 1;
        Completions.guarded(callback);
        endCallback();
    }
}
