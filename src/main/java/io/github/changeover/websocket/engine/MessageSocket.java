package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.PlainFrame;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.glassfish.tyrus.core.frame.Frame;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Tyrus' socket, but that it makes the frames of messages itself. Any thread may send; what is not the next fragment waits for the
 * end of a message that others send in fragments. Control frames and the states of a connection are Tyrus'.
 */
final class MessageSocket extends TyrusWebSocket {
    /** As long as Tyrus has patience. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);

    private final FrameOutlet outlet;
    private final ReentrantLock turn = new ReentrantLock();
    private Condition whole;        // null unless somebody has waited
    private int unfinished;         // opcode of the message that is sent in fragments, or 0
    private char half;              // the first half of a surrogate pair that ended a fragment, or 0

    MessageSocket(ProtocolHandler protocol, TyrusEndpointWrapper endpoint, FrameOutlet outlet) {
        super(protocol, endpoint);
        this.outlet = outlet;
    }

    /** Whom to tell of what became of a frame. */
    private static final class Sent extends CompletionHandler<ByteBuffer> {
        private final CompletableFuture<Frame> future = new CompletableFuture<>();
        private final SendHandler handler;      // or null

        Sent(SendHandler handler) {
            this.handler = handler;
        }

        @Override
        public void completed(ByteBuffer frame) {
            future.complete(null);
            if (handler != null) handler.onResult(new SendResult());
        }

        @Override
        public void failed(Throwable failure) {
            future.completeExceptionally(failure);
            if (handler != null) handler.onResult(new SendResult(failure));
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

    private CompletableFuture<Frame> message(ByteBuffer frame, WriterInfo info, SendHandler handler) {
        mustBeConnected();
        turn.lock();
        try {
            awaitEnd(0);
            return write(frame, info, handler);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public Future<Frame> sendText(String part, boolean last, WriterInfo info) {
        mustBeConnected();
        turn.lock();
        try {
            awaitEnd(Opcode.TEXT);
            byte[] octets = encodable(part, last).getBytes(StandardCharsets.UTF_8);
            return fragment(Opcode.TEXT, octets, 0, octets.length, last, info);
        } finally {
            turn.unlock();
        }
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
        mustBeConnected();
        turn.lock();
        try {
            awaitEnd(Opcode.BINARY);
            return fragment(Opcode.BINARY, octets, from, count, last, info);
        } finally {
            turn.unlock();
        }
    }

    private CompletableFuture<Frame> fragment(int opcode, byte[] octets, int from, int count, boolean last, WriterInfo info) {
        int first = unfinished == opcode ? Opcode.CONTINUATION : opcode;
        unfinished = last ? 0 : opcode;
        if (last && whole != null) whole.signalAll();
        return write(PlainFrame.of(last ? Opcode.FIN | first : first, octets, from, count), info, null);
    }

    private CompletableFuture<Frame> write(ByteBuffer frame, WriterInfo info, SendHandler handler) {
        Sent sent = new Sent(handler);
        outlet.write(frame, sent, info);
        return sent.future;
    }

    private void awaitEnd(int opcode) {
        long left = PATIENCE;
        while (unfinished != 0 && unfinished != opcode) {
            if (left <= 0) throw new IllegalStateException("A message is sent in fragments and has no end yet: send its last fragment before another message");
            if (whole == null) whole = turn.newCondition();
            try {
                left = whole.awaitNanos(left);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while a message that is sent in fragments had no end", interrupted);
            }
        }
    }

    private void mustBeConnected() {
        if (!isConnected()) throw new IllegalStateException("The WebSocket is not open any more");
    }
}
