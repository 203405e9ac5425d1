package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of a client with extensions that process frames. */
@DisplayName("Issue 12, item 3: frames pass through extensions, and are checked before and after them")
class ExtendedFrameReaderTest {
    private static final int RSV2 = 0x20;
    private final List<String> told = new ArrayList<>();
    private final List<Long> unfinished = new ArrayList<>();
    private long held;

    /** Inverts every bit of a data frame that has RSV2. */
    private static final class InvertingExtension implements FrameExtensions {
        @Override
        public Frame incoming(Frame frame) {
            if ((frame.first() & RSV2) == 0) return frame;
            if (frame.payload().length == 3) throw new IllegalStateException("three");
            return frame.payload().length == 4 ? null : inverted(frame, frame.first() & ~RSV2);
        }

        @Override
        public Frame outgoing(Frame frame) {
            return inverted(frame, frame.first() | RSV2);
        }

        private static Frame inverted(Frame frame, int first) {
            byte[] payload = frame.payload().clone();
            for (int i = 0; i < payload.length; i++) payload[i] = (byte) ~payload[i];
            return new Frame(first, payload);
        }
    }

    private final FrameListener sink = new FrameListener() {
        @Override
        public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
            told.add(Integer.toHexString(fin ? 0x80 | opcode : opcode) + " " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }

        @Override
        public boolean wantsWhole(int opcode) {
            return true;
        }

        @Override
        public void unfinished(long bytes) {
            unfinished.add(bytes);
        }

        @Override
        public void failed(FrameFault fault) {
            told.add(fault.toString());
        }
    };
    private final ExtendedFrameReader reader = new ExtendedFrameReader(FrameLimits.ofMessages(100_000), new InvertingExtension(), new DeflaterPool(), new FrameMemoryListener() {
        @Override
        public boolean charge(long bytes) {
            held += bytes;
            return held < 300_000;
        }

        @Override
        public void release(long bytes) {
            held -= bytes;
        }
    });

    private static byte[] inverted(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) ~bytes[i];
        return bytes;
    }

    private void read(byte[]... parts) {
        for (byte[] part : parts) reader.read(ByteBuffer.wrap(part.clone()), sink);
    }

    @Test
    void framesPassThroughExtensions() {
        read(Frames.of(0x81 | RSV2, inverted("hello")), Frames.text("plain"), Frames.of(0x89, "ping".getBytes(StandardCharsets.UTF_8)));
        assertThat(told).containsExactly("81 hello", "81 plain", "89 ping");
        assertThat(held).isZero();
    }

    @Test
    void framesMayBeSplitAnywhere() {
        byte[] all = new byte[0];
        for (byte[] frame : List.of(Frames.of(0x01 | RSV2, inverted("first ")), Frames.of(0x80 | RSV2, inverted("and two")), Frames.of(0x81, new byte[0]), Frames.text("é".repeat(9000)))) {
            byte[] joined = Arrays.copyOf(all, all.length + frame.length);
            System.arraycopy(frame, 0, joined, all.length, frame.length);
            all = joined;
        }
        for (int step : new int[] {1, 2, 7, 4096, all.length}) {
            told.clear();
            for (int at = 0; at < all.length; at += step) read(Arrays.copyOfRange(all, at, Math.min(all.length, at + step)));
            assertThat(told).as("step " + step).containsExactly("81 first and two", "81 ", "81 " + "é".repeat(9000));
        }
    }

    @Test
    void unfinishedBytesAreReported() {
        read(Frames.of(0x01 | RSV2, inverted("hello")));
        read(new byte[] {(byte) 0x80});
        read(Arrays.copyOfRange(Frames.of(0x80, "!".getBytes(StandardCharsets.UTF_8)), 1, 7));
        assertThat(unfinished).containsExactly(11L, 12L, 0L);
        assertThat(told).containsExactly("81 hello!");
    }

    @Test
    void pingsAreNotCountedAsMessageBytes() {
        byte[] ping = Frames.of(0x89, "ping".getBytes(StandardCharsets.UTF_8));
        read(Frames.of(0x01 | RSV2, inverted("hello")));
        read(ping, Arrays.copyOf(ping, 1), Arrays.copyOfRange(ping, 1, 8), Arrays.copyOfRange(ping, 8, ping.length), ping);
        assertThat(unfinished).containsExactly(11L);
        read(Frames.of(0x80, "!".getBytes(StandardCharsets.UTF_8)));
        assertThat(unfinished).containsExactly(11L, 0L);
    }

    @Test
    void nextMessageInTheSameReadIsReported() {
        read(Frames.of(0x01 | RSV2, inverted("hello")));
        byte[] end = Frames.of(0x80, "!".getBytes(StandardCharsets.UTF_8));
        byte[] next = Frames.of(0x01 | RSV2, inverted("hello again"));
        byte[] both = Arrays.copyOf(end, end.length + next.length);
        System.arraycopy(next, 0, both, end.length, next.length);
        read(both);
        assertThat(unfinished).containsExactly(11L, 0L, 17L);
    }

    @ParameterizedTest
    @CsvSource({"81 05 48, UNMASKED", "90 80 00000000 81, RESERVED_BIT", "91 80 00000000, RESERVED_BIT", "c1 80 00000000, UNAGREED_RSV1", "83 80, RESERVED_OPCODE", "09 80, FRAGMENTED_CONTROL",
            "80 80 00000000, UNEXPECTED_CONTINUATION", "81 fe 0001 00000000, LENGTH_NOT_MINIMAL", "82 ff 0000000100000000, FRAME_TOO_BIG", "81 81 00000000 ff, TEXT_NOT_UTF8",
            "a1 83 00000000 000000, EXTENSION", "89 fe 0100, LONG_CONTROL", "88 82 00000000 03ed, CLOSE_CODE"})
    void faultsAreDetected(String hex, FrameFault fault) {
        read(HexFormat.of().parseHex(hex.replace(" ", "")));
        read(Frames.text("more"));
        assertThat(told).containsExactly(fault.toString());
        assertThat(held).isZero();
    }

    @Test
    void extensionMayConsumeAFrame() {
        read(Frames.of(0x81 | RSV2, new byte[4]), Frames.text("next"));
        assertThat(told).containsExactly("81 next");
    }

    @Test
    void memoryIsLimited() {
        read(Frames.of(0x02, new byte[90_000]));
        read(Arrays.copyOf(Frames.of(0x80 | RSV2, new byte[100_000]), 95_000));
        assertThat(held).isGreaterThan(180_000);
        reader.close();
        assertThat(held).isZero();
    }

    @Test
    void writtenFramesPassThroughExtensions() {
        List<String> out = new ArrayList<>();
        FrameWriter writer = new FrameWriter(new InvertingExtension());
        writer.write(OutgoingFrame.text("hello"), frame -> out.add(HexFormat.of().formatHex(frame.array())));
        assertThat(out).containsExactly("a105" + HexFormat.of().formatHex(inverted("hello")));
    }
}
