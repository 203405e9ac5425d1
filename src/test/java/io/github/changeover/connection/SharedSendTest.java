package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.OutputQueue.SendResult;
import io.github.changeover.spi.SharedBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes that several connections send: each queue holds a reference, with its own position. */
class SharedSendTest {
    private static final int LIMIT = 100_000;
    private final MemoryBudget budget = new MemoryBudget(1L << 40);

    /** Accepts as many bytes as the test allows, and records the writes. */
    private static final class LimitedTransport implements Transport {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final List<ByteBuffer> writes = new ArrayList<>();
        private int window;
        private boolean broken;

        @Override
        public BufferPool readBuffers() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer into) {
            return 0;
        }

        @Override
        public boolean write(ByteBuffer from) throws IOException {
            if (broken) throw new IOException("reset by the client");
            if (from.hasRemaining()) writes.add(from);
            for (; window > 0 && from.hasRemaining(); window--) taken.write(from.get());
            return !from.hasRemaining();
        }

        @Override
        public EndOutput endOutput(boolean closing) {
            return EndOutput.SENT;
        }

        @Override
        public void close() {
        }

        @Override
        public void abort() {
        }
    }

    /** One receiver. */
    private final class Receiver {
        private final BufferPool pool = new BufferPool(16 * 1024, 4, ByteBuffer::allocateDirect);
        private final OutputQueue queue = new OutputQueue(pool, new MemoryAccount(budget, null), LIMIT);
        private final LimitedTransport transport = new LimitedTransport();

        Receiver(int window) {
            transport.window = window;
            queue.attach(transport);
        }

        SendResult shared(SharedBytes bytes) {
            return queue.send(bytes.view(), null, false, true, OutputQueue.NO_LIMIT);
        }

        void own(String text) {
            queue.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), null, false);
        }

        void receives(int bytes) throws IOException {
            transport.window = bytes;
            queue.flush(true);
        }

        String text() {
            return transport.taken.toString(StandardCharsets.US_ASCII);
        }
    }

    private static SharedBytes shared(String text) {
        return SharedBytes.copyOf(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void receiversDoNotDisturbEachOther() throws IOException {
        String text = "0123456789".repeat(20);
        SharedBytes bytes = shared(text);
        List<Receiver> receivers = new ArrayList<>();
        for (int window : new int[] {0, 1, 199, 200, 1000}) receivers.add(new Receiver(window));
        for (Receiver receiver : receivers) assertThat(receiver.shared(bytes)).isEqualTo(SendResult.MORE);
        assertThat(receivers).extracting(receiver -> receiver.queue.queued()).containsExactly(200L, 199L, 1L, 0L, 0L);
        assertThat(budget.used()).as("what waits is counted for each, without buffers of the pool").isEqualTo(400);
        for (int i = receivers.size() - 1; i >= 0; i--) receivers.get(i).receives(1 + 60 * i);
        for (Receiver receiver : receivers) {
            receiver.receives(1000);
            assertThat(receiver.text()).isEqualTo(text);
            assertThat(receiver.queue.queued()).isZero();
        }
        assertThat(bytes.size()).isEqualTo(200);
        assertThat(budget.used()).isZero();
    }

    @Test
    void bytesAreQueuedByReference() throws IOException {
        byte[] array = "a".repeat(20_000).getBytes(StandardCharsets.US_ASCII);
        SharedBytes bytes = SharedBytes.wrap(ByteBuffer.wrap(array));
        Receiver receiver = new Receiver(5);
        receiver.shared(bytes);
        array[19_999] = 'z';        // only to see whether there is a copy
        receiver.receives(30_000);
        assertThat(receiver.text()).hasSize(20_000).endsWith("az");
        assertThat(receiver.transport.writes).allMatch(ByteBuffer::isReadOnly);
    }

    @Test
    void smallMessagesOfASlowReceiverAreWrittenTogether() throws IOException {
        Receiver receiver = new Receiver(0);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            String text = i + "-".repeat(100);
            all.append(text);
            receiver.shared(shared(text));
        }
        assertThat(budget.used()).isEqualTo(all.length());
        receiver.transport.writes.clear();
        receiver.receives(all.length() - 7);
        assertThat(receiver.transport.writes).as("one write for all").hasSize(1);
        receiver.shared(shared("more"));
        receiver.receives(1000);
        assertThat(receiver.text()).isEqualTo(all + "more");
        assertThat(budget.used()).isZero();
    }

    /** A buffer of the pool for each small message of its own between shared messages would need more memory than the limit allows. */
    @Test
    void otherMessagesInBetweenNeedFewBuffers() throws IOException {
        Receiver receiver = new Receiver(0);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            receiver.own("own" + i);
            receiver.shared(shared("shared" + i));
            all.append("own").append(i).append("shared").append(i);
        }
        assertThat(budget.used()).isEqualTo(16 * 1024);
        receiver.receives(LIMIT);
        assertThat(receiver.text()).isEqualTo(all.toString());
        assertThat(budget.used()).isZero();
    }

    @Test
    void limitCountsSharedBytes() {
        Receiver receiver = new Receiver(0);
        SharedBytes bytes = shared("x".repeat(LIMIT / 2));
        assertThat(receiver.shared(bytes)).isEqualTo(SendResult.MORE);
        assertThat(receiver.queue.send(bytes.view(), null, false, true, LIMIT - 1)).isEqualTo(SendResult.NO_ROOM);
        assertThat(receiver.queue.send(bytes.view(), null, false, true, LIMIT)).isEqualTo(SendResult.MORE);
        assertThat(receiver.shared(shared("y"))).isEqualTo(SendResult.FULL);
        assertThat(budget.used()).isEqualTo(LIMIT + 1);
        receiver.queue.shut(() -> new IOException("closed"));
        assertThat(budget.used()).isZero();
    }

    @Test
    void closeInTheMiddleOfAMessageDoesNotDisturbOthers() throws IOException {
        SharedBytes bytes = shared("0123456789".repeat(2000));
        Receiver closed = new Receiver(7);
        Receiver broken = new Receiver(8);
        Receiver other = new Receiver(9);
        for (Receiver receiver : List.of(closed, broken, other)) receiver.shared(bytes);
        closed.queue.shut(() -> new IOException("closed"));
        broken.transport.broken = true;
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> broken.receives(1))).isInstanceOf(IOException.class);
        broken.queue.shut(() -> new IOException("broken"));
        assertThat(closed.shared(bytes)).isEqualTo(SendResult.CLOSED);
        other.receives(LIMIT);
        assertThat(other.text()).isEqualTo("0123456789".repeat(2000));
        assertThat(budget.used()).isZero();
    }

    @Test
    void orderIsKeptForEveryMixAndEveryWindow() throws IOException {
        Random random = new Random(14);
        for (int round = 0; round < 300; round++) {
            Receiver receiver = new Receiver(random.nextInt(3000));
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                String text = (char) ('a' + i % 26) + ".".repeat(random.nextInt(random.nextInt(10) == 0 ? 20_000 : 400));
                if (all.length() + text.length() > LIMIT) break;
                all.append(text);
                boolean gather = random.nextBoolean() && text.length() < OutputQueue.DIRECT;
                ByteBuffer bytes = shared(text).view();
                receiver.queue.send(bytes, null, gather, random.nextBoolean(), OutputQueue.NO_LIMIT);
                assertThat(bytes.hasRemaining()).isFalse();
                assertThat(receiver.queue.queued()).isEqualTo(all.length() - receiver.transport.taken.size());
                if (random.nextInt(3) == 0) receiver.receives(random.nextInt(5000));
            }
            receiver.receives(LIMIT);
            assertThat(receiver.text()).isEqualTo(all.toString());
            assertThat(budget.used()).isZero();
        }
    }
}
