package io.github.changeover.connection;

import static io.github.changeover.connection.EventProcessor.DRAIN;
import static io.github.changeover.connection.EventProcessor.END;
import static io.github.changeover.connection.EventProcessor.IDLE;
import static io.github.changeover.connection.EventProcessor.OPEN;
import static io.github.changeover.connection.EventProcessor.READABLE;
import static io.github.changeover.connection.EventProcessor.REJECTED;
import static io.github.changeover.connection.EventProcessor.SETTLE;
import static io.github.changeover.connection.EventProcessor.WRITABLE;

import io.github.changeover.connection.OutputQueue.Accepted;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A switched connection between a container's edge and a handler. The handler is called by {@link EventProcessor} only; sending,
 * and the two hard ends ({@link #abort} and a broken transport), need no handler code and may come from any thread.
 */
public final class LiveConnection implements AdvancedConnection {
    private static final int COMPLETIONS_BEHIND = 2 * OutputQueue.DIRECT;       // written behind a completion, so many bytes let it wait no longer
    private static final int NOT_ENDING = 0, ENDING = 1, ENDED = 2;
    private static final long SHORTEST_REST = 20_000, LONGEST_REST = 4_000_000;      // nanoseconds

    private final String id;
    private final UpgradeRequest request;
    private final ProtocolToken protocol;
    private final Application application;
    private final BlockingStreams streams;      // null unless the handler blocks
    private final OutputQueue queue;
    private final MemoryAccount memory;
    private final CloseState closeState = new CloseState();
    private final TimeoutCheck timeouts;
    private final EventProcessor processor;
    private final Runnable atEnd, afterHandler;
    private final AtomicInteger ending = new AtomicInteger(NOT_ENDING);     // its lock orders opening and end
    private volatile Transport transport;       // null before the container has opened the connection
    private volatile long openedAt;             // milliseconds of the epoch; 0 before
    private volatile long openedNanos;
    private volatile long roundTrip = -1;       // nanoseconds of the last ping; -1 for none
    private volatile OutputFlusher.Watched watched;
    private volatile LastWord lastWord;         // null without
    private volatile boolean parts;             // changed under the lock of closeState
    private volatile Application.CallbackScope caller = Application.CallbackScope.NONE;
    private boolean openingTold;                // both under the lock of ending
    private Runnable tellClosing;               // null unless the end came while the opening was told

    /**
     * @param limits       of this connection
     * @param atEnd        runs once when the socket is closed, on every path: gives back what was reserved for the connection
     * @param afterHandler runs once after the handler's last callback
     */
    public LiveConnection(Application application, Limits limits, UpgradeRequest request, ProtocolToken protocol, EarlyData earlyData, ConnectionHandler handler,
                          Runnable atEnd, Runnable afterHandler) {
        this.id = application.registry().nextId();
        this.application = application;
        this.request = request;
        this.protocol = protocol;
        this.atEnd = atEnd;
        this.afterHandler = afterHandler;
        this.memory = new MemoryAccount(application.memory(), this);
        this.queue = new OutputQueue(application.chunks(), memory, application.limits().queue());
        this.timeouts = new TimeoutCheck(this, limits);
        this.streams = handler instanceof ConnectionHandler.Blocking blocking ? new BlockingStreams(this, blocking, application) : null;
        this.processor = new EventProcessor(this, application, streams == null ? (ConnectionHandler.Events) handler : streams, earlyData, queue, closeState, timeouts);
        application.registry().expect(this);
    }

    /** With the application's limits, and nothing to do after the handler. */
    public LiveConnection(Application application, UpgradeRequest request, ProtocolToken protocol, EarlyData earlyData, ConnectionHandler handler, Runnable atEnd) {
        this(application, application.limits(), request, protocol, earlyData, handler, atEnd, () -> { });
    }

    /** What the container has on a thread that serves the request of this caller. Before the connection is opened. */
    public void runsAs(Application.CallbackScope identity) {
        caller = identity;
    }

    // ---- called by the edge

    /** The switch is done: opens the connection and delivers what is there. */
    public void open(Transport edge) {
        transport = edge;
        queue.attach(edge);
        if (isTerminated()) Completions.guarded(edge::abort);       // when there was no socket yet; otherwise terminate() finds it
        else if (closeState.decided() == null) opened();
        event(OPEN | READABLE);
    }

    /** From here on timeouts and drains see it, although its handler may have to wait for a thread. */
    private void opened() {
        synchronized (ending) {
            if (ending.get() != NOT_ENDING) return;      // never counted, never told
            openedNanos = System.nanoTime();
            openedAt = System.currentTimeMillis();
            application.registry().add(this);
        }
        Completions.guarded(() -> application.listener().opened(this));
        Runnable close;
        synchronized (ending) {
            openingTold = true;
            close = tellClosing;
        }
        if (close != null) close.run();
    }

    /** Bytes, or the end, can be read. */
    public void readable() {
        event(READABLE);
    }

    /** More can be written. */
    public void writable() {
        queue.transportReady();
        if (!event(WRITABLE | SETTLE)) advanceDuringCallback();
    }

    /** Returns whether the events were processed here. */
    private boolean event(int bits) {
        Transport edge = transport;
        if (edge != null && edge.runsCallbacks()) return processor.event(bits);
        processor.signal(bits);     // before it is open, too: some containers call while they open it
        return false;
    }

    /** The callback that runs may take long, or wait for these very bytes. */
    private void advanceDuringCallback() {
        if (!processor.inCallback()) return;
        if (transport.runsCallbacks() && !queue.heldByCaller()) advance();
        else application.flusher().watch(this);
    }

    /** The connection broke. */
    public void broke(Throwable failure) {
        lose(CloseCause.of(CloseCause.Kind.BROKEN, failure));
    }

    /** The container has released the connection. */
    public void released() {
        lose(CloseCause.of(CloseCause.Kind.BROKEN, "the container ended the connection"));
    }

    /** The connection is lost. While only the client's end was awaited that is the end that was requested: everything was sent. */
    void lose(CloseCause cause) {
        CloseCause close = closeState.requested();
        closeState.decide(close != null && queue.outputEnded() ? close : cause);
        processor.signal(END);
    }

    Transport transport() {
        return transport;
    }

    // ---- called by the processor

    /** Why bytes that were accepted have not been sent. */
    IOException lost(CloseCause cause) {
        return new IOException("The connection closed before these bytes were sent: " + cause);
    }

    /** The last event has been processed. */
    void finished() {
        if (streams == null) handlerDone();
    }

    /** The handler has been called for the last time, and has returned. */
    void handlerDone() {
        Completions.guarded(afterHandler);
        application.registry().finished(this);
    }

    /** Interrupts the handler; returns its thread, or null when none of its code runs. */
    Thread interruptHandler() {
        return streams == null ? processor.interruptCallback() : streams.interrupt();
    }

    // ---- the end of the socket: needs no handler code

    /**
     * Once the end is decided: closes the socket, gives back what was reserved, and counts the end. Never waits for the handler.
     * From any thread, may be called again.
     */
    void terminate() {
        CloseCause cause = closeState.decided();
        if (cause == null || !ending.compareAndSet(NOT_ENDING, ENDING)) return;
        Transport edge = transport;
        if (edge != null) Completions.guarded(closeState.isOrderly() ? edge::close : edge::abort);
        else if (streams != null) streams.giveBack();       // it will not be opened any more
        queue.shut(lost(cause));
        Completions.guarded(atEnd);        // before the registry: who sees that the connection is gone may take its place
        tellClosed(cause);
        ending.set(ENDED);
        if (!processor.isRunner()) processor.signal(END);       // it may have waited for this
    }

    /** The listener is told of the end behind the opening, and not at all without it. */
    private void tellClosed(CloseCause cause) {
        Runnable tell = () -> Completions.guarded(() -> application.listener().closed(this, cause, Duration.ofNanos(System.nanoTime() - openedNanos)));
        boolean now;
        synchronized (ending) {
            application.registry().remove(this, cause);
            now = openedAt != 0 && openingTold;
            if (!now && openedAt != 0) tellClosing = tell;
        }
        if (now) tell.run();
    }

    boolean isTerminated() {
        return ending.get() != NOT_ENDING;
    }

    /** Whether {@link #terminate} has done all it does; if not, and the end is decided, the processor is signalled when it has. */
    boolean hasTerminated() {
        return ending.get() == ENDED;
    }

    /** Ends the connection at once, with this cause unless there is one already. From any thread. */
    public void abort(CloseCause cause) {
        closeState.decide(cause);
        terminate();
        processor.signal(END);
    }

    /** As {@link #abort}, for a caller that must not call the container: a thread of the application's closes the socket. */
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

    /** What the flusher knows of this connection; made when it is first needed. */
    OutputFlusher.Watched watched() {
        OutputFlusher.Watched made = watched;
        return made != null ? made : queue.atomically(() -> watched == null ? watched = new OutputFlusher.Watched(this) : watched);
    }

    CloseState closeState() {
        return closeState;
    }

    MemoryAccount memory() {
        return memory;
    }

    /** Asks the handler to close the connection, once; later calls do nothing. From any thread; only marks. */
    public void drain(CloseCause cause) {
        closeState.expect(cause);
        processor.signal(DRAIN);
    }

    /** The idle time is over: the handler may send its last bytes. */
    void idleTimeOver() {
        processor.signal(IDLE);
    }

    /** Pings the client, on a thread that may write to the container. */
    void pingSoon(KeepAlive pings) {
        application.housekeeping().execute(() -> Completions.guarded(pings::send));
    }

    /** What the handler did not do in time is done without it, on a thread that may call the container. */
    void closeSoon(CloseCause cause) {
        application.housekeeping().execute(() -> close(cause));
    }

    /** As {@link #closeSoon}, behind the protocol's last word, which the handler cannot say. A second call does nothing. */
    void partSoon(CloseCause cause) {
        synchronized (closeState) {
            if (parts) return;
            parts = true;
        }
        application.housekeeping().execute(() -> part(cause));
    }

    /** Whether {@link #partSoon} was called. */
    boolean parts() {
        return parts;
    }

    /** Whether {@link #partSoon} is of use: the protocol has a last word, and the connection is not closing yet. */
    boolean hasLastWord() {
        return lastWord != null && !sendsNoMore();
    }

    private void part(CloseCause cause) {
        LastWord word = sendsNoMore() ? null : lastWord;
        Runnable close = () -> close(cause);
        if (word == null || !Completions.guarded(() -> word.say(cause, close))) close.run();
    }

    /** The server closes the connection for what its client sends, or does not send: the handler may send its last bytes. */
    void reject(CloseCause cause) {
        closeState.expect(cause);
        processor.signal(REJECTED);
    }

    /** As {@link #reject}, for a caller that holds locks. */
    void rejectSoon(CloseCause cause) {
        closeState.expect(cause);
        application.housekeeping().execute(() -> reject(cause));
    }

    /** Why the server closes the connection. */
    CloseCause rejection() {
        return closeState.expectedOr(CloseCause.of(CloseCause.Kind.STALLED, "the client was too slow"));
    }

    /**
     * Writes what the transport takes, and ends the output if that was requested. Runs no handler code, except that an
     * {@link io.github.changeover.spi.SwitchedConnection.ImmediateCompletion} may run. From any thread.
     */
    void advance() {
        try {
            queue.flush(true);
            boolean ended = queue.tryEndOutput();
            callWhenWritable();
            CloseCause close = closeState.requested();
            if (ended && close != null) {
                if (queue.endSent() || processor.lingers()) timeouts.lingering(!queue.endSent());
                else closeState.decide(close);
            }
            if (ended || queue.hasCompleted() || queue.hasRoomAgain()) processor.signal(SETTLE);
        } catch (IOException broken) {
            broke(broken);
        }
    }

    /**
     * After a refused write: asks the container to call. Not while a callback runs, for on Tomcat the call would wait for it on a thread
     * of its own; then the flusher tries, and the thread of the callback asks when that is over.
     */
    private void callWhenWritable() {
        if (!queue.isRefused()) return;
        if (processor.inCallback()) {
            application.flusher().watch(this);
        } else {
            try {
                queue.requestWritable();
            } catch (IOException broken) {
                broke(broken);
            }
        }
    }

    // ---- called by the handler

    @Override
    public boolean send(ByteBuffer bytes, Completion sent) {
        boolean gather = bytes.remaining() < OutputQueue.DIRECT && processor.gathers();
        try {
            Accepted accepted = closeState.decided() == null ? queue.send(bytes, sent, gather) : Accepted.CLOSED;
            return sent(accepted, bytes, sent) == Accepted.MORE;
        } catch (IllegalStateException overflow) {
            abort(CloseCause.of(CloseCause.Kind.OVERFLOW, overflow));
            throw overflow;
        }
    }

    @Override
    public boolean trySend(ByteBuffer bytes, Completion sent, long mostQueued) {
        boolean gather = bytes.remaining() < OutputQueue.DIRECT && processor.gathers();
        Accepted accepted = closeState.decided() == null ? queue.send(bytes, sent, gather, mostQueued) : Accepted.CLOSED;
        return sent(accepted, bytes, sent) != Accepted.NO_ROOM;
    }

    @Override
    public boolean defer(Deferred message) {
        if (closeState.decided() != null || !queue.defer(message)) return false;
        if (processor.isRunner()) application.flusher().watch(this);
        else callWhenWritable();
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
        return queue.isRefused();
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

    private Accepted sent(Accepted accepted, ByteBuffer bytes, Completion sent) {
        switch (accepted) {
            case NO_ROOM -> { }
            case CLOSED -> {
                bytes.position(bytes.limit());
                if (sent != null) refuse(sent);
            }
            case BROKEN -> broke(queue.failure());
            default -> {
                if (processor.isRunner()) {
                    if (queue.queued() > 0) application.flusher().watch(this);      // gathered, or refused by the transport
                } else {
                    callWhenWritable();
                    if (sent != null && queue.hasCompleted()) runCompletionsSoon();
                }
            }
        }
        return accepted;
    }

    private void runCompletionsSoon() {
        if (processor.completionsMayWait() && queue.writtenSinceCompleted() < COMPLETIONS_BEHIND) application.flusher().watch(this);
        else processor.signal(SETTLE);
    }

    /** Why bytes are not accepted any more. */
    IOException refusal() {
        CloseCause cause = closeState.decided();
        return cause != null ? lost(cause) : new IOException("The connection does not accept bytes any more: it is closing, or its output has ended");
    }

    private void refuse(Completion sent) {
        IOException closed = refusal();
        if (sent instanceof ImmediateCompletion) Completions.complete(sent, closed);
        else processor.reject(sent, closed);
    }

    @Override
    public <T> T together(Supplier<T> sends) {
        return queue.atomically(sends);
    }

    /** On whatever thread, that of a callback included: there no event of the container arrives, so the waiting thread writes itself. */
    @Override
    public boolean awaitRoom(long bytes, Duration atMost) throws InterruptedException {
        long begun = System.nanoTime();
        long most = Limits.longest(atMost).toNanos();
        long rest = SHORTEST_REST;
        while (!queue.fits(bytes)) {
            if (sendsNoMore() || System.nanoTime() - begun >= most) return false;
            if (Thread.interrupted()) throw new InterruptedException("Interrupted while waiting for the client");
            LockSupport.parkNanos(rest);
            rest = Math.min(LONGEST_REST, rest * 2);
            advance();
            long waited = queue.takeRoomAgain();
            if (waited >= 0) {
                application.listener().slowWrite(this, waited);
                break;
            }
        }
        return !sendsNoMore();
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
    public void lastWord(LastWord word) {
        lastWord = word;
    }

    @Override
    public Runnable beginScope() {
        if (caller == Application.CallbackScope.NONE) return application.beginScope();
        Runnable identity = caller.begin(), scope = application.beginScope();
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
        processor.signal(SETTLE);
    }

    /** The thread that processes events does so when the callback is over. */
    private void advanceUnlessRunner() {
        if (transport != null && !processor.isRunner()) advance();
    }

    @Override
    public void close() {
        close(closeState.expectedOr(processor.inputEnded() ? CloseCause.of(CloseCause.Kind.PEER, "the client ended its side")
                : CloseCause.of(CloseCause.Kind.HANDLER, "the handler closed")));
    }

    @Override
    public void conclude() {
        closeState.skipLinger();
        close();
    }

    @Override
    public void close(CloseCause cause) {
        queue.close();      // first: whoever sees the request finds everything that will ever be in the queue
        if (!closeState.request(cause)) return;
        queue.requestEnd(true);
        advanceUnlessRunner();
        processor.signal(SETTLE | READABLE);
    }

    @Override
    public void evict() {
        abort(CloseCause.of(CloseCause.Kind.EVICTED, "evicted"));
    }

    /** {@code serve} threw. */
    void failed(Throwable failure) {
        if (closeState.requested() != null || closeState.decided() != null) return;
        closeState.handlerFailed(failure, this);
        processor.signal(END);
    }

    /** Whether bytes are dropped from here on. */
    boolean sendsNoMore() {
        return queue.isClosed() || closeState.decided() != null;
    }

    /** Whether the connection has ended. */
    boolean hasEnded() {
        return closeState.decided() != null;
    }

    @Override
    public InputStream input() {
        return BlockingStreams.of(streams).input();
    }

    @Override
    public OutputStream output() {
        return BlockingStreams.of(streams).output();
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

    /** When it opened; empty before. */
    public Optional<Instant> since() {
        return openedAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(openedAt));
    }

    /** Time without a byte in either direction, as the monitor saw it: exact to about a second. */
    public Duration idle() {
        return timeouts.idle(System.nanoTime());
    }

    /** How long the client took to answer the last ping. */
    public Optional<Duration> roundTrip() {
        return roundTrip < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(roundTrip));
    }

    public long octetsIn() {
        return processor.bytesIn();
    }

    public long octetsOut() {
        return queue.written();
    }

    /** Bytes of memory that count against the application's budget. */
    public long memoryHeld() {
        return memory.held();
    }

    @Override
    public String toString() {
        return "connection " + id + " (" + protocol + " on " + request.printablePath() + ", " + request.client() + ")";
    }
}
