package io.github.changeover.websocket.frames;

import static io.github.changeover.websocket.frames.WireBytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.changeover.websocket.DeflateAgreement;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory that a reader holds for unfinished messages and frames, and its reports about it. */
class HeldMemoryTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Optional<DeflateAgreement> DEFLATE = Optional.of(new DeflateAgreement(false, false, OptionalInt.empty(), OptionalInt.empty()));
    private static final int MOST = 16 << 20;
    private final DeflaterPool pool = new DeflaterPool();
    private final CountingMemoryListener memory = new CountingMemoryListener();

    private FrameReader reader() {
        return new FrameReader(new FrameLimits(MOST, MOST), DEFLATE, pool, memory);
    }

    private static byte[] deflated(byte[] message) {
        Deflater deflater = new Deflater(9, true);
        try {
            return WireBytes.deflated(deflater, message);
        } finally {
            deflater.end();
        }
    }

    private static byte[] words(int size) {
        Random random = new Random(size);
        byte[] text = new byte[size];
        for (int i = 0; i < size; i++) text[i] = (byte) ('a' + random.nextInt(4));
        return text;
    }

    // ---- S3: a message of one-byte fragments

    /** Returns fragments of one byte, as many as fit into one read. */
    private static byte[] oneByteFragments(int fragments) {
        return hex("008100000000 62".repeat(fragments));
    }

    @Test
    @DisplayName("S3: one-byte fragments of a message that is wanted whole are held as their bytes, and the message arrives intact")
    void oneByteFragmentsTakeOneByteEach() {
        byte[] read = oneByteFragments(1000);
        RecordingFrameListener received = new RecordingFrameListener(true);
        FrameReader reader = reader();
        reader.read(ByteBuffer.wrap(hex("028000000000")), received);
        for (int i = 0; i < 1000; i++) reader.read(ByteBuffer.wrap(read.clone()), received);
        assertThat(received.frames).isEmpty();
        assertThat(memory.used).isBetween(1_000_000L, 2_500_000L);
        reader.read(ByteBuffer.wrap(hex("808000000000")), received);
        byte[] whole = new byte[1_000_000];
        Arrays.fill(whole, (byte) 'b');
        assertThat(received.all()).isEqualTo(WireBytes.plain(0x82, whole));
        assertThat(memory.used).isZero();
        assertThat(memory.highest).isLessThan(4_000_000L);
    }

    @Test
    @DisplayName("S3: a fragment that is given on counts for 64 bytes at least, and 1009 ends a message of countless ones")
    void passedFragmentsCountAgainstTheLimit() {
        RecordingFrameListener received = new RecordingFrameListener(false);
        FrameReader reader = reader();
        reader.read(ByteBuffer.wrap(hex("028000000000")), received);
        int sent = 0;
        for (; received.faults.isEmpty() && sent < 1_000_000; sent++) {
            reader.read(ByteBuffer.wrap(oneByteFragments(1)), received);
            received.unfinished.clear();
        }
        assertThat(received.faults).containsExactly(FrameFault.MESSAGE_TOO_BIG);
        assertThat(sent).isBetween(MOST / IncomingMessage.FRAGMENT, MOST / IncomingMessage.FRAGMENT + 1);
        assertThat(memory.used).isZero();
    }

    @Test
    @DisplayName("S3: where the limit of a message is low, a few small fragments are no offence")
    void fewSmallFragmentsAreAccepted() {
        RecordingFrameListener received = new RecordingFrameListener(false);
        FrameReader reader = new FrameReader(new FrameLimits(1000, 1000), DEFLATE, pool, memory);
        reader.read(ByteBuffer.wrap(hex("028000000000")), received);
        for (int i = 0; i < 1000; i++) reader.read(ByteBuffer.wrap(oneByteFragments(1)), received);
        reader.read(ByteBuffer.wrap(hex("808000000000")), received);
        assertThat(received.faults).isEmpty();
        assertThat(received.frames).hasSize(1001);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("S3: of many fragments in one read only 64 cost an object and a call each")
    void manyFragmentsOfOneReadCauseFewCalls(boolean compressed) {
        RecordingFrameListener received = new RecordingFrameListener(false);
        FrameReader reader = reader();
        byte[] payload = compressed ? deflated(words(9000)) : words(9000);
        byte[][] frames = new byte[payload.length][];
        for (int i = 0; i < payload.length; i++) {
            frames[i] = WireBytes.masked(i > 0 ? i < payload.length - 1 ? 0 : 0x80 : compressed ? 0x42 : 2, Arrays.copyOfRange(payload, i, i + 1));
        }
        byte[] all = WireBytes.join(frames);
        reader().read(ByteBuffer.wrap(all.clone()), new RecordingFrameListener(false));     // loads classes
        long before = THREADS.getCurrentThreadAllocatedBytes();
        reader.read(ByteBuffer.wrap(all), received);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(compressed ? 700_000 : 200_000);
        assertThat(received.frames).hasSizeLessThanOrEqualTo(65);
        assertThat(RecordingFrameListener.joined(received.frames, true)).usingElementComparator(Arrays::compare).containsExactly(WireBytes.plain(0x82, words(9000)));
    }

    // ---- S5a: unfinished messages that inflate

    @Test
    @DisplayName("S5a: a message that inflates and does not end is counted with the array that it is in, before that grows")
    void inflatedBytesAreCountedBeforeAllocation() {
        byte[] bomb = deflated(new byte[15 << 20]);
        assertThat(bomb.length).isLessThan(20_000);
        FrameReader reader = reader();
        RecordingFrameListener received = new RecordingFrameListener(true);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        reader.read(ByteBuffer.wrap(WireBytes.masked(0x42, bomb)), received);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(memory.used).isBetween(15L << 20, (16L << 20) + 100);
        assertThat(memory.highest).isBetween(memory.used, 2 * memory.used);
        assertThat(allocated).isLessThan(3 * memory.used + (2 << 20));       // includes the smaller arrays that were replaced
        reader.close();
        assertThat(memory.used).isZero();
        assertThat(pool.inflatersInUse()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000, 5000, 60_000, 1 << 20, 10 << 20})
    @DisplayName("S5a: without memory nothing is allocated, everything is dropped, and the fault is 1013")
    void nothingIsAllocatedWithoutMemory(int most) {
        byte[] bomb = WireBytes.masked(0x42, deflated(new byte[15 << 20]));
        memory.most = most;
        RecordingFrameListener received = new RecordingFrameListener(true);
        FrameReader reader = reader();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        reader.read(ByteBuffer.wrap(bomb), received);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(2L * most + 500_000);
        assertThat(received.faults).containsExactly(FrameFault.NO_MEMORY);
        assertThat(received.faults.get(0).code()).isEqualTo(1013);
        assertThat(received.frames).isEmpty();
        assertThat(reader.ended()).isTrue();
        assertThat(memory.used).isZero();
        assertThat(pool.inflatersInUse()).isZero();
    }

    /** Each row is the beginning of a stream. At its last byte, the reader holds more memory than the limit allows. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            half a header              | 8281 0000
            a frame that is not whole  | 82fe100000000000 61
            a fragment                 | 0281 00000000 61
            a compressed fragment      | 4283 00000000 f248cd
            a ping that is not whole   | 8985 00000000 61
            """)
    void bytesKeptAfterAReadAreCounted(String what, String in) {
        FrameReader reader = reader();
        RecordingFrameListener received = new RecordingFrameListener(true);
        reader.read(ByteBuffer.wrap(hex(in)), received);
        assertThat(memory.used).isBetween(32L, 300L);
        assertThat(received.faults).isEmpty();
        reader.close();
        assertThat(memory.used).isZero();

        memory.most = 31;
        RecordingFrameListener refused = new RecordingFrameListener(true);
        reader().read(ByteBuffer.wrap(hex(in)), refused);
        assertThat(refused.faults).containsExactly(FrameFault.NO_MEMORY);
        assertThat(memory.used).isZero();
    }

    @Test
    void smallCompleteMessagesAreNotCounted() {
        RecordingFrameListener received = new RecordingFrameListener(true);
        FrameReader reader = reader();
        byte[] all = WireBytes.join(WireBytes.masked(0x81, words(4000)), WireBytes.masked(0x89, new byte[125]), WireBytes.masked(0xc2, deflated(words(1500))),
                WireBytes.masked(0x01, words(30)), WireBytes.masked(0x80, words(30)));
        reader.read(ByteBuffer.wrap(all), received);
        assertThat(received.frames).hasSize(4);
        assertThat(memory.charges).isZero();
        assertThat(received.unfinished).isEmpty();
    }

    /** A message is counted as long as the listener uses it. */
    @Test
    void messageIsCountedWhileItIsPassedOn() {
        byte[] frame = WireBytes.masked(0x82, new byte[50_000]);
        FrameReader reader = reader();
        long[] during = new long[1];
        FrameListener sink = FrameArrays.of(array -> during[0] = memory.used);
        reader.read(ByteBuffer.wrap(frame, 0, 20_000), sink);
        reader.read(ByteBuffer.wrap(frame, 20_000, frame.length - 20_000), sink);
        assertThat(during[0]).isGreaterThanOrEqualTo(50_000);
        assertThat(memory.used).isZero();
    }

    @Test
    void closedReaderCountsNothingAfterAnExceptionOfTheListener() {
        byte[] frame = WireBytes.masked(0x82, new byte[50_000]);
        FrameReader reader = reader();
        reader.read(ByteBuffer.wrap(frame, 0, 20_000), new RecordingFrameListener(true));
        try {
            reader.read(ByteBuffer.wrap(frame, 20_000, frame.length - 20_000), new FrameListener() {
                @Override
                public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
                    throw new IllegalStateException();
                }

                @Override
                public boolean wantsWhole(int opcode) {
                    return true;
                }

                @Override
                public void unfinished(long bytes) {
                }

                @Override
                public void failed(FrameFault fault) {
                }
            });
        } catch (IllegalStateException thrown) {
            reader.close();
        }
        assertThat(memory.used).isZero();
    }

    // ---- reports about unfinished messages

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
            whole messages                    | 818100000000 61 898000000000 / 8181 00000000 61     | |
            half a header                     | 81 / 8100 / 000000 61 82 81 / 00000000 61           | 1,3,0,2,0 |
            a fault behind half a header      | 81 / 05                                             | 1 | UNMASKED
            byte by byte                      | 82 / 81 / 00 / 00 / 00 / 00 / 61                    | 1,2,3,4,5,6,0 |
            fragments                         | 028100000000 61 / 008100000000 62 00 / 81 00000000 63 808000000000 | 7,15,0 |
            a compressed one                  | 418300000000 f248cd / 808400000000 c9c90700         | 9,0 |
            empty fragments                   | 028000000000 / 008000000000 / 808000000000          | 6,12,0 |
            pings amid a message do not count | 028100000000 61 / 898000000000 / 8981 / 00000000 / 61 8a / 8000000000 / 808000000000 | 7,0 |
            part of a ping by itself          | 8981 / 00000000 / 61                                | 2,6,0 |
            one message behind another        | 8285000000006162 / 636465 8285000000006162 / 636465 | 8,0,8,0 |
            """)
    void unfinishedMessagesAreReported(String what, String in, String told, String fault) {
        for (boolean whole : new boolean[] {false, true}) {
            RecordingFrameListener received = new RecordingFrameListener(whole);
            FrameReader reader = reader();
            for (String read : in.split("/")) reader.read(ByteBuffer.wrap(hex(read)), received);
            List<Long> expected = new ArrayList<>();
            for (String bytes : told == null ? new String[0] : told.split(",")) expected.add(Long.valueOf(bytes));
            assertThat(received.unfinished).isEqualTo(expected);
            assertThat(received.faults).isEqualTo(fault == null ? List.of() : List.of(FrameFault.valueOf(fault)));
            reader.close();
        }
    }
}
