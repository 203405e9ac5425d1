package io.github.changeover.connection;

import static io.github.changeover.connection.EventProcessor.DRAIN;
import static io.github.changeover.connection.EventProcessor.END;
import static io.github.changeover.connection.EventProcessor.IDLE;
import static io.github.changeover.connection.EventProcessor.OPEN;
import static io.github.changeover.connection.EventProcessor.READABLE;
import static io.github.changeover.connection.EventProcessor.REJECTED;
import static io.github.changeover.connection.EventProcessor.CHECK_END;
import static io.github.changeover.connection.EventProcessor.WRITABLE;

import io.github.changeover.connection.OutputQueue.SendResult;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A switched connection on a {@link Transport} of the container. Only {@link EventProcessor} calls the handler. Sends, {@link #abort} and the failure
 * of the transport need no handler code and may come from any thread.
 */
public final class TransportConnection implements AdvancedConnection {
    private static final int COMPLETIONS_BEHIND = 2 * OutputQueue.DIRECT;       // a completion waits no longer when this many later bytes are written
    private static final int NOT_ENDING = 0, ENDING = 1, ENDED = 2;
    private static final long MIN_PAUSE = 20_000, MAX_PAUSE = 4_000_000;      // nanoseconds

    private final String id;
    private final UpgradeRequest request;
    private final ProtocolToken protocol;
    private final ApplicationResources application;
    private final BlockingHandlerStreams streams;      // null unless the handler is a ConnectionHandler.Blocking
    private final OutputQueue queue;
    private final MemoryAccount memory;
    private final CloseState closeState = new CloseState();
    private final TimeoutCheck timeouts;
    private final EventProcessor processor;
    private final Runnable atEnd, afterHandler;
    private final AtomicInteger ending = new AtomicInteger(NOT_ENDING);     // also the lock that orders the opening and the end
    private volatile Transport transport;       // null before the container has opened the connection
    private volatile long openedAt;             // milliseconds since the epoch; 0 before the connection opened
    private volatile long openedNanos;
    private volatile long roundTrip = -1;       // round-trip time of the last ping in nanoseconds; -1 if there is none
    private volatile OutputFlusher.WatchedConnection watched;
    private volatile CloseNotice closeNotice;         // null if the protocol has set none
    private volatile Duration drainTime;            // null before drain() was called
    private volatile boolean closesWithoutHandler;             // changed under the lock of closeState
    private volatile ApplicationResources.CallbackScope callbackScope = ApplicationResources.CallbackScope.NONE;
    private boolean openedNotified;                // this field and the next are guarded by ending
    private List<Runnable> closeActions;           // null if there are none. Guarded by ending, like the next two fields
    private boolean closeActionsTaken;
    private Runnable pendingClosedNotification;               // null unless the connection ended while the listener was notified of the opening

    /**
     * @param limits       the limits of this connection; only {@code idle} and {@code lifetime} may differ from the limits of the application
     * @param atEnd        runs once when the socket is closed, for every cause; releases what was reserved for the connection
     * @param afterHandler runs once after the last callback of the handler
     */
    public TransportConnection(ApplicationResources application, ConnectionLimits limits, UpgradeRequest request, ProtocolToken protocol, EarlyData earlyData, ConnectionHandler handler,
                          Runnable atEnd, Runnable afterHandler) {
        this.id = application.registry().nextId();
        this.application = application;
        this.request = request;
        this.protocol = protocol;
        this.atEnd = atEnd;
        this.afterHandler = afterHandler;
        this.memory = new MemoryAccount(application.memory(), this);
        this.queue = new OutputQueue(application.outputBuffers(), memory, application.limits().queue());
        this.timeouts = new TimeoutCheck(this, limits);
        this.streams = handler instanceof ConnectionHandler.Blocking blocking ? new BlockingHandlerStreams(this, blocking, application) : null;
        this.processor = new EventProcessor(this, application, streams == null ? (ConnectionHandler.Events) handler : streams, earlyData, queue, closeState, timeouts);
        application.registry().expect(this);
    }

    /** A connection with the limits of the application and without an action after the handler. */
    public TransportConnection(ApplicationResources application, UpgradeRequest request, ProtocolToken protocol, EarlyData earlyData, ConnectionHandler handler, Runnable atEnd) {
        this(application, application.limits(), request, protocol, earlyData, handler, atEnd, () -> { });
    }

    /** Sets the scope that puts the authenticated user of the request on a thread, as the container does. Must be called before {@link #open}. */
    public void setCallerIdentity(ApplicationResources.CallbackScope identity) {
        callbackScope = identity;
    }

    // ---- called by the adapter of the container

    /** Opens the connection after the switch and delivers the bytes that have arrived. */
    public void open(Transport transport) {
        this.transport = transport;
        queue.attach(transport);
        if (isTerminated()) Completions.guarded(transport::abort);       // it was terminated before it had a transport; otherwise terminate() closes it
        else if (closeState.decided() == null) opened();
        event(OPEN | READABLE);
    }

    /** Registers the connection. From now on timeouts and drains include it, although its handler may still wait for a thread. */
    private void opened() {
        synchronized (ending) {
            if (ending.get() != NOT_ENDING) return;      // it is neither counted nor reported to the listener
            openedNanos = System.nanoTime();
            openedAt = System.currentTimeMillis();
            application.registry().add(this);
        }
        Completions.guarded(() -> application.listener().opened(this));
        Runnable close;
        synchronized (ending) {
            openedNotified = true;
            close = pendingClosedNotification;
        }
        if (close != null) close.run();
    }

    /** Reports that bytes, or the end of the client's side, can be read. */
    public void readable() {
        event(READABLE);
    }

    /** Reports that more bytes can be written. */
    public void writable() {
        queue.transportReady();
        if (!event(WRITABLE | CHECK_END)) advanceDuringCallback();
    }

    /** Returns whether the events were processed on the calling thread. */
    private boolean event(int bits) {
        Transport edge = transport;
        if (edge != null && edge.runsCallbacks()) return processor.event(bits);
        processor.signal(bits);     // the connection may not be open yet: some containers report events while they open it
        return false;
    }

    /** Writes queued bytes while a callback runs, because it may run for a long time, or may wait until these bytes are sent. */
    private void advanceDuringCallback() {
        if (!processor.inCallback()) return;
        if (transport.runsCallbacks() && !queue.heldByCaller()) advance();
        else application.flusher().watch(this);
    }

    /** Reports that the connection broke. */
    public void transportFailed(Throwable failure) {
        connectionLost(CloseCause.of(CloseCause.Kind.BROKEN, failure));
    }

    /** Reports that the container has released the connection. */
    public void released() {
        connectionLost(CloseCause.of(CloseCause.Kind.BROKEN, "the container closed the connection"));
    }

    /** Ends a lost connection. If all bytes were sent and it only waited for the client to end its side, the cause is the requested close. */
    void connectionLost(CloseCause cause) {
        CloseCause close = closeState.requested();
        closeState.decide(close != null && queue.outputEnded() ? close : cause);
        processor.signal(END);
    }

    Transport transport() {
        return transport;
    }

    /** The callback pool, for a transport. */
    public Executor callbacks() {
        return application.callbacks();
    }

    /** The event loops of the application, if there are any, for a transport that can use them. */
    public Optional<EventLoops> loops() {
        return application.loops();
    }

    // ---- called by the processor

    /** The exception for completions of bytes that were accepted and not sent. */
    IOException connectionLostException(CloseCause cause) {
        return new IOException("The connection closed before these bytes were sent: " + cause);
    }

    /** Called after the last event was processed. */
    void callbacksFinished() {
        if (streams == null) handlerFinished();
    }

    /** Called after the last callback of the handler, or its {@code serve} method, has returned. */
    void handlerFinished() {
        Completions.guarded(afterHandler);
        application.registry().finished(this);
    }

    /** Interrupts the handler. Returns its thread, or null if no handler code runs. */
    Thread interruptHandler() {
        return streams == null ? processor.interruptCallback() : streams.interrupt();
    }

    // ---- the end of the socket: needs no handler code

    /**
     * If the end is decided, closes the socket, releases what was reserved for the connection, and counts the end. Never waits for the handler.
     * May be called on any thread and more than once.
     */
    void terminate() {
        CloseCause cause = closeState.decided();
        if (cause == null || !ending.compareAndSet(NOT_ENDING, ENDING)) return;
        Transport edge = transport;
        if (edge != null) Completions.guarded(closeState.isOrderly() ? edge::close : edge::abort);
        else if (streams != null) streams.releaseThread();       // serve will never run
        queue.shut(() -> connectionLostException(cause));
        Completions.guarded(atEnd);        // before the removal from the registry: when the connection is no longer listed, it must not count for the limits
        notifyClosed(cause);
        ending.set(ENDED);
        if (!processor.isRunner()) processor.signal(END);       // finish() may have returned early because of this thread
    }

    /** Removes the connection from the registry and notifies the listener of the end: after the opening, and not at all if it never opened. */
    private void notifyClosed(CloseCause cause) {
        Runnable notification = () -> Completions.guarded(() -> application.listener().closed(this, cause, Duration.ofNanos(System.nanoTime() - openedNanos)));
        boolean now;
        synchronized (ending) {
            application.registry().remove(this, cause);
            now = openedAt != 0 && openedNotified;
            if (!now && openedAt != 0) pendingClosedNotification = notification;
        }
        if (now) notification.run();
        runCloseActions();
    }

    private void runCloseActions() {
        List<Runnable> actions;
        synchronized (ending) {
            actions = closeActions;
            closeActions = null;
            closeActionsTaken = true;
        }
        if (actions != null) actions.forEach(Completions::guarded);
    }

    @Override
    public void whenClosed(Runnable action) {
        synchronized (ending) {
            if (!closeActionsTaken) {
                if (closeActions == null) closeActions = new ArrayList<>(1);
                closeActions.add(action);
                return;
            }
        }
        Completions.guarded(action);
    }

    boolean isTerminated() {
        return ending.get() != NOT_ENDING;
    }

    /** Whether {@link #terminate} has completed. If another thread is running it, that thread signals the processor afterwards. */
    boolean hasTerminated() {
        return ending.get() == ENDED;
    }

    /** Ends the connection immediately, with this cause unless another cause was decided before. May be called on any thread. */
    public void abort(CloseCause cause) {
        closeState.decide(cause);
        terminate();
        processor.signal(END);
    }

    /** Aborts as {@link #abort}, for a caller that must not call the container. A housekeeping thread closes the socket. */
    void abortSoon(CloseCause cause) {
        closeState.decide(cause);
        application.housekeeping().execute(this::terminate);
        processor.signal(END);
    }

    // ---- called by the monitor and the registry

    TimeoutCheck timeouts() {
        return timeouts;
    }

    EventProcessor processor() {
        return processor;
    }

    OutputQueue queue() {
        return queue;
    }

    /** The state of this connection in the flusher; created at the first call. */
    OutputFlusher.WatchedConnection watched() {
        OutputFlusher.WatchedConnection made = watched;
        return made != null ? made : queue.atomically(() -> watched == null ? watched = new OutputFlusher.WatchedConnection(this) : watched);
    }

    CloseState closeState() {
        return closeState;
    }

    MemoryAccount memory() {
        return memory;
    }

    /** Calls {@link #drain(CloseCause, Duration)} with the drain time of the application. */
    public void drain(CloseCause cause) {
        drain(cause, application.limits().drain());
    }

    /**
     * Calls {@code drain} of the handler, once; later calls do nothing. May be called on any thread. It only signals the processor.
     *
     * @param grace the time that the handler has to close the connection
     */
    void drain(CloseCause cause, Duration grace) {
        closeState.expect(cause);
        if (drainTime == null) drainTime = grace;
        processor.signal(DRAIN);
    }

    /** The argument of {@code drain} of the handler. Called after {@link #drain}. */
    Duration drainTime() {
        return drainTime;
    }

    /** Whether the connection is closing, or the server has requested a close from the handler. */
    boolean expectsClose() {
        return closeState.requested() != null || closeState.decided() != null || closeState.expected() != null;
    }

    @Override
    public Optional<CloseCause> requestedCause() {
        return Optional.ofNullable(closeState.expected());
    }

    /** Calls the handler because the idle time is over. It may send its last bytes. */
    void idleTimeout() {
        processor.signal(IDLE);
    }

    /** Lets the transport release what it needs for traffic only, on a thread that may call the container. */
    void idleSoon() {
        application.housekeeping().execute(() -> Completions.guarded(transport::idle));
    }

    /** Sends a ping on a thread that may write to the container. */
    void pingSoon(PingSchedule pings) {
        application.housekeeping().execute(() -> Completions.guarded(pings::send));
    }

    /** Closes the connection on a thread that may call the container, because the handler has not closed it in time. */
    void closeSoon(CloseCause cause) {
        application.housekeeping().execute(() -> close(cause));
    }

    /** Closes as {@link #closeSoon}, after the {@link CloseNotice} of the protocol has sent the last bytes. A second call does nothing. */
    void closeWithoutHandlerSoon(CloseCause cause) {
        synchronized (closeState) {
            if (closesWithoutHandler) return;
            closesWithoutHandler = true;
        }
        application.housekeeping().execute(() -> closeWithoutHandler(cause));
    }

    /** Whether {@link #closeWithoutHandlerSoon} was called. */
    boolean closesWithoutHandler() {
        return closesWithoutHandler;
    }

    /** Whether {@link #closeWithoutHandlerSoon} can send last bytes: the protocol has set a {@link CloseNotice}, and the connection is not closing yet. */
    boolean canSendCloseNotice() {
        return closeNotice != null && !outputClosed();
    }

    private void closeWithoutHandler(CloseCause cause) {
        CloseNotice notice = outputClosed() ? null : closeNotice;
        Runnable close = () -> close(cause);
        if (notice == null || !Completions.guarded(() -> notice.send(cause, close))) close.run();
    }

    /** Closes the connection because of a limit or a timeout. The handler may send its last bytes. */
    void reject(CloseCause cause) {
        closeState.expect(cause);
        processor.signal(REJECTED);
    }

    /** Rejects as {@link #reject}, for a caller that holds locks. */
    void rejectSoon(CloseCause cause) {
        closeState.expect(cause);
        application.housekeeping().execute(() -> reject(cause));
    }

    /** The cause of the close by the server: the first one that was set, for example by an earlier {@link #drain}. */
    CloseCause rejection() {
        return closeState.expectedOr(CloseCause.of(CloseCause.Kind.STALLED, "the client was too slow"));
    }

    /**
     * Writes as many queued bytes as possible, and ends the output if that was requested. Runs no handler code, except that an
     * {@link io.github.changeover.spi.SwitchedConnection.ImmediateCompletion} may run. May be called on any thread.
     */
    void advance() {
        try {
            queue.flush(true);
            boolean ended = queue.tryEndOutput();
            requestWritable();
            CloseCause close = closeState.requested();
            if (ended && close != null) {
                if (queue.endSent() || processor.lingers()) timeouts.lingering(!queue.endSent());
                else closeState.decide(close);
            }
            if (ended || queue.hasCompleted() || queue.hasRoomAgain()) processor.signal(CHECK_END);
        } catch (IOException broken) {
            transportFailed(broken);
        }
    }

    /**
     * Requests a call of the container after an incomplete write. While a callback runs this is not done, because on Tomcat the call would block another
     * thread until the callback returns. Then the flusher writes, and the thread of the callback requests the call after the callback.
     */
    private void requestWritable() {
        if (!queue.isWriteIncomplete()) return;
        if (processor.inCallback()) {
            application.flusher().watch(this);
        } else {
            try {
                queue.requestWritable();
            } catch (IOException broken) {
                transportFailed(broken);
            }
        }
    }

    // ---- called by the handler

    @Override
    public boolean send(ByteBuffer bytes, Completion sent) {
        return send(bytes, sent, false);
    }

    @Override
    public boolean send(SharedBytes bytes, Completion sent) {
        return send(bytes.view(), sent, true);
    }

    private boolean send(ByteBuffer bytes, Completion sent, boolean shared) {
        boolean gather = bytes.remaining() < OutputQueue.DIRECT && processor.buffersSends();
        try {
            SendResult accepted = closeState.decided() == null ? queue.send(bytes, sent, gather, shared, OutputQueue.NO_LIMIT) : SendResult.CLOSED;
            return sent(accepted, bytes, sent) == SendResult.MORE;
        } catch (IllegalStateException overflow) {
            abort(CloseCause.of(CloseCause.Kind.OVERFLOW, overflow));
            throw overflow;
        }
    }

    @Override
    public boolean trySend(ByteBuffer bytes, Completion sent, long mostQueued) {
        return trySend(bytes, sent, mostQueued, false);
    }

    @Override
    public boolean trySend(SharedBytes bytes, Completion sent, long mostQueued) {
        return trySend(bytes.view(), sent, mostQueued, true);
    }

    private boolean trySend(ByteBuffer bytes, Completion sent, long mostQueued, boolean shared) {
        boolean gather = bytes.remaining() < OutputQueue.DIRECT && processor.buffersSends();
        SendResult accepted = closeState.decided() == null ? queue.send(bytes, sent, gather, shared, mostQueued) : SendResult.CLOSED;
        return sent(accepted, bytes, sent) != SendResult.NO_ROOM;
    }

    @Override
    public boolean defer(Deferred message) {
        if (closeState.decided() != null || !queue.defer(message)) return false;
        if (processor.isRunner()) application.flusher().watch(this);
        else requestWritable();
        return true;
    }

    @Override
    public boolean withdraw(Deferred message) {
        return queue.withdraw(message);
    }

    @Override
    public boolean hasDeferred() {
        return queue.hasDeferred();
    }

    @Override
    public boolean isBehind() {
        return queue.isWriteIncomplete();
    }

    @Override
    public void sendDeferred() {
        if (queue.hasDeferred()) advance();
    }

    @Override
    public void queueDeferred(IOException why) {
        queue.queueDeferred(why);
    }

    @Override
    public void dropDeferred(IOException why) {
        queue.dropDeferred(why);
    }

    private SendResult sent(SendResult accepted, ByteBuffer bytes, Completion sent) {
        switch (accepted) {
            case NO_ROOM -> { }
            case CLOSED -> {
                bytes.position(bytes.limit());
                if (sent != null) rejectCompletion(sent);
            }
            case BROKEN -> transportFailed(queue.failure());
            default -> {
                if (processor.isRunner()) {
                    if (queue.queued() > 0) application.flusher().watch(this);      // the bytes are buffered, or the write was incomplete
                } else {
                    requestWritable();
                    if (sent != null && queue.hasCompleted()) runCompletionsSoon();
                }
            }
        }
        return accepted;
    }

    private void runCompletionsSoon() {
        if (processor.completionsMayWait() && queue.writtenSinceCompleted() < COMPLETIONS_BEHIND) application.flusher().watch(this);
        else processor.signal(CHECK_END);
    }

    /** The exception for bytes that are no longer accepted. */
    IOException notAcceptedException() {
        CloseCause cause = closeState.decided();
        return cause != null ? connectionLostException(cause) : new IOException("The connection no longer accepts bytes: it is closing, or its output has ended");
    }

    private void rejectCompletion(Completion sent) {
        IOException closed = notAcceptedException();
        if (sent instanceof ImmediateCompletion) Completions.complete(sent, closed);
        else processor.reject(sent, closed);
    }

    @Override
    public <T> T sendAtomically(Supplier<T> sends) {
        return queue.atomically(sends);
    }

    /**
     * {@inheritDoc} The waiting thread writes itself: if it is the thread of a callback, no event of the container is processed until this
     * method returns.
     */
    @Override
    public boolean awaitWritable(long bytes, Duration atMost) throws InterruptedException {
        long begun = System.nanoTime();
        long most = ConnectionLimits.longest(atMost).toNanos();
        long pause = MIN_PAUSE;
        while (!queue.fits(bytes)) {
            if (outputClosed() || System.nanoTime() - begun >= most) return false;
            if (Thread.interrupted()) throw new InterruptedException("Interrupted while waiting for the client");
            LockSupport.parkNanos(pause);
            pause = Math.min(MAX_PAUSE, pause * 2);
            advance();
            long waited = queue.takeRoomAgain();
            if (waited >= 0) {
                application.listener().slowWrite(this, waited);
                break;
            }
        }
        return !outputClosed();
    }

    @Override
    public boolean isFull() {
        return queue.isFull();
    }

    @Override
    public boolean charge(long bytes) {
        return memory.charge(bytes);
    }

    @Override
    public void release(long bytes) {
        memory.release(bytes);
    }

    @Override
    public void pin(long bytes) {
        memory.pin(bytes);
    }

    @Override
    public Duration idleTime() {
        return timeouts.idleTime();
    }

    @Override
    public void idleTime(Duration time) {
        timeouts.idleTime(time);
    }

    @Override
    public void pingWhenQuiet(Duration after, Duration answer, Ping ping) {
        timeouts.pingWhenQuiet(after, answer, ping);
    }

    @Override
    public void pingAnswered(Duration time) {
        roundTrip = time.toNanos();
        application.listener().pinged(this, time);
    }

    @Override
    public void endsAt(Supplier<Instant> until) {
        timeouts.endsAt(until);
    }

    @Override
    public void beforeClose(CloseNotice word) {
        closeNotice = word;
    }

    @Override
    public Runnable beginScope() {
        if (callbackScope == ApplicationResources.CallbackScope.NONE) return application.beginScope();
        Runnable identity = callbackScope.begin(), scope = application.beginScope();
        return () -> {
            scope.run();
            identity.run();
        };
    }

    @Override
    public void renewScope() {
        processor.renewScope();
    }

    @Override
    public void unfinishedMessage(long bytes) {
        timeouts.unfinishedMessage(bytes);
    }

    @Override
    public void pause() {
        processor.pause(true);
    }

    @Override
    public void resume() {
        processor.pause(false);
        processor.signal(READABLE);
    }

    @Override
    public void execute(Runnable task) {
        processor.execute(task);
    }

    @Override
    public void endOutput() {
        queue.requestEnd(false);
        advanceUnlessRunner();
        processor.signal(CHECK_END);
    }

    /** Writes, unless this is the thread that processes events: that thread writes after the callback. */
    private void advanceUnlessRunner() {
        if (transport != null && !processor.isRunner()) advance();
    }

    @Override
    public void close() {
        close(closeState.expectedOr(processor.inputEnded() ? CloseCause.of(CloseCause.Kind.PEER, "the client closed its output")
                : CloseCause.of(CloseCause.Kind.HANDLER, "the handler closed")));
    }

    @Override
    public void closeWithoutLinger() {
        closeState.skipLinger();
        close();
    }

    @Override
    public void close(CloseCause cause) {
        queue.close();      // before the request, so that a thread that sees the request finds all bytes in the queue
        if (!closeState.request(cause)) return;
        queue.requestEnd(true);
        advanceUnlessRunner();
        processor.signal(CHECK_END | READABLE);
    }

    @Override
    public void abort() {
        abort(CloseCause.of(CloseCause.Kind.EVICTED, "aborted by the application"));
    }

    /** Called if {@code serve} threw. */
    void failed(Throwable failure) {
        if (closeState.requested() != null || closeState.decided() != null) return;
        closeState.handlerFailed(failure, this);
        processor.signal(END);
    }

    /** Whether bytes that are sent from now on are dropped. */
    boolean outputClosed() {
        return queue.isClosed() || closeState.decided() != null;
    }

    /** Whether the connection has ended. */
    boolean hasEnded() {
        return closeState.decided() != null;
    }

    @Override
    public AdvancedConnection advanced() {
        return this;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public UpgradeRequest request() {
        return request;
    }

    @Override
    public ProtocolToken protocol() {
        return protocol;
    }

    @Override
    public long queued() {
        return queue.queued();
    }

    /** The time when the connection opened; empty before. */
    public Optional<Instant> since() {
        return openedAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(openedAt));
    }

    /** The time without a byte in either direction, as measured by the monitor. The error is less than about one second. */
    public Duration idle() {
        return timeouts.idle(System.nanoTime());
    }

    /** The round-trip time of the last ping; empty if the client has not answered one. */
    public Optional<Duration> roundTrip() {
        return roundTrip < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(roundTrip));
    }

    public long bytesIn() {
        return processor.bytesIn();
    }

    public long bytesOut() {
        return queue.written();
    }

    /** The bytes of memory of this connection that count against the budget of the application. */
    public long memoryHeld() {
        return memory.held();
    }

    @Override
    public String toString() {
        return "connection " + id + " (" + protocol + " on " + request.printablePath() + ", " + request.client() + ")";
    }
}
