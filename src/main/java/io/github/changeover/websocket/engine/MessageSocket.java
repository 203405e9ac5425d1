package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.CloseFrame;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.PlainFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.glassfish.tyrus.core.frame.Frame;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Tyrus' socket, except that it makes the frames of messages itself, and that {@code @OnClose} never runs inside {@code Session.close()}. Any
 * thread may send; what is not the next fragment waits for the end of a message that others send in fragments. Control frames and the states of a
 * connection are Tyrus'.
 */
final class MessageSocket extends TyrusWebSocket {
    private static final System.Logger LOG = System.getLogger(MessageSocket.class.getName());
    /** As long as Tyrus has patience. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);
    private static final int LONGEST_HEADER = 10, OCTETS_OF_A_CHAR = 3;
    /** Of all connections: waiting is rare. */
    private static final ReentrantLock ENDS = new ReentrantLock();
    private static final Condition ENDED = ENDS.newCondition();

    /** Codes for an end without a code; where the application closes with one, Tyrus sends 1000. */
    private static final Set<Integer> STANDS_FOR_NONE = Set.of(1005, 1006, 1015);

    private final FrameOutlet outlet;
    private final AtomicReference<org.glassfish.tyrus.core.frame.CloseFrame> close = new AtomicReference<>();      // what the endpoint is told: the first, from either side or of ours
    private final AtomicBoolean closeFollows = new AtomicBoolean();                 // the endpoint will be told by a task
    private volatile Thread closing;    // the one that tells the endpoint of it
    private boolean closed;             // the endpoint was told; touched in callbacks only
    private volatile int unfinished;    // opcode of the message that is sent in fragments, or 0; changed while nobody else sends
    private volatile boolean awaited;   // somebody has waited for its end
    private volatile long sendTimeout;      // milliseconds; 0 or less for none
    private char half;                  // the first half of a surrogate pair that ended a fragment, or 0; likewise

    MessageSocket(ProtocolHandler protocol, TyrusEndpointWrapper endpoint, FrameOutlet outlet) {
        super(protocol, endpoint);
        this.outlet = outlet;
    }

    // ---- the end

    /**
     * Tyrus calls this inside {@code Session.close()}, on whatever thread. The endpoint is called afterwards: the callback that is running may be what
     * closed the session, and another thread must not run the endpoint's code.
     */
    @Override
    public void onClose(org.glassfish.tyrus.core.frame.CloseFrame frame) {
        if (closing == Thread.currentThread()) {
            if (close.compareAndSet(null, frame)) closed = true;
            super.onClose(frame);       // of the client's, or Tyrus calls itself again
            return;
        }
        close.compareAndSet(null, frame);
        if (!closeFollows.compareAndSet(false, true)) return;
        if (outlet.closeSent()) outlet.end();
        outlet.execute(this::deliverClose);
    }

    /** Calls the endpoint's {@code @OnClose}, if the session is closed and that was not done. In callbacks only. */
    void deliverClose() {
        org.glassfish.tyrus.core.frame.CloseFrame frame = close.get();
        if (frame == null || closed) return;
        closed = true;
        closing(() -> super.onClose(frame));
    }

    /** Processes a Close frame of the client's: no code of the endpoint's is running, so that its {@code @OnClose} may. */
    void clientCloses(Runnable process) {
        deliverClose();
        closing(process);
    }

    /** Whether the API has this code. Tomcat's lacks 1014, and throws when Tyrus asks for it. */
    static boolean isInApi(int code) {
        try {
            return CloseReason.CloseCodes.getCloseCode(code) != null;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    /** The application closes. While its {@code @OnClose} runs the session is closing already, and Tyrus, which does not look, would call that again. */
    @Override
    public void close(CloseReason reason) {
        if (closing == Thread.currentThread()) return;
        closeWith(reason == null ? new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "") : reason);
    }

    @Override
    public void close(int code, String reason) {
        if (closing == Thread.currentThread()) super.close(code, reason);       // Tyrus, in answer to the client's
        else closeWith(new CloseReason(isInApi(code) ? CloseReason.CloseCodes.getCloseCode(code) : () -> code, CloseFrame.cut(reason == null ? "" : reason)));
    }

    /**
     * Before the Close frame is sent it is noted what the endpoint will be told: the client may answer it, or the connection end, before Tyrus has come back from sending. By
     * now the session does not send messages any more (Tyrus), so that it must be closed whatever the reason is.
     *
     * @throws IllegalArgumentException for a code that neither is sent nor stands for none; the session is closed with 1011 then
     */
    private void closeWith(CloseReason asked) {
        int code = asked.getCloseCode().getCode();
        boolean legal = CloseFrame.isSent(code) || STANDS_FOR_NONE.contains(code);
        String reason = legal ? CloseFrame.cut(asked.getReasonPhrase() == null ? "" : asked.getReasonPhrase()) : "The application closes with the code " + code + ", which is never sent.";
        int sent = legal ? code : CloseReason.CloseCodes.UNEXPECTED_CONDITION.getCode();
        close.compareAndSet(null, new org.glassfish.tyrus.core.frame.CloseFrame(new CloseReason(legal ? asked.getCloseCode() : CloseReason.CloseCodes.UNEXPECTED_CONDITION, reason)));
        if (!isInApi(sent)) {       // Tyrus cannot: its own frame goes nowhere
            outlet.close(CloseFrame.of(sent, reason));
            sent = CloseReason.CloseCodes.CLOSED_ABNORMALLY.getCode();
        }
        super.close(sent, reason);
        if (!legal) throw new IllegalArgumentException("The session is closed with 1011: a Close frame's code is one of 1000 to 1003, 1007 to 1014 and 3000 to 4999, not " + code);
    }

    private void closing(Runnable step) {
        closing = Thread.currentThread();
        try {
            step.run();
        } finally {
            closing = null;
        }
    }

    // ---- messages

    /** Completes what the sender was given. A {@code SendHandler} is the application's: it runs on a thread of its own. */
    private final class Sent extends CompletionHandler<ByteBuffer> {
        private final Outcome outcome = new Outcome();
        private final SendHandler handler;      // or null

        Sent(SendHandler handler) {
            this.handler = handler;
        }

        @Override
        public void completed(ByteBuffer frame) {
            outcome.complete(null);
            if (handler != null) outlet.result(() -> handler.onResult(new SendResult()));
        }

        @Override
        public void failed(Throwable failure) {
            outcome.completeExceptionally(failure);
            if (handler != null) outlet.result(() -> handler.onResult(new SendResult(failure)));
        }
    }

    /** What is on its way cannot be taken back. */
    private static final class Outcome extends CompletableFuture<Frame> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }

    @Override
    public Future<Frame> sendText(String text, WriterInfo info) {
        return message(PlainFrame.text(text), info, null);
    }

    @Override
    public void sendText(String text, SendHandler handler, WriterInfo info) {
        message(PlainFrame.text(text), info, handler);
    }

    @Override
    public Future<Frame> sendBinary(byte[] octets, WriterInfo info) {
        return message(binary(octets), info, null);
    }

    @Override
    public void sendBinary(byte[] octets, SendHandler handler, WriterInfo info) {
        message(binary(octets), info, handler);
    }

    /** A message for many sessions. */
    @Override
    public Future<Frame> sendRawFrame(ByteBuffer frame) {
        return message(frame, new WriterInfo(WriterInfo.MessageType.BINARY, WriterInfo.RemoteEndpointType.BROADCAST), null);
    }

    private static ByteBuffer binary(byte[] octets) {
        return PlainFrame.of(Opcode.FIN | Opcode.BINARY, octets, 0, octets.length);
    }

    private Future<Frame> message(ByteBuffer frame, WriterInfo info, SendHandler handler) {
        if (!FrameOutlet.isAsynchronous(info)) return send(0, frame.remaining(), () -> frame, handler);
        mustBeOpen();
        Sent sent = new Sent(handler);
        long timeout = sendTimeout;
        outlet.sendAsynchronously(frame, sent, timeout, () -> closeLate(timeout));
        return sent.outcome;
    }

    /** For asynchronous sends from now on. */
    @Override
    public void setWriteTimeout(long milliseconds) {
        sendTimeout = milliseconds;
    }

    private void closeLate(long timeout) {
        if (!isConnected()) return;
        LOG.log(System.Logger.Level.INFO, "The session on {0} is closed with 1011: its client did not take a message within {1} ms (setSendTimeout, setAsyncSendTimeout)", outlet, timeout);
        close(CloseReason.CloseCodes.UNEXPECTED_CONDITION.getCode(), "A message was not sent within " + timeout + " ms.");
    }

    /** @param part null from a writer that is closed with nothing left to write */
    @Override
    public Future<Frame> sendText(String part, boolean last, WriterInfo info) {
        String text = part == null ? "" : part;
        return fragment(Opcode.TEXT, OCTETS_OF_A_CHAR * (1 + text.length()), last, info,
                first -> {
                    byte[] octets = encodable(text, last).getBytes(StandardCharsets.UTF_8);
                    return PlainFrame.of(first, octets, 0, octets.length);
                });
    }

    /** Neither half of a surrogate pair can be encoded alone. */
    private String encodable(String part, boolean last) {
        String text = half == 0 ? part : half + part;
        int end = text.length() - 1;
        boolean split = !last && end >= 0 && Character.isHighSurrogate(text.charAt(end));
        half = split ? text.charAt(end) : 0;
        return split ? text.substring(0, end) : text;
    }

    @Override
    public Future<Frame> sendBinary(byte[] octets, int from, int count, boolean last, WriterInfo info) {
        return fragment(Opcode.BINARY, count, last, info, first -> PlainFrame.of(first, octets, from, count));
    }

    /** Makes a frame that begins with this octet. */
    private interface Fragment {
        ByteBuffer of(int first);
    }

    private Future<Frame> fragment(int opcode, int most, boolean last, WriterInfo info, Fragment fragment) {
        Future<Frame> sent = send(opcode, LONGEST_HEADER + most, () -> {
            int first = unfinished == opcode ? Opcode.CONTINUATION : opcode;
            unfinished = last ? 0 : opcode;
            return fragment.of(last ? Opcode.FIN | first : first);
        }, null);
        if (awaited && (last || outlet.isBroken())) tellWhoWaits();
        return sent;
    }

    private void mustBeOpen() {
        if (!isConnected()) throw new IllegalStateException("The WebSocket is not open any more");
    }

    private Future<Frame> send(int opcode, int octets, Supplier<ByteBuffer> frame, SendHandler handler) {
        mustBeOpen();
        Sent sent = new Sent(handler);
        long left = PATIENCE;
        while (!outlet.send(octets, () -> isTurnOf(opcode) ? frame.get() : null, sent)) left = awaitEnd(opcode, left);
        return sent.outcome;
    }

    private boolean isTurnOf(int opcode) {
        return unfinished == 0 || unfinished == opcode || outlet.isBroken();
    }

    private long awaitEnd(int opcode, long patience) {
        long left = patience;
        ENDS.lock();
        try {
            awaited = true;     // before the look: who ends the message sees it, or is seen
            while (!isTurnOf(opcode)) {
                if (left <= 0) throw new IllegalStateException("A message is sent in fragments and has no end yet: send its last fragment before another message");
                left = ENDED.awaitNanos(left);
            }
            return left;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a message that is sent in fragments had no end", interrupted);
        } finally {
            ENDS.unlock();
        }
    }

    private static void tellWhoWaits() {
        ENDS.lock();
        try {
            ENDED.signalAll();
        } finally {
            ENDS.unlock();
        }
    }
}
