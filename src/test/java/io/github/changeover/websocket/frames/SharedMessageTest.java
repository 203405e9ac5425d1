package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.SharedBytes;
import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A message that several connections send: one frame, compressed once for each level. */
class SharedMessageTest {
    private final DeflaterPool pool = new DeflaterPool();

    @AfterEach
    void close() {
        pool.close();
    }

    /** Records what a writer outputs. */
    private static final class RecordedOutput implements FrameOutput {
        private final List<SharedBytes> shared = new ArrayList<>();
        private final List<byte[]> all = new ArrayList<>();

        @Override
        public void write(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            all.add(copy);
        }

        @Override
        public void write(SharedBytes bytes) {
            shared.add(bytes);
            write(bytes.view());
        }

        byte[] bytes() {
            return WireBytes.join(all.toArray(byte[][]::new));
        }
    }

    private FrameWriter writer(boolean keepsWindow, int level, boolean shares) {
        return new FrameWriter(Optional.of(new DeflateAgreement(!keepsWindow, false, OptionalInt.empty(), OptionalInt.empty())), pool, new Compression(level, 64, shares ? Compression.Sharing.ALL : Compression.Sharing.WITHOUT_CONTEXT));
    }

    private static RecordedOutput written(FrameWriter writer, OutgoingFrame frame) {
        RecordedOutput output = new RecordedOutput();
        writer.write(frame, output);
        return output;
    }

    private static byte[] payload(int length, long seed) {
        byte[] payload = new byte[length];
        Random random = new Random(seed);
        for (int i = 0; i < length; i++) payload[i] = (byte) ('a' + random.nextInt(4));
        return payload;
    }

    @Test
    void withoutCompressionAllWritersOutputTheSameBytes() {
        byte[] payload = payload(200, 1);
        OutgoingFrame frame = OutgoingFrame.reusable(Opcode.TEXT, payload);
        byte[] expected = WireBytes.plain(0x81, payload);
        RecordedOutput first = written(new FrameWriter(Optional.empty(), pool), frame);
        assertThat(first.bytes()).isEqualTo(expected);
        assertThat(first.shared).as("only one connection sends it").isEmpty();
        frame.share();
        RecordedOutput second = written(new FrameWriter(Optional.empty(), pool), frame);
        RecordedOutput third = written(new FrameWriter(Optional.empty(), pool), frame.share());
        assertThat(second.bytes()).isEqualTo(expected);
        assertThat(third.bytes()).isEqualTo(expected);
        assertThat(second.shared).hasSize(1);
        assertThat(third.shared.get(0)).isSameAs(second.shared.get(0));
        assertThat(frame.size()).isEqualTo(expected.length);
        assertThat(frame.copyPayload()).isEqualTo(payload);
    }

    @Test
    void messageIsCompressedOnceForEachLevel() {
        byte[] payload = payload(1000, 2);
        OutgoingFrame frame = OutgoingFrame.reusable(Opcode.TEXT, payload);
        byte[] alone = written(writer(false, 6, false), OutgoingFrame.of(Opcode.TEXT, true, payload, 0, payload.length)).bytes();
        assertThat(written(writer(false, 6, false), frame).bytes()).isEqualTo(alone);
        SharedBytes before = frame.compressed(6);
        assertThat(before).as("the first connection has compressed it").isNotNull();
        frame.share();
        for (int i = 0; i < 3; i++) assertThat(written(writer(false, 6, false), frame).shared).containsExactly(before);
        SharedBytes fast = written(writer(false, 1, false), frame).shared.get(0);
        assertThat(fast).isNotSameAs(before);
        assertThat(written(writer(false, 1, false), frame).shared).containsExactly(fast);
        assertThat(written(writer(false, 6, false), frame).shared).containsExactly(before);
        assertThat(pool.deflatersInUse()).isZero();
    }

    @Test
    void eachConnectionCompressesIfNothingIsShared() {
        OutgoingFrame frame = OutgoingFrame.reusable(Opcode.TEXT, payload(1000, 2)).share();
        FrameWriter alone = new FrameWriter(Optional.of(new DeflateAgreement(true, false, OptionalInt.empty(), OptionalInt.empty())), pool, new Compression(6, 64, Compression.Sharing.NONE));
        RecordedOutput output = written(alone, frame);
        assertThat(output.shared).isEmpty();
        assertThat(frame.compressed(6)).isNull();
        assertThat(output.bytes()).isEqualTo(written(writer(false, 6, false), frame).bytes());
    }

    @Test
    void minimumLengthIsThatOfTheConnection() {
        byte[] payload = payload(100, 3);
        OutgoingFrame frame = OutgoingFrame.reusable(Opcode.BINARY, payload).share();
        FrameWriter plain = new FrameWriter(Optional.of(new DeflateAgreement(true, false, OptionalInt.empty(), OptionalInt.empty())), pool, new Compression(6, 101));
        assertThat(written(plain, frame).bytes()).isEqualTo(WireBytes.plain(0x82, payload));
        assertThat(written(writer(false, 6, false), frame).bytes()[0] & 0xff).isEqualTo(0xc2);
    }

    @Test
    void windowIsKeptUnlessSharingIsConfigured() {
        byte[] payload = payload(1000, 4);
        OutgoingFrame frame = OutgoingFrame.reusable(Opcode.TEXT, payload).share();
        try (FrameWriter writer = writer(true, 6, false)) {
            byte[] first = written(writer, frame).bytes();
            RecordedOutput second = written(writer, frame);
            assertThat(second.shared).isEmpty();
            assertThat(second.bytes().length).as("refers to the first").isLessThan(first.length / 4);
        }
        try (FrameWriter writer = writer(true, 6, true)) {
            assertThat(written(writer, frame).shared).hasSize(1);
            assertThat(pool.deflatersInUse()).as("no window, no compressor").isZero();
        }
    }

    /** The window of a client contains all messages, but the compressor has not seen the shared ones. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void clientReadsSharedMessagesAmongOthers(@ForAll boolean keepsWindow, @ForAll @Size(max = 10) List<@IntRange(max = 70_000) Integer> lengths, @ForAll long seed) {
        Random random = new Random(seed);
        ReferenceClient client = new ReferenceClient(true, keepsWindow);
        ReferenceClient other = new ReferenceClient(true, false);
        List<byte[]> expected = new ArrayList<>();
        try (FrameWriter writer = writer(keepsWindow, 6, true); FrameWriter others = writer(false, 6, true)) {
            for (int length : lengths) {
                byte[] payload = payload(random.nextBoolean() ? length : length % 300, random.nextInt(3));       // often a beginning of an earlier one
                if (length % 7 == 0) random.nextBytes(payload);
                OutgoingFrame frame = OutgoingFrame.reusable(Opcode.BINARY, payload);
                if (random.nextBoolean()) {
                    others.write(frame.share(), other::read);
                    assertThat(Arrays.equals(other.messages.get(other.messages.size() - 1), WireBytes.join(new byte[] {2}, payload))).isTrue();
                }
                writer.write(frame, client::read);
                expected.add(WireBytes.join(new byte[] {2}, payload));
            }
        }
        assertThat(client.messages).usingElementComparator(Arrays::compare).containsExactlyElementsOf(expected);
        assertThat(pool.deflatersInUse()).isZero();
    }

    @Test
    void onlyCompleteMessagesBecomeReusable() {
        for (String once : new String[] {"010161", "8901 61", "8800", "8001 61"}) assertThat(OutgoingFrame.parse(ByteBuffer.wrap(WireBytes.hex(once))).reusable().isReusable()).as(once).isFalse();
        ByteBuffer part = ByteBuffer.wrap(WireBytes.hex("8101618101")).limit(3);
        assertThat(OutgoingFrame.parse(part).reusable().isReusable()).as("others may use the rest of the array").isFalse();
        OutgoingFrame whole = OutgoingFrame.parse(ByteBuffer.wrap(WireBytes.hex("810161"))).reusable();
        assertThat(whole.isReusable()).isTrue();
        FrameWriter writer = new FrameWriter(Optional.empty(), pool);
        for (int i = 0; i < 2; i++) assertThat(written(writer, whole).bytes()).isEqualTo(WireBytes.hex("810161"));
    }
}
