package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameWriterTest {
    private static final byte[] TEXT = "It is a long text that says the same, the same, the same, the same and the same again.".getBytes(StandardCharsets.US_ASCII);

    private static FrameWriter writer(boolean forgets, DeflaterPool pool) {
        return new FrameWriter(Optional.of(new DeflateAgreement(forgets, false, OptionalInt.empty(), OptionalInt.empty())), pool);
    }

    private static byte[] written(FrameWriter writer, byte[]... frames) {
        List<byte[]> out = new ArrayList<>();
        for (byte[] frame : frames) {
            ByteBuffer bytes = ByteBuffer.wrap(frame);
            writer.write(OutgoingFrame.parse(bytes), piece -> {
                byte[] some = new byte[piece.remaining()];
                piece.get(some);
                out.add(some);
            });
            assertThat(bytes.hasRemaining()).isFalse();
        }
        return WireBytes.join(out.toArray(byte[][]::new));
    }

    @Test
    @Covers("RFC6455-5.1-02")
    void withoutCompressionTheSameBufferIsWritten() {
        ByteBuffer frame = ByteBuffer.wrap(WireBytes.plain(0x81, TEXT));
        List<ByteBuffer> out = new ArrayList<>();
        new FrameWriter(Optional.empty(), new DeflaterPool()).write(OutgoingFrame.parse(frame), out::add);
        assertThat(out).hasSize(1);
        assertThat(out.get(0)).isSameAs(frame);
    }

    /** A pool with several levels gives each writer a deflater of its level. */
    @Test
    @Covers("RFC7692-6-01")
    void levelAndMinimumLengthAreConfigurable() {
        byte[] frame = WireBytes.plain(0x82, random(40_000, 4));
        DeflaterPool pool = new DeflaterPool();
        Optional<DeflateAgreement> agreed = Optional.of(new DeflateAgreement(true, false, OptionalInt.empty(), OptionalInt.empty()));
        int before = Integer.MAX_VALUE;
        for (int turn = 0; turn < 3; turn++) {
            for (int level : new int[] {1, 6, 9}) {
                try (FrameWriter writer = new FrameWriter(agreed, pool, new Compression(level, 64))) {
                    byte[] written = written(writer, frame.clone());
                    assertThat(written).isEqualTo(written(new FrameWriter(agreed, new DeflaterPool(), new Compression(level, 64)), frame.clone()));
                    if (level == 6) assertThat(written.length).isLessThan(before);
                    before = written.length;
                }
            }
        }
        assertThat(pool.kept()).isEqualTo(3);
        assertThat(pool.deflatersInUse()).isZero();
        for (int length : new int[] {999, 1000}) {
            FrameWriter writer = new FrameWriter(agreed, pool, new Compression(6, 1000));
            assertThat(written(writer, WireBytes.plain(0x82, new byte[length]))[0]).isEqualTo((byte) (length < 1000 ? 0x82 : 0xc2));
            assertThat(written(writer, WireBytes.plain(0x02, new byte[1]))[0]).as("a fragment, whose message may be long").isEqualTo((byte) 0x42);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new Compression(0, 1)).withMessageContaining("1 to 9");
        assertThatIllegalArgumentException().isThrownBy(() -> new Compression(10, 1)).withMessageContaining("not 10");
        assertThatIllegalArgumentException().isThrownBy(() -> new Compression(6, -1)).withMessageContaining("-1");
    }

    /** Returns text with few different letters, so that a higher level compresses it better. */
    private static byte[] random(int length, int letters) {
        byte[] bytes = new byte[length];
        java.util.Random random = new java.util.Random(3);
        for (int i = 0; i < length; i++) bytes[i] = (byte) ('a' + random.nextInt(letters));
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"890548656c6c6f", "8a00", "880203e8", "810548656c6c6f", "8100"})
    @Covers("RFC7692-6-01")
    void controlFramesAndShortMessagesAreNotCompressed(String frame) {
        DeflaterPool pool = new DeflaterPool();
        assertThat(written(writer(false, pool), WireBytes.hex(frame))).isEqualTo(WireBytes.hex(frame));
        assertThat(pool.deflatersInUse()).isZero();
    }

    @Test
    void messagesFromTheShortestLengthOnAreCompressed() {
        try (FrameWriter writer = writer(false, new DeflaterPool())) {
            assertThat(written(writer, WireBytes.plain(0x82, new byte[Compression.DEFAULT.smallest() - 1]))[0]).isEqualTo((byte) 0x82);
            byte[] frame = written(writer, WireBytes.plain(0x82, new byte[Compression.DEFAULT.smallest()]));
            assertThat(frame[0]).isEqualTo((byte) 0xc2);
            assertThat(frame.length).isLessThan(20);
        }
    }

    @Test
    @Covers("RFC7692-6-01")
    void rsv1IsSetOnTheFirstFragmentOnly() {
        try (FrameWriter writer = writer(false, new DeflaterPool())) {
            ReferenceClient client = new ReferenceClient(true, true);
            byte[] all = written(writer, WireBytes.plain(1, TEXT), WireBytes.plain(0x89, new byte[] {7}), WireBytes.plain(0, new byte[0]),
                    WireBytes.plain(0, TEXT), WireBytes.plain(0x80, new byte[0]), WireBytes.plain(1, new byte[0]), WireBytes.plain(0x80, TEXT));
            client.read(ByteBuffer.wrap(all));
            assertThat(client.messages).usingElementComparator(Arrays::compare).containsExactly(
                    new byte[] {(byte) 0x89, 1, 7}, WireBytes.join(new byte[] {1}, TEXT, TEXT), WireBytes.join(new byte[] {1}, TEXT));
            assertThat(client.frames).isEqualTo(7);
            assertThat(client.compressed).isEqualTo(2);
        }
    }

    @Test
    void contextTakeoverIsAsAgreed() {
        byte[] frame = WireBytes.plain(0x81, TEXT);
        try (FrameWriter keeps = writer(false, new DeflaterPool()); FrameWriter forgets = writer(true, new DeflaterPool())) {
            byte[] first = written(keeps, frame);
            assertThat(written(keeps, frame).length).isLessThan(first.length / 4);
            assertThat(written(forgets, frame)).isEqualTo(first);
            assertThat(written(forgets, frame)).isEqualTo(first);
        }
    }

    /** Bytes that cannot be compressed fill a piece exactly, or almost. */
    @Test
    void messageIsTheSameForEveryEndOfAPiece() {
        Random random = new Random(5);
        try (DeflaterPool pool = new DeflaterPool(); FrameWriter writer = writer(false, pool)) {
            ReferenceClient client = new ReferenceClient(true, true);
            for (int length = 32_650; length < 32_800; length++) {
                byte[] payload = new byte[length];
                random.nextBytes(payload);
                client.messages.clear();
                client.read(ByteBuffer.wrap(written(writer, WireBytes.plain(0x82, payload))));
                assertThat(client.messages).hasSize(1);
                assertThat(Arrays.equals(client.messages.get(0), WireBytes.join(new byte[] {2}, payload))).as("%s bytes", length).isTrue();
            }
            assertThat(client.compressed).isEqualTo(150);
            assertThat(client.frames).isGreaterThan(150);
        }
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    @Covers("RFC7692-6-01")
    void clientReadsWrittenMessages(@ForAll boolean deflates, @ForAll boolean forgets, @ForAll @Size(max = 8) List<@IntRange(max = 100_000) Integer> lengths, @ForAll long seed) {
        Random random = new Random(seed);
        ReferenceClient client = new ReferenceClient(deflates, !forgets);
        List<byte[]> expected = new ArrayList<>();
        DeflaterPool pool = new DeflaterPool();
        FrameWriter writer = deflates ? writer(forgets, pool) : new FrameWriter(Optional.empty(), pool);
        for (int length : lengths) {
            byte[] payload = new byte[random.nextBoolean() ? length : length % 300];
            if (random.nextBoolean()) random.nextBytes(payload);
            int fragments = 1 + random.nextInt(3);
            int at = 0;
            for (int i = 1; i <= fragments; i++) {
                int end = i == fragments ? payload.length : at + random.nextInt(payload.length - at + 1);
                byte[] frame = WireBytes.plain((i == fragments ? 0x80 : 0) | (i == 1 ? 2 : 0), Arrays.copyOfRange(payload, at, end));
                ByteBuffer bytes = random.nextBoolean() ? ByteBuffer.allocateDirect(frame.length + 5) : ByteBuffer.allocate(frame.length + 5);
                writer.write(OutgoingFrame.parse(bytes.position(5).put(frame).position(5)), client::read);
                assertThat(bytes.hasRemaining()).isFalse();
                at = end;
                if (i < fragments && random.nextBoolean()) {
                    writer.write(OutgoingFrame.parse(ByteBuffer.wrap(WireBytes.plain(0x8a, new byte[] {1, 2}))), client::read);
                    expected.add(WireBytes.plain(0x8a, new byte[] {1, 2}));
                }
            }
            expected.add(WireBytes.join(new byte[] {2}, payload));
            assertThat(pool.deflatersInUse()).isLessThanOrEqualTo(deflates && !forgets ? 1 : 0);
        }
        writer.close();
        assertThat(pool.deflatersInUse()).isZero();
        pool.close();
        assertThat(client.messages).usingElementComparator(Arrays::compare).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "81", "8105", "8181 00000000 61", "810161 810161", "817e00", "c10161", "817fffffffffffffffff"})
    void parseRejectsInvalidFrames(String bytes) {
        assertThatIllegalArgumentException().isThrownBy(() -> OutgoingFrame.parse(ByteBuffer.wrap(WireBytes.hex(bytes)))).withMessageContaining("one at a time");
    }

    @Test
    void unsupportedWindowIsRejected() {
        DeflateAgreement small = new DeflateAgreement(false, false, OptionalInt.of(10), OptionalInt.empty());
        assertThatIllegalArgumentException().isThrownBy(() -> new FrameWriter(Optional.of(small), new DeflaterPool())).withMessageContaining("DeflatePolicy.JDK");
    }
}
