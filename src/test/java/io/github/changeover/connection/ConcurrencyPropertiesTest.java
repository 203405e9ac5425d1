package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The peer, the container, senders, and threads that pause or end the connection, all at the same time. */
class ConcurrencyPropertiesTest {
    private static final CallbackExecutor POOL = CallbackExecutor.of(4, Thread::new, null);
    private static final int SENDERS = 3, FRAMES = 200, LONGEST = 300;

    private enum Termination { CLOSE, EVICT, BREAK, RELEASE, PEER }

    /** One run: the actions of all threads, and their results. */
    private static final class ConcurrentRun {
        final ConnectionFixture fixture = new ConnectionFixture(POOL);
        final RecordingHandler recorder = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                if (bytes.get(bytes.position()) % 7 == 0) connection.execute(() -> { });
            }
        };
        final MemoryTransport transport = new MemoryTransport().window(500);
        final TransportConnection connection = fixture.connection(recorder);
        final AtomicIntegerArray completions = new AtomicIntegerArray(SENDERS * FRAMES);
        final AtomicIntegerArray successes = new AtomicIntegerArray(SENDERS * FRAMES);
        final byte[] input = new byte[40_000];
        final CountDownLatch go = new CountDownLatch(1);
        final List<Thread> threads = new ArrayList<>();
        final List<Throwable> thrown = java.util.Collections.synchronizedList(new ArrayList<>());
        final Random random;

        ConcurrentRun(long seed) {
            random = new Random(seed);
            random.nextBytes(input);
        }

        interface Part {
            void run(Random own);
        }

        Thread start(Part part) {
            Random own = new Random(random.nextLong());
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                    part.run(own);
                } catch (Throwable failure) {
                    thrown.add(failure);
                }
            });
            threads.add(thread);
            thread.start();
            return thread;
        }

        void peerSends(Random own) {
            for (int at = 0; at < input.length; ) {
                int count = Math.min(input.length - at, 1 + own.nextInt(700));
                transport.peerSends(Arrays.copyOfRange(input, at, at + count));
                at += count;
            }
        }

        void peerReads(Random own) {
            for (int taken = 0; taken < SENDERS * FRAMES * (LONGEST + 4); ) {
                int count = own.nextInt(2000);
                transport.peerReads(count);
                taken += count;
                Thread.yield();
            }
        }

        /** Sends frames. A frame has the sender, its number in two bytes, its length in two bytes, and the payload. */
        void send(int sender, Random own) {
            for (int number = 0; number < FRAMES; number++) {
                int index = sender * FRAMES + number;
                int length = own.nextInt(LONGEST);
                ByteBuffer frame = ByteBuffer.allocate(5 + length).put((byte) sender).putShort((short) number).putShort((short) length);
                while (frame.hasRemaining()) frame.put((byte) (index + frame.position()));
                connection.send(frame.flip(), failure -> recorder.runAndRecord("", () -> {
                    completions.incrementAndGet(index);
                    if (failure == null) successes.incrementAndGet(index);
                }));
                while (connection.queued() > ConnectionFixture.BOUND / 2 && recorder.cause() == null) Thread.yield();
            }
        }

        void command(Random own) {
            for (int i = 0; i < 300; i++) {
                switch (own.nextInt(6)) {
                    case 0 -> connection.pause();
                    case 1, 2 -> connection.resume();
                    case 3 -> connection.readable();
                    case 4 -> connection.writable();
                    default -> connection.execute(() -> { });
                }
            }
            connection.resume();
        }

        void join() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join(20_000);
                assertThat(thread.isAlive()).as("a thread hangs in %s", (Object) thread.getStackTrace()).isFalse();
            }
            assertThat(thrown).isEmpty();
        }

        void assertInvariants() throws InterruptedException {
            assertThat(recorder.awaitClosed()).isTrue();
            assertThat(recorder.events()).doesNotContain("OVERLAP").startsWith("opened").endsWith("closed");
            assertThat(recorder.events()).filteredOn("closed"::equals).hasSize(1);
            for (int i = 0; i < completions.length(); i++) {       // completions of sends after the end of the connection run later
                int index = i;
                ConnectionFixture.await(() -> completions.get(index) >= 1);
            }
            for (int i = 0; i < completions.length(); i++) assertThat(completions.get(i)).as("completion %s", i).isEqualTo(1);
            assertThat(recorder.bytes()).isEqualTo(Arrays.copyOf(input, recorder.bytes().length));
            assertFrames();
            assertThat(fixture.application.registry().live()).isEmpty();
        }

        /**
         * Checks the bytes that the peer received: complete frames, those of each sender in order and without a gap, at most one frame
         * truncated, and every frame whose completion succeeded.
         */
        private void assertFrames() {
            int[] next = new int[SENDERS];
            ByteBuffer taken = ByteBuffer.wrap(transport.peerReceived());
            while (taken.remaining() >= 5) {
                int sender = taken.get(), number = taken.getShort(), length = taken.getShort();
                assertThat(number).isEqualTo(next[sender]);
                if (taken.remaining() < length) break;
                for (int i = 5; i < 5 + length; i++) assertThat(taken.get()).isEqualTo((byte) (sender * FRAMES + number + i));
                next[sender]++;
            }
            for (int sender = 0; sender < SENDERS; sender++) {
                for (int number = next[sender]; number < FRAMES; number++) assertThat(successes.get(sender * FRAMES + number)).isZero();
            }
        }
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    @Covers({"GEN-08", "GEN-09"})
    void noBytesAreLostWithoutAClose(@ForAll long seed) throws InterruptedException {
        ConcurrentRun run = new ConcurrentRun(seed);
        run.start(own -> run.transport.open(run.connection));
        run.start(run::peerSends);
        run.start(run::peerReads);
        run.start(run::command);
        CountDownLatch sent = new CountDownLatch(SENDERS);
        run.go.countDown();
        while (!run.recorder.events().contains("opened")) Thread.onSpinWait();
        for (int i = 0; i < SENDERS; i++) {
            int sender = i;
            run.start(own -> {
                run.send(sender, own);
                sent.countDown();
            });
        }
        sent.await();
        run.transport.peerReads(Long.MAX_VALUE);
        run.join();
        ConnectionFixture.await(() -> run.recorder.bytes().length == run.input.length);
        assertThat(run.recorder.bytes()).isEqualTo(run.input);
        run.connection.close();
        run.transport.peerEnds();
        run.assertInvariants();
        assertThat(run.recorder.kind()).isEqualTo(Kind.HANDLER);
        for (int i = 0; i < SENDERS * FRAMES; i++) assertThat(run.successes.get(i)).isEqualTo(1);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    @Covers({"GEN-06", "GEN-09"})
    void closeAtAnyMomentIsReportedOnce(@ForAll long seed, @ForAll Termination end, @ForAll Termination second) throws InterruptedException {
        ConcurrentRun run = new ConcurrentRun(seed);
        run.transport.open(run.connection);
        run.start(run::peerSends);
        run.start(run::peerReads);
        run.start(run::command);
        for (int i = 0; i < SENDERS; i++) {
            int sender = i;
            run.start(own -> run.send(sender, own));
        }
        for (Termination by : List.of(end, second)) {
            run.start(own -> {
                int until = own.nextInt(SENDERS * FRAMES);
                while (run.completions.get(until) == 0 && run.recorder.cause() == null) Thread.yield();
                end(run, by);
            });
        }
        run.go.countDown();
        run.join();
        run.transport.peerReads(Long.MAX_VALUE);
        run.transport.peerEnds();
        run.connection.close();
        run.assertInvariants();
        assertThat(run.transport.closes() + run.transport.aborts()).isPositive();
    }

    private static void end(ConcurrentRun run, Termination by) {
        switch (by) {
            case CLOSE -> run.connection.close();
            case EVICT -> run.connection.abort();
            case BREAK -> run.connection.transportFailed(new IOException("reset"));
            case RELEASE -> run.connection.released();
            case PEER -> run.transport.peerEnds();
        }
    }
}
