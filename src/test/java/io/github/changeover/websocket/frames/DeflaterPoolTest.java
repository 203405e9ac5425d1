package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

/** Tests which objects hold native memory and when they give it back. */
class DeflaterPoolTest {
    private static final byte[] HELLO = WireBytes.hex("c18700000000 f248cdc9c90700");
    private final DeflaterPool pool = new DeflaterPool();
    private final RecordingFrameListener received = new RecordingFrameListener();

    private FrameReader reader(boolean forgets) {
        return new FrameReader(new FrameLimits(1000, 1000), agreed(forgets), pool, FrameMemoryListener.UNCOUNTED);
    }

    private static Optional<DeflateAgreement> agreed(boolean forgets) {
        return Optional.of(new DeflateAgreement(forgets, forgets, OptionalInt.empty(), OptionalInt.empty()));
    }

    @Test
    void idleConnectionsWithoutContextTakeoverHoldNothing() {
        List<AutoCloseable> open = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            FrameReader reader = reader(true);
            FrameWriter writer = new FrameWriter(agreed(true), pool);
            reader.read(ByteBuffer.wrap(HELLO.clone()), received);
            writer.write(OutgoingFrame.of(Opcode.BINARY, true, new byte[500], 0, 500), out -> { });
            open.add(reader);
            open.add(writer);
            assertThat(pool.inflatersInUse()).isZero();
            assertThat(pool.deflatersInUse()).isZero();
        }
        assertThat(open).hasSize(400);
        assertThat(received.frames).hasSize(200);
        assertThat(pool.kept()).as("one array of each size is enough for one thread").isEqualTo(2);
    }

    @Test
    void noMessageNoCompressor() {
        FrameReader reader = reader(false);
        reader.read(ByteBuffer.wrap(WireBytes.masked(0x81, new byte[10])), received);
        assertThat(pool.inflatersInUse()).isZero();
        reader.read(ByteBuffer.wrap(HELLO.clone()), received);
        assertThat(pool.inflatersInUse()).isEqualTo(1);
    }

    @Test
    void poolKeepsFew() {
        List<FrameReader> readers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            readers.add(reader(false));
            readers.get(i).read(ByteBuffer.wrap(HELLO.clone()), received);
        }
        assertThat(pool.inflatersInUse()).isEqualTo(100);
        readers.forEach(FrameReader::close);
        assertThat(pool.inflatersInUse()).isZero();
        assertThat(pool.kept()).isEqualTo(16);
        pool.close();
        assertThat(pool.kept()).isZero();
    }

    @Test
    void returnedCompressorsAreReset() {
        FrameReader first = reader(false);
        first.read(ByteBuffer.wrap(HELLO.clone()), received);
        first.close();
        FrameReader second = reader(false);
        second.read(ByteBuffer.wrap(WireBytes.hex("c18500000000 f200110000")), received);
        assertThat(received.frames).hasSize(1);
        assertThat(received.faults).containsExactly(FrameFault.CORRUPT_DEFLATE);
        assertThat(pool.kept()).isEqualTo(1);
    }

    @Test
    void everyEndReturnsCompressorsOnce() {
        for (String more : new String[] {"8105", "888000000000", "c18100000000 07", ""}) {
            FrameReader reader = reader(false);
            reader.read(ByteBuffer.wrap(HELLO.clone()), new RecordingFrameListener());
            assertThat(pool.inflatersInUse()).isEqualTo(1);
            reader.read(ByteBuffer.wrap(WireBytes.hex(more)), new RecordingFrameListener());
            if (!more.isEmpty()) assertThat(pool.inflatersInUse()).as(more).isZero();
            reader.close();
            reader.close();
            assertThat(pool.inflatersInUse()).isZero();
            reader.read(ByteBuffer.wrap(HELLO.clone()), received);
            assertThat(received.frames).isEmpty();
        }
    }

    @Test
    void listenerMayCloseItsReaderAndIsNotCalledAfterwards() {
        for (String rest : new String[] {"8105", "c18700000000 f248cdc9c90700", "818500000000 61", "8185"}) {
            FrameReader reader = reader(false);
            int[] told = new int[1];
            reader.read(ByteBuffer.wrap(WireBytes.join(HELLO, WireBytes.hex("818100000000 61"), WireBytes.hex(rest))), new FrameListener() {
                @Override
                public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
                    told[0]++;
                    reader.close();
                }

                @Override
                public boolean wantsWhole(int opcode) {
                    return true;
                }

                @Override
                public void unfinished(long bytes) {
                    told[0]++;
                }

                @Override
                public void failed(FrameFault fault) {
                    told[0]++;
                }
            });
            assertThat(told[0]).isEqualTo(1);
            assertThat(pool.inflatersInUse()).isZero();
        }
    }

    @Test
    void closedWriterDoesNotCompress() {
        FrameWriter writer = new FrameWriter(agreed(false), pool);
        writer.write(OutgoingFrame.of(Opcode.BINARY, true, new byte[500], 0, 500), out -> { });
        assertThat(pool.deflatersInUse()).isEqualTo(1);
        writer.close();
        writer.close();
        OutgoingFrame frame = OutgoingFrame.of(Opcode.BINARY, true, new byte[500], 0, 500);
        writer.write(frame, out -> assertThat(out).isSameAs(frame.bytes()));
        assertThat(pool.deflatersInUse()).isZero();
    }

    @Test
    void closedPoolEndsReturnedCompressors() {
        Inflater inflater = pool.takeInflater();
        pool.close();
        pool.give(inflater);
        assertThat(pool.kept()).isZero();
        assertThatThrownBy(inflater::getBytesRead).as("the JDK for an ended inflater").isInstanceOf(RuntimeException.class);
    }
}
