package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageFramesTest {
    private final MessageFrames frames = new MessageFrames();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void textIsEncodedOnce() {
        String text = "one text for many sessions";
        OutgoingFrame first = frames.text(text);
        for (int i = 0; i < 3; i++) assertThat(frames.text(text)).isSameAs(first);
        assertThat(frames.text(new String(text))).as("an encoder makes an equal text for each session").isSameAs(first);
        assertThat(first.opcode()).isEqualTo(Opcode.TEXT);
        assertThat(first.copyPayload()).isEqualTo(utf8(text));
    }

    @Test
    void otherTextsHaveOtherFrames() {
        OutgoingFrame a = frames.text("a");
        OutgoingFrame b = frames.text("b");
        assertThat(b.copyPayload()).isEqualTo(utf8("b"));
        assertThat(frames.text("a")).as("only the last message is known").isNotSameAs(a);
        assertThat(a.copyPayload()).isEqualTo(utf8("a"));
    }

    /** The application may change its array or buffer after each send. */
    @Test
    void bytesAreCompared() {
        byte[] bytes = {1, 2, 3};
        OutgoingFrame first = frames.binary(bytes);
        assertThat(frames.binary(new byte[] {1, 2, 3})).isSameAs(first);
        bytes[1] = 9;
        OutgoingFrame second = frames.binary(bytes);
        assertThat(second).isNotSameAs(first);
        assertThat(first.copyPayload()).containsExactly(1, 2, 3);
        assertThat(second.copyPayload()).containsExactly(1, 9, 3);
        assertThat(frames.binary(new byte[] {1, 9})).isNotSameAs(second);
    }

    @Test
    void textIsNotSentAsBinary() {
        OutgoingFrame text = frames.text("abc");
        assertThat(frames.binary(utf8("abc")).opcode()).isEqualTo(Opcode.BINARY);
        assertThat(text.opcode()).isEqualTo(Opcode.TEXT);
    }

    @Test
    void broadcastOfTyrusIsParsedOnce() {
        byte[] encoded = {(byte) 0x81, 1, 'x'};
        OutgoingFrame first = frames.encoded(ByteBuffer.wrap(encoded));
        assertThat(frames.encoded(ByteBuffer.wrap(encoded))).isSameAs(first);
        assertThat(frames.encoded(ByteBuffer.wrap(encoded.clone()))).isNotSameAs(first);
        ByteBuffer close = ByteBuffer.wrap(new byte[] {(byte) 0x88, 0});
        assertThat(frames.encoded(close.duplicate())).as("not a message").isNotSameAs(frames.encoded(close));
    }

    @Test
    void threadsHaveTheirOwnLastMessage() {
        String text = "text";
        OutgoingFrame first = frames.text(text);
        Thread here = Thread.currentThread();
        OutgoingFrame other = CompletableFuture.supplyAsync(() -> Thread.currentThread() == here ? null : frames.text("another"), task -> new Thread(task).start()).join();
        assertThat(other).isNotNull().isNotSameAs(first);
        assertThat(other.copyPayload()).isEqualTo(utf8("another"));
    }

    /** An application that sends nothing holds no message. A text that is sent again is encoded again. */
    @Test
    void lastMessageMayBeCollected() {
        String text = new String("a text that lives longer than its frame");
        WeakReference<OutgoingFrame> frame = new WeakReference<>(frames.text(text));
        assertIsCollected(frame);
        OutgoingFrame again = frames.text(text);
        assertThat(again.copyPayload()).isEqualTo(utf8(text));
        WeakReference<Object> held = new WeakReference<>(text);
        text = null;
        again = null;
        assertIsCollected(held);
    }

    private static void assertIsCollected(WeakReference<?> held) {
        for (int i = 0; i < 100 && held.get() != null; i++) System.gc();
        assertThat(held.get()).isNull();
    }
}
