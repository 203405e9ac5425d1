package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The processing of each byte, for 64 KiB, and of a compressed message of 1 KiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BytesBenchmark {
    private static final int LARGE = 64 * 1024;
    private static final int MIDDLE = 1024;
    private final byte[] ascii = filled("All that is said here is in plain letters. ");
    private final byte[] mixed = filled("Grüße aus Zürich, €5, ");
    private final byte[] greek = filled("Ἐν ἀρχῇ ἦν ὁ λόγος ");
    private final Utf8 utf8 = new Utf8();
    private final byte[] frame = frame();
    private final FrameWriter forgetting = writer(true);
    private final FrameWriter remembering = writer(false);
    private int sent;

    private static byte[] filled(String text) {
        byte[] once = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[LARGE / once.length * once.length];
        for (int i = 0; i < all.length; i += once.length) System.arraycopy(once, 0, all, i, once.length);
        return all;
    }

    private static byte[] frame() {
        byte[] frame = Arrays.copyOf(new byte[] {(byte) 0x81, 126, MIDDLE >> 8, 0}, 4 + MIDDLE);
        byte[] text = "{\"room\":\"lobby\",\"from\":\"alice\",\"text\":\"hello, is anybody there?\",\"at\":1700000000}".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < MIDDLE; i++) frame[4 + i] = (byte) (text[i % text.length] + (i % 17 == 0 ? i % 5 : 0));
        return frame;
    }

    private static FrameWriter writer(boolean forgets) {
        return new FrameWriter(Optional.of(new DeflateAgreement(forgets, false, OptionalInt.empty(), OptionalInt.empty())), new DeflaterPool());
    }

    @Benchmark
    public byte[] unmask() {
        Masking.unmask(ascii, 0, ascii, 0, ascii.length, 0x5a5a);
        Masking.unmask(ascii, 0, ascii, 0, ascii.length, 0x5a5a);
        return ascii;
    }

    @Benchmark
    public boolean utf8Ascii() {
        return utf8.accept(ascii, 0, ascii.length);
    }

    @Benchmark
    public boolean utf8Mixed() {
        return utf8.accept(mixed, 0, mixed.length);
    }

    @Benchmark
    public boolean utf8Greek() {
        return utf8.accept(greek, 0, greek.length);
    }

    /** Without context takeover. */
    @Benchmark
    public int deflate() {
        forgetting.write(OutgoingFrame.parse(ByteBuffer.wrap(frame)), bytes -> sent += bytes.remaining());
        return sent;
    }

    @Benchmark
    public int deflateRemembering() {
        remembering.write(OutgoingFrame.parse(ByteBuffer.wrap(frame)), bytes -> sent += bytes.remaining());
        return sent;
    }
}
