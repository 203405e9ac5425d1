package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.CloseFrame;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
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
 * Tyrus' socket with two changes: it creates the frames of messages itself, and {@code @OnClose} never runs inside {@code Session.close()}. Any thread may
 * send. While another thread sends a message in fragments, a different message waits until that message has ended. Control frames and the connection
 * states are those of Tyrus.
 */
final class TyrusMessageSocket extends TyrusWebSocket {
    private static final System.Logger LOG = System.getLogger(TyrusMessageSocket.class.getName());
    /** The longest wait for the end of another message, in nanoseconds: the same time as in Tyrus. */
    private static final long MAX_WAIT = TimeUnit.SECONDS.toNanos(3);
    private static final int BYTES_OF_A_CHAR = 3;
    /** Shared by all connections, because waiting is rare. */
    private static final ReentrantLock ENDS = new ReentrantLock();
    private static final Condition ENDED = ENDS.newCondition();

    private static final MessageFrames FRAMES = new MessageFrames();

    /** Codes that represent a missing code and are never sent. If the application closes with one of them, Tyrus sends 1000. */
    private static final Set<Integer> CODES_FOR_NO_CODE = Set.of(1005, 1006, 1015);

    private final FrameSender sender;
    private final AsynchronousSends asynchronous;
    private final AtomicReference<org.glassfish.tyrus.core.frame.CloseFrame> close = new AtomicReference<>();      // reported to the endpoint: the first Close frame of either side or of Changeover
    private final AtomicBoolean closeFollows = new AtomicBoolean();                 // a task will notify the endpoint
    private volatile Thread closeThread;    // the thread that notifies the endpoint of the close
    private boolean closeNotified;             // the endpoint was notified; used in callbacks only
    private volatile int unfinished;    // opcode of the message being sent in fragments, or 0; changed under the send lock
    private volatile boolean wasAwaited;   // a thread has waited for the end of that message
    private volatile long sendTimeout;      // milliseconds; 0 or less for no timeout
    private char pendingSurrogate;                  // high surrogate at the end of the last fragment, or 0; changed under the send lock

    TyrusMessageSocket(ProtocolHandler protocol, TyrusEndpointWrapper endpoint, FrameSender sender, AsynchronousSends asynchronous) {
        super(protocol, endpoint);
        this.sender = sender;
        this.asynchronous = asynchronous;
    }

    FrameSender sender() {
        return sender;
    }

    // ---- close

    /**
     * Tyrus calls this method inside {@code Session.close()}, on any thread. The endpoint is notified later, for two reasons: the session may have been
     * closed by the callback that is running, and a different thread must not run the endpoint's code.
     */
    @Override
    public void onClose(org.glassfish.tyrus.core.frame.CloseFrame frame) {
        if (closeThread == Thread.currentThread()) {
            if (close.compareAndSet(null, frame)) closeNotified = true;
            super.onClose(frame);       // for the client's Close frame, or in a nested call of Tyrus
            return;
        }
        close.compareAndSet(null, frame);
        if (!closeFollows.compareAndSet(false, true)) return;
        if (sender.closeSent()) sender.end();
        sender.execute(this::deliverClose);
    }

    /** Calls the endpoint's {@code @OnClose} if the session is closed and the endpoint is not notified yet. Called in callbacks only. */
    void deliverClose() {
        org.glassfish.tyrus.core.frame.CloseFrame frame = close.get();
        if (frame == null || closeNotified) return;
        closeNotified = true;
        runClose(() -> super.onClose(frame));
    }

    /** Processes a Close frame of the client. No code of the endpoint is running at this time. Therefore {@code @OnClose} may run. */
    void clientCloses(Runnable process) {
        deliverClose();
        runClose(process);
    }

    /** Whether the API contains this code. Tomcat's API does not contain 1014 and throws an exception when Tyrus looks it up. */
    static boolean isInApi(int code) {
        try {
            return CloseReason.CloseCodes.getCloseCode(code) != null;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    /**
     * Called when the application closes the session. While {@code @OnClose} runs, the session is already closing. Tyrus does not check that and would
     * call {@code @OnClose} again.
     */
    @Override
    public void close(CloseReason reason) {
        if (closeThread == Thread.currentThread()) return;
        closeWith(reason == null ? new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "") : reason);
    }

    @Override
    public void close(int code, String reason) {
        if (closeThread == Thread.currentThread()) super.close(code, reason);       // Tyrus' reply to the client's Close frame
        else closeWith(new CloseReason(isInApi(code) ? CloseReason.CloseCodes.getCloseCode(code) : () -> code, CloseFrame.truncate(reason == null ? "" : reason)));
    }

    /**
     * Closes the session. The code for the endpoint is stored before the Close frame is sent: the client may reply, or the connection may end, before
     * Tyrus returns from sending. At this point Tyrus no longer accepts messages for the session, so the session must be closed even if the code is
     * invalid.
     *
     * @throws IllegalArgumentException if the code must not be sent and does not represent a missing code; the session is then closed with 1011
     */
    private void closeWith(CloseReason reason) {
        int code = reason.getCloseCode().getCode();
        boolean legal = CloseFrame.mayBeSent(code) || CODES_FOR_NO_CODE.contains(code);
        String phrase = legal ? CloseFrame.truncate(reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase()) : "The application closed the session with the code " + code + ", which must not be sent.";
        int sent = legal ? code : CloseReason.CloseCodes.UNEXPECTED_CONDITION.getCode();
        close.compareAndSet(null, new org.glassfish.tyrus.core.frame.CloseFrame(new CloseReason(legal ? reason.getCloseCode() : CloseReason.CloseCodes.UNEXPECTED_CONDITION, phrase)));
        if (!isInApi(sent)) {       // Tyrus cannot send it; the frame that Tyrus sends instead is discarded
            sender.close(CloseFrame.of(sent, phrase));
            sent = CloseReason.CloseCodes.CLOSED_ABNORMALLY.getCode();
        }
        super.close(sent, phrase);
        if (!legal) throw new IllegalArgumentException("The session is closed with 1011. " + CloseFrame.CODES + code);
    }

    private void runClose(Runnable step) {
        closeThread = Thread.currentThread();
        try {
            step.run();
        } finally {
            closeThread = null;
        }
    }

    // ---- messages

    /** Completes the future that the sender received. A {@code SendHandler} is application code. Therefore it runs on a thread of the application. */
    private final class SendNotification extends CompletionHandler<ByteBuffer> {
        private final SendOutcome outcome = new SendOutcome();
        private final SendHandler handler;      // may be null

        SendNotification(SendHandler handler) {
            this.handler = handler;
        }

        @Override
        public void completed(ByteBuffer frame) {
            outcome.complete(null);
            if (handler != null) sender.result(() -> handler.onResult(new SendResult()));
        }

        @Override
        public void failed(Throwable failure) {
            outcome.completeExceptionally(failure);
            if (handler != null) sender.result(() -> handler.onResult(new SendResult(failure)));
        }
    }

    /** The future of a send. It cannot be cancelled. */
    private static final class SendOutcome extends CompletableFuture<Frame> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }

    @Override
    public Future<Frame> sendText(String text, WriterInfo info) {
        return message(text(text), info, null);
    }

    @Override
    public void sendText(String text, SendHandler handler, WriterInfo info) {
        message(text(text), info, handler);
    }

    @Override
    public Future<Frame> sendBinary(byte[] bytes, WriterInfo info) {
        return message(binary(bytes), info, null);
    }

    @Override
    public void sendBinary(byte[] bytes, SendHandler handler, WriterInfo info) {
        message(binary(bytes), info, handler);
    }

    /** Called by Tyrus for a message that is sent to many sessions. */
    @Override
    public Future<Frame> sendRawFrame(ByteBuffer frame) {
        return message(FRAMES.encoded(frame), new WriterInfo(WriterInfo.MessageType.BINARY, WriterInfo.RemoteEndpointType.BROADCAST), null);
    }

    private OutgoingFrame text(String text) {
        return sender.isReceiving() ? OutgoingFrame.text(text) : FRAMES.text(text);
    }

    private OutgoingFrame binary(byte[] bytes) {
        return sender.isReceiving() ? OutgoingFrame.of(Opcode.BINARY, true, bytes, 0, bytes.length) : FRAMES.binary(bytes);
    }

    private Future<Frame> message(OutgoingFrame frame, WriterInfo info, SendHandler handler) {
        if (!TyrusWriter.isAsynchronous(info)) return send(0, frame.size(), () -> maySend(0) ? frame : null, handler);
        mustBeOpen();
        SendNotification sent = new SendNotification(handler);
        long timeout = sendTimeout;
        asynchronous.send(frame, sent, timeout, () -> closeAfterTimeout(timeout));
        return sent.outcome;
    }

    /** Sets the timeout for later asynchronous sends. */
    @Override
    public void setWriteTimeout(long milliseconds) {
        sendTimeout = milliseconds;
    }

    private void closeAfterTimeout(long timeout) {
        if (!isConnected()) return;
        LOG.log(System.Logger.Level.INFO, "The session on {0} is closed with 1011: its client did not take a message within {1} ms (setSendTimeout, setAsyncSendTimeout)", sender, timeout);
        close(CloseReason.CloseCodes.UNEXPECTED_CONDITION.getCode(), "A message was not sent within " + timeout + " ms.");
    }

    /** @param part null if a writer is closed and nothing is left to write */
    @Override
    public Future<Frame> sendText(String part, boolean last, WriterInfo info) {
        String text = part == null ? "" : part;
        return fragment(Opcode.TEXT, BYTES_OF_A_CHAR * (1 + text.length()), last, info,
                opcode -> {
                    byte[] bytes = encodable(text, last).getBytes(StandardCharsets.UTF_8);
                    return OutgoingFrame.of(opcode, last, bytes, 0, bytes.length);
                });
    }

    /**
     * Returns the characters that can be encoded now. A high surrogate at the end is kept for the next fragment, because one half of a surrogate pair
     * cannot be encoded alone.
     */
    private String encodable(String part, boolean last) {
        String text = pendingSurrogate == 0 ? part : pendingSurrogate + part;
        int end = text.length() - 1;
        boolean split = !last && end >= 0 && Character.isHighSurrogate(text.charAt(end));
        pendingSurrogate = split ? text.charAt(end) : 0;
        return split ? text.substring(0, end) : text;
    }

    @Override
    public Future<Frame> sendBinary(byte[] bytes, int from, int count, boolean last, WriterInfo info) {
        return fragment(Opcode.BINARY, count, last, info, opcode -> OutgoingFrame.of(opcode, last, bytes, from, count));
    }

    /** Creates a frame with this opcode: that of the message, or {@link Opcode#CONTINUATION}. */
    private interface Fragment {
        OutgoingFrame of(int opcode);
    }

    private Future<Frame> fragment(int opcode, int most, boolean last, WriterInfo info, Fragment fragment) {
        Future<Frame> sent = send(opcode, OutgoingFrame.LONGEST_HEADER + most, () -> {
            if (!maySend(opcode)) return null;
            int opcodeOfFrame = unfinished == opcode ? Opcode.CONTINUATION : opcode;
            unfinished = last ? 0 : opcode;
            return fragment.of(opcodeOfFrame);
        }, null);
        if (wasAwaited && (last || sender.isBroken())) signalEnd();
        return sent;
    }

    private void mustBeOpen() {
        if (!isConnected()) throw new IllegalStateException("The WebSocket session is no longer open");
    }

    /** @param next creates the frame; returns null if another message must end first */
    private Future<Frame> send(int opcode, int bytes, Supplier<OutgoingFrame> next, SendHandler handler) {
        mustBeOpen();
        SendNotification sent = new SendNotification(handler);
        long remaining = MAX_WAIT;
        while (!sender.send(bytes, next, sent)) remaining = awaitEnd(opcode, remaining);
        return sent.outcome;
    }

    private boolean maySend(int opcode) {
        return unfinished == 0 || unfinished == opcode || sender.isBroken();
    }

    private long awaitEnd(int opcode, long maxWait) {
        long left = maxWait;
        ENDS.lock();
        try {
            wasAwaited = true;     // set before the check: then the thread that ends the message sees it, or this thread sees the end
            while (!maySend(opcode)) {
                if (left <= 0) throw new IllegalStateException("A fragmented message is not complete: send its last fragment before another message");
                left = ENDED.awaitNanos(left);
            }
            return left;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the end of a fragmented message", interrupted);
        } finally {
            ENDS.unlock();
        }
    }

    private static void signalEnd() {
        ENDS.lock();
        try {
            ENDED.signalAll();
        } finally {
            ENDS.unlock();
        }
    }
}
