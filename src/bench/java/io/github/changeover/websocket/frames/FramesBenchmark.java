package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reads frames that arrive in a burst, from a direct buffer as on Tomcat or from a buffer with an array as on Payara. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FramesBenchmark {
    private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 1 << 20);
    private static final int LARGE = 64 * 1024;

    /** Whether the bytes arrive in a direct buffer. */
    @Param({"true", "false"})
    public boolean direct;

    private final DeflaterPool pool = new DeflaterPool();
    private final FrameReader plain = new FrameReader(LIMITS, Optional.empty(), pool, FrameMemoryListener.UNCOUNTED);
    private final FrameReader inflating = new FrameReader(LIMITS, Optional.of(agreement()), pool, FrameMemoryListener.UNCOUNTED);
    private final Counting sink = new Counting();
    private byte[] small;
    private byte[] large;
    private byte[] compressed;
    private ByteBuffer arrived;

    private static DeflateAgreement agreement() {
        return new DeflateAgreement(true, true, OptionalInt.empty(), OptionalInt.empty());
    }

    private static final class Counting implements FrameListener {
        private int count;

        @Override
        public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
            count += to - from;
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
            throw new IllegalStateException(fault.toString());
        }
    }

    @Setup
    public void frames() {
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        for (int i = 0; i < 16; i++) burst.writeBytes(masked(0x81, text(32)));
        small = burst.toByteArray();
        large = masked(0x81, text(LARGE));
        FrameWriter writer = new FrameWriter(Optional.of(agreement()), pool);
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        byte[] message = text(1024);
        writer.write(OutgoingFrame.of(Opcode.TEXT, true, message, 0, message.length), bytes -> deflated.writeBytes(unheaded(bytes)));
        compressed = masked(0xc1, deflated.toByteArray());
        arrived = direct ? ByteBuffer.allocateDirect(LARGE) : ByteBuffer.allocate(LARGE);
    }

    private static byte[] unheaded(ByteBuffer frame) {
        byte[] payload = new byte[frame.remaining() - ServerFrameHeader.size(frame.remaining() - 4)];
        frame.get(frame.limit() - payload.length, payload);
        return payload;
    }

    private static byte[] text(int size) {
        Random random = new Random(size);
        byte[] text = new byte[size];
        for (int i = 0; i < size; i++) text[i] = (byte) ('a' + random.nextInt(8));
        return text;
    }

    private static byte[] masked(int first, byte[] payload) {
        byte[] frame = new byte[ServerFrameHeader.LONGEST + 4 + payload.length];
        int at = ServerFrameHeader.write(frame, 0, first, payload.length);
        frame[1] |= (byte) 0x80;
        byte[] key = {1, 2, 3, 4};
        System.arraycopy(key, 0, frame, at, 4);
        for (int i = 0; i < payload.length; i++) frame[at + 4 + i] = (byte) (payload[i] ^ key[i & 3]);
        return java.util.Arrays.copyOf(frame, at + 4 + payload.length);
    }

    private int read(FrameReader reader, byte[] bytes) {
        for (int at = 0; at < bytes.length; at += LARGE) {
            reader.read(arrived.clear().put(bytes, at, Math.min(LARGE, bytes.length - at)).flip(), sink);
        }
        return sink.count;
    }

    /** 16 messages of 32 bytes. */
    @Benchmark
    public int burst() {
        return read(plain, small);
    }

    /** One message of 64 KiB, which arrives in two pieces because of its header. */
    @Benchmark
    public int large() {
        return read(plain, large);
    }

    /** One message of 1 KiB, compressed. */
    @Benchmark
    public int inflate() {
        return read(inflating, compressed);
    }
}
