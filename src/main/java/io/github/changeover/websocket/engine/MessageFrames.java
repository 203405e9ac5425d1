package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Creates the frames of complete messages. An application that sends one message to many sessions calls {@code sendText} of each, one after another, with the
 * same string. The frame is then created once, and the sessions share it.
 *
 * <p>Each thread finds the last message that it has sent: an equal text, or bytes that are equal to the copy in the frame. The message is held by a weak
 * reference, so the garbage collector may remove it at any time.
 */
final class MessageFrames {
    private static final int SLOTS = 16;        // a power of two
    private static final int DISTANCE = 16;     // threads write to different cache lines

    private final AtomicReferenceArray<WeakReference<SentMessage>> last = new AtomicReferenceArray<>(SLOTS * DISTANCE);

    private record SentMessage(Object message, OutgoingFrame frame) {
    }

    OutgoingFrame text(String text) {
        int slot = slot();
        SentMessage sent = last(slot);
        return sent != null && text.equals(sent.message) ? sent.frame.share() : keep(slot, text, OutgoingFrame.reusable(Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }

    OutgoingFrame binary(byte[] bytes) {
        int slot = slot();
        SentMessage sent = last(slot);
        return sent != null && sent.frame.contains(Opcode.BINARY, bytes) ? sent.frame.share() : keep(slot, null, OutgoingFrame.reusable(Opcode.BINARY, bytes));
    }

    /** Returns the frame of a message that Tyrus sends to several sessions, in one array that never changes. */
    OutgoingFrame encoded(ByteBuffer frame) {
        OutgoingFrame encoded = OutgoingFrame.parse(frame).reusable();
        if (!encoded.isReusable()) return encoded;
        int slot = slot();
        SentMessage sent = last(slot);
        return sent != null && sent.message == frame.array() ? sent.frame.share() : keep(slot, frame.array(), encoded);
    }

    private SentMessage last(int slot) {
        WeakReference<SentMessage> sent = last.getAcquire(slot);
        return sent == null ? null : sent.get();
    }

    private OutgoingFrame keep(int slot, Object message, OutgoingFrame frame) {
        last.setRelease(slot, new WeakReference<>(new SentMessage(message, frame)));
        return frame;
    }

    /** Several threads may use one slot: then a message may be encoded again. */
    @SuppressWarnings("deprecation")        // threadId() exists only since JDK 19
    private static int slot() {
        return ((int) Thread.currentThread().getId() & SLOTS - 1) * DISTANCE;
    }
}
