package io.github.changeover.websocket.frames;

import static io.github.changeover.websocket.frames.WireBytes.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.github.changeover.conformance.Covers;
import io.github.changeover.websocket.DeflateAgreement;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** The memory that a peer can make the server hold. */
class FrameLimitsTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Optional<DeflateAgreement> DEFLATE =
            Optional.of(new DeflateAgreement(false, false, OptionalInt.empty(), OptionalInt.empty()));
    private static final int BOUND = 1 << 20;
    private final DeflaterPool pool = new DeflaterPool();
    private final CountingMemoryListener memory = new CountingMemoryListener();
    private final RecordingFrameListener received = new RecordingFrameListener();

    /** Returns the bytes of heap that the task allocates. */
    private static long allocatedBytes(Runnable what) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        what.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private FrameReader reader(int frame, int message) {
        return new FrameReader(new FrameLimits(frame, message), DEFLATE, pool, memory);
    }

    /** Returns 1024 compressed blocks, each of a megabyte of zeros. */
    private static byte[] bomb() {
        Deflater deflater = new Deflater(9, true);
        byte[] some = new byte[64 * 1024];
        deflater.setInput(new byte[1 << 20]);
        int count = deflater.deflate(some, 0, some.length, Deflater.FULL_FLUSH);
        deflater.end();
        byte[] payload = new byte[1024 * count];
        for (int i = 0; i < 1024; i++) System.arraycopy(some, 0, payload, i * count, count);
        return payload;
    }

    @Test
    @Covers("RFC7692-7.2.2-01")
    void decompressionBombEndsAtTheLimitWithBoundedMemory() {
        byte[] bomb = bomb();
        assertThat(bomb.length).isLessThan(3 << 19);
        FrameReader reader = reader(FrameLimits.LARGEST, BOUND);
        ByteBuffer bytes = ByteBuffer.wrap(WireBytes.masked(0xc2, bomb));
        long cost = allocatedBytes(() -> reader.read(bytes, received));
        assertThat(received.frames).isEmpty();
        assertThat(received.faults).containsExactly(FrameFault.MESSAGE_TOO_BIG);
        assertThat(cost).isLessThan(4L * BOUND);
        assertThat(pool.inflatersInUse()).isZero();
    }

    @Test
    @Covers("RFC7692-7.2.2-01")
    void decompressionBombInFragmentsEndsAtTheLimit() {
        byte[] bomb = bomb();
        FrameReader reader = reader(FrameLimits.LARGEST, BOUND);
        int fragments = 0;
        for (int at = 0; received.faults.isEmpty() && at < bomb.length; at += 500, fragments++) {
            byte[] fragment = Arrays.copyOfRange(bomb, at, Math.min(bomb.length, at + 500));
            reader.read(ByteBuffer.wrap(WireBytes.masked(at == 0 ? 0x42 : 0, fragment)), received);
        }
        assertThat(received.faults).containsExactly(FrameFault.MESSAGE_TOO_BIG);
        assertThat(fragments).isLessThan(5);
    }

    @Test
    @Covers("RFC7692-7.2.2-01")
    void inflatedMessagesAreAcceptedExactlyUpToTheLimit() {
        for (int length : new int[] {BOUND - 1, BOUND, BOUND + 1}) {
            RecordingFrameListener one = new RecordingFrameListener();
            Deflater deflater = new Deflater(9, true);
            FrameReader reader = reader(BOUND, BOUND);
            reader.read(ByteBuffer.wrap(WireBytes.masked(0xc2, WireBytes.deflated(deflater, new byte[length]))), one);
            deflater.end();
            assertThat(one.frames).hasSize(length <= BOUND ? 1 : 0);
            assertThat(one.faults).isEqualTo(length <= BOUND ? List.of() : List.of(FrameFault.MESSAGE_TOO_BIG));
            reader.close();
        }
    }

    /** With every level and block type of zlib, and with the output of a compressor that uses short blocks. */
    @Test
    @Covers("RFC7692-7.2.2-01")
    void messageOfTheLimitIsAcceptedIfCompressionExpandsIt() {
        for (int length : new int[] {1, 10, 1000, 100_000}) {
            byte[] noise = new byte[length];
            new java.util.Random(5).nextBytes(noise);
            for (int level : new int[] {0, 1, 6, 9}) {
                for (int strategy : new int[] {Deflater.DEFAULT_STRATEGY, Deflater.HUFFMAN_ONLY}) {
                    Deflater deflater = new Deflater(level, true);
                    deflater.setStrategy(strategy);
                    deflater.deflate(new byte[64], 0, 64, Deflater.SYNC_FLUSH);     // the JDK changes the strategy in a call that does nothing else
                    byte[] compressed = WireBytes.deflated(deflater, noise);
                    deflater.end();
                    assertThat(compressed.length).isGreaterThan(length);
                    assertAccepted(length, compressed);
                }
            }
            assertAccepted(length, storedBlocks(noise, 64));
        }
    }

    private void assertAccepted(int length, byte[] compressed) {
        RecordingFrameListener one = new RecordingFrameListener();
        try (FrameReader reader = new FrameReader(FrameLimits.ofMessages(length), DEFLATE, pool, memory)) {
            reader.read(ByteBuffer.wrap(WireBytes.masked(0xc2, compressed)), one);
            assertThat(one.faults).as("%d bytes as %d", length, compressed.length).isEmpty();
            assertThat(one.frames).hasSize(1);
        }
        RecordingFrameListener less = new RecordingFrameListener();
        if (length == 1) return;
        try (FrameReader reader = new FrameReader(FrameLimits.ofMessages(length - 1), DEFLATE, pool, memory)) {
            reader.read(ByteBuffer.wrap(WireBytes.masked(0xc2, compressed)), less);
            assertThat(less.faults).singleElement().matches(fault -> fault.code() == 1009);
        }
    }

    /** Returns blocks without compression, each with a header of five bytes. */
    private static byte[] storedBlocks(byte[] bytes, int each) {
        ByteBuffer blocks = ByteBuffer.allocate(bytes.length + 5 * (bytes.length / each + 1) + 1).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.length; at += each) {
            int count = Math.min(each, bytes.length - at);
            blocks.put((byte) 0).putShort((short) count).putShort((short) ~count).put(bytes, at, count);
        }
        return Arrays.copyOf(blocks.put((byte) 0).array(), blocks.position());
    }

    @Test
    void frameLongerThanTheLongestCompressedMessageIsRejected() {
        FrameLimits limits = FrameLimits.ofMessages(BOUND);
        assertThat(limits.frame()).isBetween(BOUND + BOUND / 8, BOUND + BOUND / 4);
        FrameReader reader = new FrameReader(limits, DEFLATE, pool, memory);
        ByteBuffer header = ByteBuffer.allocate(14).put((byte) 0xc2).put((byte) 0xff).putLong(limits.frame() + 1L).putInt(0).flip();
        reader.read(header, received);
        assertThat(received.faults).containsExactly(FrameFault.FRAME_TOO_BIG);
        assertThat(FrameLimits.ofMessages(FrameLimits.LARGEST).frame()).isEqualTo(FrameLimits.LARGEST);
    }

    @Test
    void limitAppliesToEachMessage() {
        FrameReader reader = reader(100, 100);
        for (int i = 0; i < 5; i++) {
            reader.read(ByteBuffer.wrap(WireBytes.join(WireBytes.masked(2, new byte[60]), WireBytes.masked(0x89, new byte[125]), WireBytes.masked(0x80, new byte[40]))), received);
        }
        assertThat(received.faults).isEmpty();
        assertThat(received.frames).hasSize(15);
    }

    @Test
    void nothingIsAllocatedForAnnouncedBytes() {
        FrameReader reader = reader(FrameLimits.LARGEST, FrameLimits.LARGEST);
        ByteBuffer bytes = ByteBuffer.wrap(WireBytes.join(hex("82ff 0000000040000000 00000000"), new byte[100]));
        assertThat(allocatedBytes(() -> reader.read(bytes, received))).isLessThan(10_000);
        assertThat(received.faults).isEmpty();
    }

    @Test
    void singleBytesCauseNoCopyEach() {
        FrameReader reader = reader(BOUND, BOUND);
        byte[] in = WireBytes.masked(0x82, new byte[50_000]);
        ByteBuffer one = ByteBuffer.allocate(1);
        List<byte[]> arrays = new ArrayList<>();
        FrameListener sink = FrameArrays.of(arrays::add);
        long cost = allocatedBytes(() -> {
            for (byte b : in) reader.read(one.clear().put(0, b), sink);
        });
        assertThat(arrays).hasSize(1);
        assertThat(cost).isLessThan(1_000_000);
    }

    @Test
    void completeFramesAreNotCopied() {
        FrameReader reader = reader(BOUND, BOUND);
        byte[] in = WireBytes.join(WireBytes.masked(0x81, new byte[100]), WireBytes.masked(0x82, new byte[200]));
        List<byte[]> arrays = new ArrayList<>();
        reader.read(ByteBuffer.wrap(in), FrameArrays.of(arrays::add));
        assertThat(arrays).hasSize(2).allSatisfy(array -> assertThat(array).isSameAs(in));
        assertThat(memory.charges).isZero();
    }

    @Test
    void idleReaderKeepsNoReference() throws InterruptedException {
        FrameReader reader = reader(BOUND, BOUND);
        List<WeakReference<byte[]>> arrays = new ArrayList<>();
        FrameListener sink = FrameArrays.of(array -> arrays.add(new WeakReference<>(array)));
        byte[] split = WireBytes.masked(0x82, new byte[5000]);
        Deflater deflater = new Deflater(9, true);
        ByteBuffer compressed = ByteBuffer.wrap(WireBytes.masked(0xc1, WireBytes.deflated(deflater, new byte[5000])));
        deflater.end();
        arrays.add(new WeakReference<>(compressed.array()));
        reader.read(ByteBuffer.wrap(split, 0, 3000), sink);
        reader.read(ByteBuffer.wrap(split, 3000, split.length - 3000), sink);
        reader.read(compressed, sink);
        compressed = null;
        assertThat(arrays).hasSize(3);
        for (int i = 0; i < 100 && arrays.stream().anyMatch(array -> array.get() != null); i++) {
            System.gc();
            Thread.onSpinWait();
        }
        assertThat(arrays).allSatisfy(array -> assertThat(array.get()).isNull());
        assertThat(reader.ended()).isFalse();
    }

    @Test
    void invalidLimitIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FrameLimits(0, 1)).withMessageContaining("frame");
        assertThatIllegalArgumentException().isThrownBy(() -> new FrameLimits(1, Integer.MAX_VALUE)).withMessageContaining("message");
    }
}
