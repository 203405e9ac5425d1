package io.github.changeover.websocket.frames;

import static io.github.changeover.websocket.frames.WireBytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Input bytes and output bytes. If there is a fault, the row ends with the byte that shows it; the byte before must not cause the fault. Many rows have a
 * masking key of zeros, so that they are readable.
 */
class FrameTableTest {
    private static final DeflateAgreement TAKEOVER = new DeflateAgreement(false, false, OptionalInt.empty(), OptionalInt.empty());
    private static final FrameLimits LIMITS = new FrameLimits(200_000, 100_000);

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
            5.7 a single-frame text message       | 818537fa213d7f9f4d5158                     | 810548656c6c6f
            5.7 a fragmented text message         | 01830000000048656c 8082000000006c6f        | 010348656c 80026c6f
            5.7 ping and pong                     | 8985000000004865 6c6c6f 8a8537fa213d7f9f4d5158 | 890548656c6c6f 8a0548656c6c6f
            5.5 controls amid a message           | 01810000000061 898100000000 62 8a8000000000 808100000000 63 | 010161 890162 8a00 800163
            5.4 empty fragments                   | 018000000000 008000000000 808000000000     | 8100
            5.4 an empty first fragment           | 028000000000 008100000000 61 808000000000  | 020161 8000
            5.4 an empty last fragment            | 018100000000 61 808000000000               | 010161 8000
            5.6 an empty message                  | 828037fa213d                               | 8200
            8.1 a character in two fragments      | 018100000000c3 808100000000bc              | 0101c3 8001bc
            5.5.1 a Close frame without a code    | 888037fa213d                               | 8800
            5.5.1 a Close frame with reason, last | 88850000000003e8c3bc21 818000000000 ff     | 880503e8c3bc21
            7.4.2 the last private code           | 888200000000 1387                          | 88021387
            11.7 service restart                  | 888200000000 03f4                          | 880203f4
            11.7 try again later                  | 888200000000 03f5                          | 880203f5
            11.7 bad gateway                      | 888200000000 03f6                          | 880203f6
            5.3 a key for each frame              | 828101020304 00 8281ff0000ff 00            | 820101 8201ff
            """)
    @Covers({"RFC6455-5.4-01", "RFC6455-8.1-01"})
    void validFramesAreUnmaskedAndPassedOn(String what, String in, String out) {
        for (boolean deflate : new boolean[] {false, true}) assertAccepted(hex(in), hex(out), deflate);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            7.2.3.1 one block                     | c18700000000 f248cdc9c90700                | 810548656c6c6f
            7.2.3.2 sharing the window            | c18700000000f248cdc9c90700 c18500000000f200110000 | 810548656c6c6f 810548656c6c6f
            7.2.3.3 a block without compression   | c18b00000000000500faff48656c6c6f00         | 810548656c6c6f
            7.2.3.4 a block with BFINAL           | c18800000000f348cdc9c9070000               | 810548656c6c6f
            7.2.3.4 and the next message          | c18800000000f348cdc9c9070000 c18700000000f248cdc9c90700 | 810548656c6c6f 810548656c6c6f
            7.2.3.4 and another block behind it   | c18e00000000f348cdc9c90700f248cdc9c90700   | 810a48656c6c6f48656c6c6f
            7.2.3.5 two blocks in one message     | c18d00000000f248050000 00ffffcac9c90700    | 810548656c6c6f
            7.2.3.6 an empty message              | c1810000000000                             | 8100
            7.2.3.6 another empty message         | c182000000000200                           | 8100
            6.2 not compressed amid compressed    | c18700000000f248cdc9c90700 81810000000061 c18500000000f200110000 | 810548656c6c6f 810161 810548656c6c6f
            6.2 without any byte, leniently      | c18000000000 c18700000000f248cdc9c90700    | 8100 810548656c6c6f
            """)
    @Covers("RFC7692-6-01")
    void compressedMessagesAreInflated(String what, String in, String out) {
        assertAccepted(hex(in), hex(out), true);
    }

    @Test
    void emptyFragmentsAreOmitted() {
        byte[] in = WireBytes.join(hex("428000000000"), hex("008000000000".repeat(5000)), hex("008500000000000000ffff".repeat(5)), hex("808100000000 00"));
        for (int piece : new int[] {in.length, 7}) {
            RecordingFrameListener received = read(in, piece, true);
            assertThat(received.faults).isEmpty();
            assertThat(received.all()).isEqualTo(hex("8200"));
        }
    }

    /** The compressor determines how much of a fragment can be inflated before the next one arrives. */
    @Test
    @Covers("RFC7692-6-01")
    void compressedFragmentsStayFragments() {
        byte[] in = hex("418300000000f248cd 808400000000c9c90700");
        for (int piece : new int[] {9, in.length}) {
            RecordingFrameListener received = read(in, piece, true);
            assertThat(received.faults).isEmpty();
            assertThat(received.frames).hasSize(2);
            assertThat(received.frames.get(0)[0]).isEqualTo((byte) 0x01);
            assertThat(received.frames.get(1)[0]).isEqualTo((byte) 0x80);
            assertThat(WireBytes.join(RecordingFrameListener.payload(received.frames.get(0)), RecordingFrameListener.payload(received.frames.get(1)))).isEqualTo(hex("48656c6c6f"));
        }
    }

    /**
     * The last two columns contain one part for each read: its output to a listener that wants fragments, and to a listener that wants complete
     * messages.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
            a whole message in one read        | 01830000000048656c 8082000000006c6f                       | 010348656c 80026c6f             | 810548656c6c6f
            the beginning in one read          | 018100000000 61 008100000000 62 / 808100000000 63         | 010161 000162 / 800163          | / 8103616263
            behind the end of a frame          | 018200000000 61 / 62 008100000000 63 / 808100000000 64    | / 01026162 000163 / 800164      | / / 810461626364
            the end behind the end of a frame  | 018200000000 61 / 62 008100000000 63 808100000000 64      | / 01026162 000163 800164        | / 810461626364
            before a frame that is not whole   | 018100000000 61 008200000000 62 / 63 808100000000 64      | 010161 / 00026263 800164        | / 810461626364
            before a header that is not whole  | 018100000000 61 0081 / 00000000 62 808100000000 63        | 010161 / 000162 800163          | / 8103616263
            a ping between                     | 018100000000 61 898000000000 008100000000 62 808100000000 63 | 010161 8900 000162 800163    | 8900 8103616263
            a ping that is not whole           | 018100000000 61 8981000000 / 00 70 808100000000 63        | 010161 / 890170 800163          | / 890170 81026163
            a ping before the next read        | 018100000000 61 898000000000 / 808100000000 63            | 010161 8900 / 800163            | 8900 / 81026163
            two messages                       | 018100000000 61 808100000000 62 028100000000 63 / 808100000000 64 | 010161 800162 020163 / 800164 | 81026162 / 82026364
            empty fragments                    | 018000000000 / 008000000000 008100000000 61 / 808000000000 | / 010161 / 8000                | / / 810161
            compressed, in one read            | 418300000000f248cd 808400000000c9c90700                   | 01024865 80036c6c6f             | 810548656c6c6f
            compressed, with a ping between    | 418300000000f248cd 898000000000 808400000000c9c90700      | 01024865 8900 80036c6c6f        | 8900 810548656c6c6f
            compressed, before a part          | 418300000000f248cd 80840000 / 0000c9c90700                | 01024865 / 80036c6c6f           | / 810548656c6c6f
            """)
    void fragmentsArePassedOnSinglyOrAsAWhole(String what, String in, String fragments, String whole) {
        String[] reads = in.split("/", -1);
        for (boolean wantsWhole : new boolean[] {false, true}) {
            String[] out = (wantsWhole ? whole : fragments).split("/", -1);
            RecordingFrameListener received = new RecordingFrameListener(wantsWhole);
            CountingMemoryListener memory = new CountingMemoryListener();
            try (DeflaterPool pool = new DeflaterPool(); FrameReader reader = new FrameReader(LIMITS, Optional.of(TAKEOVER), pool, memory)) {
                for (int i = 0; i < reads.length; i++) {
                    reader.read(ByteBuffer.wrap(hex(reads[i])), received);
                    assertThat(received.all()).as("after read %s, whole %s", i + 1, wantsWhole).isEqualTo(hex(out[i]));
                    received.frames.clear();
                }
            }
            assertThat(received.faults).isEmpty();
            assertThat(memory.used).isZero();
        }
    }

    /** Otherwise a client could cause one call of the application for each byte that it sends. */
    @Test
    void manyFragmentsOfOneReadAreJoined() {
        StringBuilder in = new StringBuilder("018100000000 61");
        for (int i = 0; i < 98; i++) in.append("008100000000 61");
        RecordingFrameListener received = new RecordingFrameListener(false);
        try (DeflaterPool pool = new DeflaterPool(); FrameReader reader = new FrameReader(LIMITS, Optional.empty(), pool, FrameMemoryListener.UNCOUNTED)) {
            reader.read(ByteBuffer.wrap(hex(in + "808100000000 61")), received);
            assertThat(received.frames).hasSize(65);
            assertThat(received.frames.get(64)).isEqualTo(hex("8024" + "61".repeat(36)));
            received.frames.clear();
            reader.read(ByteBuffer.wrap(hex("018100000000 61 808100000000 61")), received);
            assertThat(received.all()).as("in the next read").isEqualTo(hex("010161 800161"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            not masked                            | 8105                                       | UNMASKED
            a ping not masked                     | 8900                                       | UNMASKED
            RSV2                                  | a1                                         | RESERVED_BIT
            RSV3                                  | 91                                         | RESERVED_BIT
            RSV3 on a control frame               | 99                                         | RESERVED_BIT
            opcode 3                              | 83                                         | RESERVED_OPCODE
            opcode 7                              | 87                                         | RESERVED_OPCODE
            opcode 11                             | 8b                                         | RESERVED_OPCODE
            opcode 15                             | 8f                                         | RESERVED_OPCODE
            a ping without FIN                    | 09                                         | FRAGMENTED_CONTROL
            a Close frame without FIN             | 08                                         | FRAGMENTED_CONTROL
            a pong of 126 bytes                  | 8afe                                       | LONG_CONTROL
            a ping of 65536 bytes                | 89ff                                       | LONG_CONTROL
            a continuation of nothing             | 80                                         | UNEXPECTED_CONTINUATION
            a continuation of nothing, unfinished | 00                                         | UNEXPECTED_CONTINUATION
            a continuation after the end          | 018000000000808000000000 80                | UNEXPECTED_CONTINUATION
            a message amid another                | 018000000000 81                            | UNFINISHED_MESSAGE
            a ping between changes nothing        | 018000000000 898000000000 02               | UNFINISHED_MESSAGE
            125 in two bytes                     | 82fe007d                                   | LENGTH_NOT_MINIMAL
            65535 in eight bytes                 | 82ff000000000000ffff                       | LENGTH_NOT_MINIMAL
            a length with the first bit set       | 82ff8000000000000000                       | LENGTH_NEGATIVE
            the greatest length                   | 82ff7fffffffffffffff                       | FRAME_TOO_BIG
            a frame above its bound               | 82ff0000000000030d41                       | FRAME_TOO_BIG
            a length beyond 32 bits               | 82ff0000000100000001                       | FRAME_TOO_BIG
            a message above its bound             | 82ff00000000000186a1                       | MESSAGE_TOO_BIG
            a message above it by a fragment      | 02810000000000 80ff00000000000186a0        | MESSAGE_TOO_BIG
            a Close frame of one byte            | 8881                                       | SHORT_CLOSE
            code 0                                | 8882000000000000                           | CLOSE_CODE
            code 999                              | 88820000000003e7                           | CLOSE_CODE
            code 1004                             | 88820000000003ec                           | CLOSE_CODE
            code 1005                             | 88820000000003ed                           | CLOSE_CODE
            code 1006                             | 88820000000003ee                           | CLOSE_CODE
            code 1015                             | 88820000000003f7                           | CLOSE_CODE
            code 1016                             | 88820000000003f8                           | CLOSE_CODE
            code 2999                             | 8882000000000bb7                           | CLOSE_CODE
            code 5000                             | 8882000000001388                           | CLOSE_CODE
            code 65535                            | 888200000000ffff                           | CLOSE_CODE
            a reason that is not UTF-8            | 88840000000003e8c328                       | REASON_NOT_UTF8
            a reason that is cut                  | 88830000000003e8c3                         | REASON_NOT_UTF8
            text with a wrong first byte         | 81ff0000000000010000000000 00ff            | TEXT_NOT_UTF8
            a surrogate, at its second byte      | 81860000000061eda0                         | TEXT_NOT_UTF8
            beyond U+10FFFF, at its second byte  | 818600000000f490                           | TEXT_NOT_UTF8
            an overlong slash                     | 818200000000c0                             | TEXT_NOT_UTF8
            text cut at the end of the message    | 818100000000c3                             | TEXT_NOT_UTF8
            text cut at the end of its fragments  | 018100000000e2 808100000000 82             | TEXT_NOT_UTF8
            text wrong across fragments           | 018100000000e2 008300000000 41             | TEXT_NOT_UTF8
            text cut at an empty last fragment    | 018100000000c3 808000000000                | TEXT_NOT_UTF8
            """)
    @Covers({"RFC6455-5.1-01", "RFC6455-5.2-01", "RFC6455-5.4-01", "RFC6455-8.1-01"})
    void faultIsReportedAtFirstInvalidByte(String what, String in, FrameFault fault) {
        for (boolean deflate : new boolean[] {false, true}) assertFault(hex(in), fault, deflate);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            RSV1 on a ping                        | c9                                         | MISPLACED_RSV1
            RSV1 on a Close frame                 | c8                                         | MISPLACED_RSV1
            RSV1 on a continuation                | 418000000000 c0                            | MISPLACED_RSV1
            RSV1 on a plain message's end         | 018000000000 c0                            | MISPLACED_RSV1
            a third kind of block                 | c18100000000 07                            | CORRUPT_DEFLATE
            lengths that do not agree             | c18500000000 0005000000                    | CORRUPT_DEFLATE
            a distance before the beginning       | c18500000000 f200110000                    | CORRUPT_DEFLATE
            inflated text that is not UTF-8       | c1870000000000 0100feffff00                | TEXT_NOT_UTF8
            inflated text that is cut             | c1870000000000 0100feffc300                | TEXT_NOT_UTF8
            """)
    @Covers({"RFC7692-6-01", "RFC6455-8.1-01"})
    void compressionFaultIsReported(String what, String in, FrameFault fault) {
        RecordingFrameListener whole = read(hex(in), Integer.MAX_VALUE, true);
        assertThat(whole.faults).containsExactly(fault);
        assertThat(read(hex(in), 1, true).faults).containsExactly(fault);
    }

    @ParameterizedTest
    @CsvSource({"c1", "c2", "41", "c9", "c8"})
    @Covers("RFC6455-5.2-01")
    void rsv1WithoutAgreementIsAFault(String first) {
        assertFault(hex(first), FrameFault.UNAGREED_RSV1, false);
    }

    @ParameterizedTest
    @CsvSource({"125", "126", "127", "256", "65535", "65536", "100000"})
    void everyLengthEncodingIsAccepted(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) payload[i] = (byte) ('a' + i % 26);
        byte[] in = WireBytes.join(WireBytes.masked(0x81, payload), WireBytes.masked(0x82, payload));
        byte[] out = WireBytes.join(WireBytes.plain(0x81, payload), WireBytes.plain(0x82, payload));
        for (int piece : new int[] {in.length, 1, 7, 4096}) {
            RecordingFrameListener received = read(in, piece, false);
            assertThat(received.faults).isEmpty();
            assertThat(received.all()).isEqualTo(out);
        }
    }

    /** If the input is read byte by byte, each frame ends in a different read, so that no fragments are joined. */
    private static void assertAccepted(byte[] in, byte[] out, boolean deflate) {
        assertThat(read(in, 1, deflate).all()).isEqualTo(out);
        for (int piece = 1; piece <= in.length; piece++) {
            RecordingFrameListener received = read(in, piece, deflate);
            assertThat(received.faults).isEmpty();
            assertThat(joinFrames(received)).as("in parts of %s", piece).isEqualTo(joinFrames(read(in, 1, deflate)));
        }
    }

    private static byte[] joinFrames(RecordingFrameListener received) {
        return WireBytes.join(RecordingFrameListener.joined(received.frames, false).toArray(byte[][]::new));
    }

    private static void assertFault(byte[] in, FrameFault fault, boolean deflate) {
        assertThat(read(Arrays.copyOf(in, in.length - 1), Integer.MAX_VALUE, deflate).faults).as("before the last byte").isEmpty();
        byte[] more = Arrays.copyOf(in, in.length + 20);
        RecordingFrameListener whole = read(more, more.length, deflate);
        assertThat(whole.faults).containsExactly(fault);
        for (int piece = 1; piece <= in.length; piece++) {
            RecordingFrameListener received = read(in, piece, deflate);
            assertThat(received.faults).as("in parts of %s", piece).containsExactly(fault);
            assertThat(joinFrames(received)).isEqualTo(joinFrames(whole));
        }
    }

    private static RecordingFrameListener read(byte[] in, int piece, boolean deflate) {
        RecordingFrameListener received = new RecordingFrameListener();
        try (DeflaterPool pool = new DeflaterPool();
             FrameReader reader = new FrameReader(LIMITS, deflate ? Optional.of(TAKEOVER) : Optional.empty(), pool, FrameMemoryListener.UNCOUNTED)) {
            for (int at = 0; at < in.length; at += Math.min(piece, in.length - at)) {
                ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOfRange(in, at, at + Math.min(piece, in.length - at)));
                reader.read(bytes, received);
                assertThat(bytes.hasRemaining()).isFalse();
            }
            if (!received.faults.isEmpty()) assertThat(reader.ended()).isTrue();
        }
        return received;
    }
}
