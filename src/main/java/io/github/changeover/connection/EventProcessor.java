package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.SwitchedConnection.Completion;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Runs all callbacks of a connection's handler, from {@code opened} to {@code closed}, one at a time, and reads and writes between them.
 *
 * <p>One thread at a time processes events; other threads only set a flag that it will see. The processing thread is either a thread of the container
 * that delivers an event and may run handler code ({@link #event}), or a thread of the callback pool ({@link #signal}). A connection has at most one
 * entry in the queue of the pool.
 */
final class EventProcessor implements Runnable {
    private static final System.Logger LOG = System.getLogger(TransportConnection.class.getName());
    static final int OPEN = 1, READABLE = 2, WRITABLE = 4, TASKS = 8, DRAIN = 16, IDLE = 32, REJECTED = 64, END = 128, CHECK_END = 256;
    private static final int SCHEDULED = 1 << 30, RUNNING = 1 << 31, STATE = SCHEDULED | RUNNING;
    /** Small sends are buffered during this first part of a callback, in nanoseconds. */
    private static final long BUFFERING_NANOS = 1_000_000;
    private static final VarHandle EVENTS, RUNNER;

    static {
        try {
            EVENTS = MethodHandles.lookup().findVarHandle(EventProcessor.class, "events", int.class);
            RUNNER = MethodHandles.lookup().findVarHandle(EventProcessor.class, "runner", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final TransportConnection connection;
    private final ApplicationResources application;
    private final ConnectionHandler.Events handler;
    private final EarlyData earlyData;
    private final OutputQueue queue;
    private final CloseState closeState;
    private final TimeoutCheck timeouts;
    private volatile Queue<Runnable> tasks; // null before the first one
    private volatile int events;
    private volatile Object runner;         // the thread that processes events, or null; INTERRUPTING while another thread interrupts it
    private volatile long callbackSince;    // start of the current callback in nanoseconds, odd; 0 while no callback runs
    private volatile boolean paused, inputEnded;
    private volatile long bytesIn;
    private volatile boolean interrupted;
    private volatile boolean finished;      // set just before the last callbacks of the handler
    private volatile boolean completionsMayWait;
    private volatile boolean clientStillSends;         // whether the last read indicates that the client still sends
    private Transport transport;            // this field and the following are used only by the thread that processes events
    private InboundBuffer inbound;
    private Runnable scope;                 // ends the scope of the current callback; null while no callback runs
    private boolean opened, drained;
    private int beforeOpening;              // events that arrived before the connection was opened

    private static final Object INTERRUPTING = new Object();

    /** The task that runs the completion of bytes that were not accepted. */
    private record Rejected(Completion completion, IOException failure) implements Runnable {
        @Override
        public void run() {
            completion.done(failure);
        }
    }

    EventProcessor(TransportConnection connection, ApplicationResources application, ConnectionHandler.Events handler, EarlyData earlyData, OutputQueue queue,
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
     * Processes the events on the calling thread, unless another thread is processing events. Called on a thread that may run handler code.
     *
     * @return whether they were processed on the calling thread
     */
    boolean event(int bits) {
        // Some containers call this method from inside a write or isReady. A callback must not run inside a send.
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

    /** Processes the events on another thread. Runs no handler code before it returns. May be called on any thread. */
    void signal(int bits) {
        if (finished && (bits & TASKS) == 0) return;       // for example the container reports the end
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
        } catch (RuntimeException | Error noThread) {        // after any failure the events must stay set, so that retry() finds them
            EVENTS.getAndBitwiseAnd(this, ~SCHEDULED);
            LOG.log(ofFailure, "No thread is available for the callbacks of " + connection + "; they wait until one is available", noThread);
        }
    }

    /** Schedules events again for which no thread was available. Called regularly by the monitor. The first failure has been logged, so logs at DEBUG. */
    void retry() {
        int waiting = events;
        if ((waiting & ~STATE) != 0 && (waiting & STATE) == 0 && EVENTS.compareAndSet(this, waiting, waiting | SCHEDULED)) schedule(System.Logger.Level.DEBUG);
    }

    /** Runs on a thread of the callback pool. */
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

    /** Whether a send of the calling thread is to be buffered, because the thread runs a callback that began a short time ago. */
    boolean buffersSends() {
        return isRunner() && System.nanoTime() - callbackSince < BUFFERING_NANOS;
    }

    /** Whether a callback runs now. */
    boolean inCallback() {
        return callbackSince != 0;
    }

    /** The start of the current callback in nanoseconds; 0 while no callback runs. */
    long callbackSince() {
        return callbackSince;
    }

    void pause(boolean now) {
        paused = now;
    }

    void execute(Runnable task) {
        tasks().add(task);
        signal(TASKS);
    }

    private Queue<Runnable> tasks() {
        Queue<Runnable> made = tasks;
        if (made != null) return made;
        synchronized (this) {
            if (tasks == null) tasks = new ConcurrentLinkedQueue<>();
            return tasks;
        }
    }

    private Runnable pollTask() {
        Queue<Runnable> made = tasks;
        return made == null ? null : made.poll();
    }

    void reject(Completion completion, IOException failure) {
        execute(new Rejected(completion, failure));
    }

    /**
     * Whether completions of small sends from other threads may wait for the next event or for the flusher. This is cheaper than using a thread of the
     * pool for each completion. It is {@code true} after the client has sent bytes, or after several completions have run at the same time. It becomes
     * {@code false} if a sender seems to wait for each completion.
     */
    boolean completionsMayWait() {
        return completionsMayWait;
    }

    /** Runs the completions that no other event has run. If there is only one, a sender may wait for it, so the next completion must not wait. */
    void runRemainingCompletions() {
        if (!queue.hasCompleted()) return;
        if (queue.writtenSinceCompleted() == 0) completionsMayWait = false;
        signal(CHECK_END);
    }

    boolean inputEnded() {
        return inputEnded;
    }

    /** Whether bytes from the client are read when they arrive: reading is not paused, and no callback runs. */
    boolean reads() {
        return !paused && !inCallback();
    }

    /** Whether the next byte of the client would be read immediately: reading is not paused, no event waits, and no event is being processed. */
    boolean awaitsClient() {
        return !paused && events == 0;
    }

    long bytesIn() {
        return bytesIn;
    }

    /**
     * Interrupts the thread that processes events if it runs a callback. The interrupt flag is cleared after the callback, because it may be a thread of the
     * container.
     *
     * @return the thread, or null if no callback runs
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
        Thread current = Thread.currentThread();
        runner = current;
        ClassLoader before = application.enter();
        try {
            while (true) {
                int bits = (int) EVENTS.getAndBitwiseAnd(this, STATE) & ~STATE;
                if (bits != 0) {
                    handleGuarded(bits);
                } else {
                    stopRunning(current);     // before RUNNING is cleared: after that, another thread may set runner
                    int now = events;
                    if ((now & ~STATE) == 0 && EVENTS.compareAndSet(this, now, now & ~RUNNING)) return;
                    runner = current;
                }
            }
        } finally {
            application.leave(before);
        }
    }

    /** Handles events and catches every exception, so that an internal error does not leave the connection without event processing. */
    private void handleGuarded(int bits) {
        try {
            handle(bits);
        } catch (Throwable fault) {
            LOG.log(System.Logger.Level.ERROR, "Processing events of " + connection + " failed", fault);
            endCallback();
            connection.connectionLost(CloseCause.of(CloseCause.Kind.BROKEN, fault));
        }
    }

    private void stopRunning(Thread current) {
        while (!RUNNER.compareAndSet(this, current, null)) Thread.onSpinWait();      // another thread is interrupting this one
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    private boolean otherTasksWait() {
        return (events & ~STATE) != 0;
    }

    private void setEvents(int bits) {
        EVENTS.getAndBitwiseOr(this, bits);
    }

    /**
     * If other events wait, sets these bits again, so that they are processed later, and returns {@code true}. So a client that sends continuously cannot
     * delay other events.
     */
    private boolean shouldYield(int here) {
        if (!otherTasksWait()) return false;
        setEvents(here);
        return true;
    }

    private void handle(int bits) {
        if (finished) {
            finishTasks();
            return;
        }
        int all = bits | beforeOpening;
        beforeOpening = 0;
        if (closeState.decided() == null) processGuarded(all);
        if (closeState.decided() != null) finish(closeState.decided());
    }

    private void processGuarded(int bits) {
        try {
            processEvents(bits);
        } catch (Throwable failure) {           // includes checked exceptions, which a handler in Kotlin or with Lombok can throw
            boolean ofHandler = inCallback();
            endCallback();
            if (!ofHandler) connection.connectionLost(CloseCause.of(CloseCause.Kind.BROKEN, failure));
            else if (closeState.handlerFailed(failure, connection)) setEvents(bits & ~OPEN | TASKS | CHECK_END);
        }
    }

    private void processEvents(int bits) throws IOException {
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
        if (limit < ConnectionLimits.ANY && inbound.exceedsEarlyLimit(limit)) {
            closeState.decide(CloseCause.of(CloseCause.Kind.EARLY_DATA, "more than " + limit + " bytes arrived before the 101"));
        }
        if (closeState.decided() != null) return;
        beginCallback();
        handler.opened(connection);
        endCallback();
    }

    /** Begins a callback. Exceptions until {@link #endCallback} are failures of the handler. */
    private void beginCallback() {
        scope = connection.beginScope();
        callbackSince = System.nanoTime() | 1;
        if (queue.queued() > 0) application.flusher().watch(connection);     // the flusher writes while the callback runs
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

    /** Renews the scope within a callback, for a handler that calls application code several times in it, such as once for each message. */
    void renewScope() {
        if (!isRunner()) return;
        endScope();
        scope = connection.beginScope();
    }

    private void runTasks() {
        while (closeState.decided() == null) {
            Runnable task = pollTask();
            if (task == null) return;
            beginCallback();
            task.run();
            endCallback();
            if (shouldYield(TASKS)) return;
        }
    }

    private boolean isClosing() {
        return closeState.requested() != null || closeState.decided() != null;
    }

    private void drain() {
        if (drained || isClosing()) return;
        drained = true;
        beginCallback();
        handler.drain(connection, connection.drainTime());
        endCallback();
    }

    private void idle() {
        CloseCause cause = CloseCause.of(CloseCause.Kind.IDLE, "no bytes sent or received for " + timeouts.idleTime());
        closeState.expect(cause);
        if (!isClosing()) {
            beginCallback();
            handler.idle(connection);
            endCallback();
        }
        connection.close(cause);
    }

    private void rejected() {
        CloseCause cause = connection.rejection();
        if (!isClosing()) {
            beginCallback();
            handler.rejected(connection, cause);
            endCallback();
        }
        connection.close(cause);
    }

    private void read() throws IOException {
        if (!mayRead()) {
            inbound.clearFoundEmpty();
            return;
        }
        BufferPool pool = transport.readBuffers();
        ByteBuffer bytes = pool.take();
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
                deferCompletions();
                boolean dropped = closeState.requested() != null;
                clientStillSends(dropped || count == bytes.capacity());
                if (!dropped) received(bytes.flip());
                queue.flush(false);
                notifyWritable();
                if (shouldYield(READABLE)) return;
            }
        } finally {
            pool.give(bytes);
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

    /** The last step after all other events: writes queued bytes, runs their completions and {@code writable}, and continues a requested close. */
    private void settle() throws IOException {
        boolean called;
        do {
            if (closeState.decided() != null) return;
            queue.flush(false);
            called = runCompletions() | notifyWritable();
            if (called && shouldYield(CHECK_END)) return;
        } while (called);
        CloseCause close = closeState.requested();
        if (close != null && queue.isWritten() && transport.closesAtOnce() && clientHasFinished()) {
            closeState.decide(close);
            return;
        }
        boolean outputEnded = queue.tryEndOutput();
        queue.requestWritable();
        if (!outputEnded || close == null) return;
        // A close with unread bytes would reset the connection, and the client would lose bytes that it has not read yet
        // (RFC 9112 section 9.6). So the connection waits for the client to end its side, at most for the linger time.
        if (!lingers() || clientHasFinished()) closeState.decide(close);
        else timeouts.lingering(!queue.endSent());
    }

    /** Whether the handler knows that the client has finished, too. If bytes of the client are waiting, it has not, and they are read from now on. */
    private boolean clientHasFinished() throws IOException {
        if (!closeState.skipsLinger()) return false;
        if (inbound.isEmpty()) return true;
        closeState.linger();
        setEvents(READABLE);
        return false;
    }

    /**
     * Whether the socket stays open until the client ends its side, after all bytes have been sent. If the end of the output cannot be sent separately, the
     * client may itself be waiting for the close; then the socket stays open only while the client sends.
     */
    boolean lingers() {
        return !inputEnded && (queue.endSent() || clientStillSends) && !application.limits().linger().isZero();
    }

    private boolean runCompletions() {
        int count = 0;
        for (Completion sent = queue.pollCompleted(); sent != null; sent = queue.pollCompleted()) {
            count++;
            beginCallback();
            sent.done(null);
            endCallback();
            if (otherTasksWait()) break;
        }
        if (count > 1) deferCompletions();
        return count > 0;
    }

    private void clientStillSends(boolean now) {
        if (clientStillSends != now) clientStillSends = now;
    }

    private void deferCompletions() {
        if (!completionsMayWait) completionsMayWait = true;
    }

    private boolean notifyWritable() {
        if (isClosing()) return false;
        long waited = queue.takeRoomAgain();
        if (waited < 0) return false;
        application.listener().slowWrite(connection, waited);
        beginCallback();
        handler.writable(connection);
        endCallback();
        return true;
    }

    /** Runs the last callbacks. Closes the socket before, unless it is already closed. */
    private void finish(CloseCause cause) {
        connection.terminate();
        if (!connection.hasTerminated()) return;        // another thread is closing the socket and will signal END
        finished = true;
        for (Completion sent = queue.pollCompleted(); sent != null; sent = queue.pollCompleted()) finalCallback(completed(sent, null));
        List<Completion> lost = queue.takeLost();
        if (!lost.isEmpty()) failAll(lost, connection.connectionLostException(cause));
        finishTasks();
        finalCallback(() -> handler.closed(connection, cause));
        connection.callbacksFinished();
    }

    private void failAll(List<Completion> lost, IOException failure) {
        for (Completion completion : lost) finalCallback(completed(completion, failure));
    }

    /** Runs the waiting tasks that are completions, and drops the others. */
    private void finishTasks() {
        for (Runnable task = pollTask(); task != null; task = pollTask()) {
            if (task instanceof Rejected rejected) finalCallback(rejected);
        }
    }

    private static Runnable completed(Completion completion, IOException failure) {
        return () -> completion.done(failure);
    }

    /** Runs one of the last callbacks. A failure is logged and has no other effect. */
    private void finalCallback(Runnable callback) {
        scope = connection.beginScope();
        callbackSince = System.nanoTime() | 1;
        Completions.guarded(callback);
        endCallback();
    }
}
