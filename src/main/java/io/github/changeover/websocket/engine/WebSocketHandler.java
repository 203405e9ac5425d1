package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.HttpSessionEnds;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.DeflateAgreement;
import io.github.changeover.websocket.engine.WebSocketLibrary.WebSocketSettings;
import io.github.changeover.websocket.frames.CloseFrame;
import io.github.changeover.websocket.frames.DeflaterPool;
import io.github.changeover.websocket.frames.ExtendedFrameReader;
import io.github.changeover.websocket.frames.FrameFault;
import io.github.changeover.websocket.frames.FrameInput;
import io.github.changeover.websocket.frames.FrameLimits;
import io.github.changeover.websocket.frames.FrameListener;
import io.github.changeover.websocket.frames.FrameReader;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCode;
import jakarta.websocket.CloseReason.CloseCodes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Handles WebSocket on one switched connection. It reads, checks and unmasks frames; Tyrus converts them to messages and calls the endpoint. However the
 * connection ends, the endpoint is notified exactly once.
 */
final class WebSocketHandler implements ConnectionHandler.Events, FrameListener {
    /** Complete messages from this size on are counted while they are delivered. There are at most as many smaller ones as threads. */
    static final int LARGE = 4 * 1024;
    /** Fragments from this size on do not count for the message rate: a client sends them for a long message, whose size is limited in bytes. */
    private static final int SMALL_FRAGMENT = 1024;
    private static final System.Logger LOG = System.getLogger(WebSocketHandler.class.getName());
    private static final AtomicBoolean LOGGED_NO_SESSION = new AtomicBoolean();      // whether this was logged
    private TyrusHandshake handshake;       // null after opened(): the session has copied what it needs of the request
    private final ExtensionChain extensions;        // null if no extension took part in the handshake
    private final Optional<TyrusHandshake.Sessions> sessions;
    private final Optional<DeflateAgreement> deflate;
    private final WebSocketSettings settings;
    private final Shared shared;
    private FrameSender sender;             // null before opened()
    private SessionObserver observer;       // null if there are no listeners
    private MessageMemory memory;
    private FrameInput reader;
    private FrameReceiver receiver;
    private SessionPings pings;             // null if the server sends no pings
    private MessageRate rate;               // null if there is no limit
    private final long negotiated;
    private volatile CloseResult endingToReport;       // null unless a Close frame was sent while a callback was running
    private HttpSessionEnds.SessionEndTask expected;  // null unless an authenticated user's session is watched

    /**
     * The objects that all connections of an application share.
     *
     * @param results   runs the results of asynchronous sends
     * @param threads   runs tasks of the application, each in a request scope
     * @param timer     for timeouts of asynchronous sends
     * @param listeners the listeners of the application
     */
    record Shared(DeflaterPool pool, HttpSessionEnds ends, Executor results, Executor threads, Supplier<SessionTimer> timer, SessionObserver.Listeners listeners) {
    }

    /** The code for the client, the code for the endpoint, and the reason. */
    private record CloseResult(CloseCode client, CloseCode endpoint, String reason) {
        static final CloseResult GOING_AWAY = of(CloseCodes.GOING_AWAY, "The server is closing the connection.");

        static CloseResult of(CloseCode code, String reason) {
            return new CloseResult(code, code, reason);
        }

        static CloseResult of(FrameFault fault) {
            return of(CloseCodes.getCloseCode(fault.code()), fault.reason());
        }

        /**
         * For a timeout. The client receives 1001 (RFC 6455 section 7.4.1). The endpoint receives 1006: "if the local container determines the session has
         * timed out, the local implementation must use the WebSocket protocol close code 1006" (Jakarta WebSocket 2.2 section 2.1.5). Tomcat behaves in
         * the same way.
         */
        static CloseResult timedOut(String reason) {
            return new CloseResult(CloseCodes.GOING_AWAY, CloseCodes.CLOSED_ABNORMALLY, reason);
        }

        OutgoingFrame frame() {
            return CloseFrame.of(client.getCode(), reason);
        }
    }

    /** @param negotiated the time of the negotiation in nanoseconds; a logout since then closes the session */
    WebSocketHandler(TyrusHandshake handshake, Optional<DeflateAgreement> deflate, WebSocketSettings settings, Shared shared, long negotiated) {
        this(handshake, TyrusHandshake.Sessions.KNOWN, deflate, settings, shared, negotiated);
    }

    /** @param sessions empty for a version of Tyrus whose sessions are unknown */
    WebSocketHandler(TyrusHandshake handshake, Optional<TyrusHandshake.Sessions> sessions, Optional<DeflateAgreement> deflate, WebSocketSettings settings, Shared shared, long negotiated) {
        this.handshake = handshake;
        this.extensions = handshake.chain().isKnown() ? handshake.chain() : null;
        this.sessions = sessions;
        this.deflate = deflate;
        this.settings = settings;
        this.shared = shared;
        this.negotiated = negotiated;
    }

    @Override
    public void opened(SwitchedConnection connection) {
        if (extensions != null) extensions.begin();
        memory = new MessageMemory(connection.advanced());
        boolean extended = extensions != null && !extensions.isEmpty();
        FrameLimits limits = FrameLimits.ofMessages(settings.maxMessage());
        reader = extended ? new ExtendedFrameReader(limits, extensions, shared.pool, memory) : new FrameReader(limits, deflate, shared.pool, memory);
        FrameWriter writer = extended ? new FrameWriter(extensions) : new FrameWriter(deflate, shared.pool, settings.compression());
        sender = new FrameSender(connection, writer, reader::closeReceived, shared.threads, new SerialExecutor(shared.results, connection.advanced()::beginScope),
                reason -> end(reason.getCloseCode(), reason.getReasonPhrase()));
        AsynchronousSends asynchronous = new AsynchronousSends(sender, connection, settings.sendMax(), shared.threads, shared.timer);
        observer = shared.listeners.of(connection.id(), connection.request(), handshake.subprotocol());
        if (observer != null) {
            sender.observe(observer);
            observer.opened();
        }
        if (settings.sessions().messagesMax() > 0) rate = new MessageRate(settings.sessions().messagesMax());
        AdvancedConnection advanced = connection.advanced();
        advanced.beforeClose((cause, close) -> {
            CloseResult ending = ending(advanced, cause);
            endingToReport = ending;
            sender.close(ending.frame(), close);
        });
        SessionSettings times = settings.sessions();
        if (!times.ping().isZero()) {       // before the endpoint is notified, because @OnOpen may take long
            pings = new SessionPings(advanced, sender);
            advanced.pingWhenQuiet(times.ping(), times.pong(), pings);
        }
        SessionSchedule schedule = new SessionSchedule(advanced, session -> advanced.endsAt(new SessionExpiry(session, connection)));
        schedule.opening(() -> receiver = sessions.isPresent() ? handshake.open(sender, asynchronous, memory, sessions.get()) : handshake.openUnknown(sender, asynchronous, memory));
        handshake = null;
        if (schedule.session() == null && LOGGED_NO_SESSION.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "Unsupported Tyrus version: the user property {0} of a session has no effect", SessionExpiry.VALID_UNTIL);
        }
        UpgradeRequest request = connection.request();
        if (request.principal().isPresent() && request.sessionId().isPresent()) {
            expected = shared.ends.runAtEnd(request.sessionId().get(), negotiated, () -> connection.execute(
                    () -> end(CloseCodes.VIOLATED_POLICY, "The user's session has ended.")));
        }
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        sender.receiving(true);
        try {
            reader.read(bytes, this);
        } finally {
            sender.receiving(false);
        }
        if (sender.isFull()) connection.pause();
    }

    @Override
    public boolean wantsWhole(int opcode) {
        return receiver.wantsWhole(opcode);
    }

    @Override
    public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
        if (pings != null && pings.isAnswer(opcode, bytes, from, to)) return;
        if (observer != null && opcode == Opcode.CLOSE) observer.closing(bytes, from, to);
        if (opcode == Opcode.CLOSE && from == to) {     // Tyrus would report 1000 to the endpoint
            end(CloseCodes.NO_STATUS_CODE, "");
            return;
        }
        if (rate != null && isTooFast(opcode, fin, to - from)) {
            reader.close();
            end(CloseCodes.VIOLATED_POLICY, "More than " + settings.sessions().messagesMax() + " messages in a second (changeover.websocket.messages.max).");
            return;
        }
        if (observer == null) {
            deliver(opcode, fin, bytes, from, to);
            return;
        }
        Runnable afterDelivery = observer.messageIn(opcode, fin, to - from);
        try {
            deliver(opcode, fin, bytes, from, to);
        } finally {
            afterDelivery.run();
        }
    }

    /**
     * Whether messages arrive too fast. Control frames count, because many of them are a flood as well. Fragments arrive here only if the handler receives
     * partial messages and is called for each. Small fragments between the first and the last count, too. Otherwise one message without an end could be a
     * flood that no limit stops.
     */
    private boolean isTooFast(int opcode, boolean fin, int bytes) {
        boolean counts = opcode != Opcode.CONTINUATION ? opcode != Opcode.CLOSE : !fin && bytes < SMALL_FRAGMENT;
        return counts && rate.isTooFast();
    }

    private void deliver(int opcode, boolean fin, byte[] bytes, int from, int to) {
        int copy = to - from < LARGE ? 0 : to - from;
        boolean fits = copy == 0 || memory.charge(copy);
        memory.pin();
        try {
            fits = fits && receiver.frame(opcode, fin, bytes, from, to);
        } finally {
            memory.unpin();
            if (copy > 0) memory.release(copy);
        }
        if (!fits) {
            reader.close();
            failed(FrameFault.NO_MEMORY);
        }
    }

    @Override
    public void unfinished(long bytes) {
        memory.unfinished(bytes);
    }

    @Override
    public void failed(FrameFault fault) {
        end(CloseResult.of(fault));
    }

    @Override
    public void writable(SwitchedConnection connection) {
        connection.resume();
    }

    /** The client ended the connection without a Close frame. RFC 6455 section 7.1.5 specifies the code 1006 for this. */
    @Override
    public void ended(SwitchedConnection connection) {
        endedWithoutCloseFrame("The client ended the connection without a Close frame.");
        connection.close();
    }

    @Override
    public void idle(SwitchedConnection connection) {
        end(ending(connection.advanced(), CloseCause.of(CloseCause.Kind.IDLE, "")));
    }

    @Override
    public void rejected(SwitchedConnection connection, CloseCause cause) {
        abort();
        if (cause.kind() == CloseCause.Kind.MEMORY) sender.dropDeferred();
        end(ending(connection.advanced(), cause));
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        AdvancedConnection advanced = connection.advanced();
        end(ending(advanced, advanced.requestedCause().orElseGet(() -> CloseCause.of(CloseCause.Kind.DRAINED, ""))));
    }

    /** Returns codes and reason for a session that the server must close. */
    private CloseResult ending(AdvancedConnection connection, CloseCause cause) {
        return switch (cause.kind()) {
            case IDLE -> CloseResult.timedOut("Nothing was sent or received for " + connection.idleTime().toMillis() + " ms.");
            case UNANSWERED -> CloseResult.timedOut("Nothing was received for " + settings.sessions().pong().toMillis() + " ms after a Ping (changeover.websocket.pong).");
            case EXPIRED -> CloseResult.of(CloseCodes.VIOLATED_POLICY, "The validity period of this session is over.");
            case STALLED -> CloseResult.of(CloseCodes.VIOLATED_POLICY, "The rest of a message arrived too slowly (changeover.stall, changeover.stall.min).");
            case MEMORY -> CloseResult.of(FrameFault.NO_MEMORY);
            case DRAINED -> cause.restarts() ? CloseResult.of(CloseCodes.SERVICE_RESTART, "The server is restarting.") : CloseResult.GOING_AWAY;
            default -> CloseResult.GOING_AWAY;
        };
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        if (expected != null) shared.ends.cancel(expected);
        try {
            if (sender != null) ended(cause);
        } finally {
            if (extensions != null) extensions.destroy();
        }
    }

    private void ended(CloseCause cause) {
        abort();     // done first, because the endpoint may throw an exception
        try {
            sender.discardFrames();
            CloseResult sent = endingToReport;
            if (sent == null) end(CloseCodes.CLOSED_ABNORMALLY, cause.kind().toString());
            else end(sent.endpoint, sent.reason);
            if (receiver != null) receiver.deliverClose();
        } finally {
            if (observer != null) observer.closed();
        }
    }

    /** Stops reading and releases the memory of messages. */
    private void abort() {
        reader.close();
        if (receiver != null) receiver.close();
    }

    /** Sends a Close frame and closes the session. Does nothing if that has already been done. */
    private void end(CloseCode code, String reason) {
        if (receiver != null) receiver.closeSession(new CloseReason(code, reason));
    }

    /** If the endpoint must receive a different code than the client, the client's Close frame is sent first. */
    private void end(CloseResult ending) {
        if (ending.client != ending.endpoint) sender.close(ending.frame());
        end(ending.endpoint, ending.reason);
    }

    private void endedWithoutCloseFrame(String why) {
        sender.discardFrames();
        end(CloseCodes.CLOSED_ABNORMALLY, why);
    }
}
