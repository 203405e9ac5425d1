package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which connection is closed when all connections together hold too much memory. */
class MemoryBudgetTest {
    private static final int MAX = 100_000;
    private final ConnectionFixture fixture = new ConnectionFixture(ConnectionFixture.LIMITS, new ConnectionFixture.SameThreadExecutor(), BlockingHandlerThreads.of(4, null), MAX);
    private final MemoryBudget budget = fixture.application.memory();

    /** Holds the memory that the test requests, and releases it when the connection is rejected. */
    private final class MemoryHoldingHandler implements ConnectionHandler.Events {
        private final MemoryTransport transport = new MemoryTransport();
        private final TransportConnection connection = fixture.connection(this);
        private final List<String> told = new ArrayList<>();
        private Runnable inCallback = () -> { };
        private long held;
        private String lastWord = "";

        MemoryHoldingHandler() {
            transport.open(connection);
        }

        boolean hold(long bytes) {
            held += bytes;
            return connection.charge(bytes);
        }

        void release() {
            connection.release(held);
            held = 0;
        }

        @Override
        public void received(SwitchedConnection same, ByteBuffer bytes) {
            bytes.position(bytes.limit());
            inCallback.run();
        }

        @Override
        public void rejected(SwitchedConnection same, CloseCause cause) {
            told.add("rejected " + cause.kind());
            if (!lastWord.isEmpty()) same.send(ConnectionFixture.bytes(lastWord));
            release();
        }

        @Override
        public void closed(SwitchedConnection same, CloseCause cause) {
            told.add("closed " + cause.kind());
            release();
        }
    }

    @Test
    @DisplayName("S5a: over the budget, the connection that holds the most memory is closed with its close message, and the others continue")
    void connectionWithTheMostMemoryIsClosed() {
        MemoryHoldingHandler small = new MemoryHoldingHandler(), most = new MemoryHoldingHandler(), some = new MemoryHoldingHandler();
        small.hold(10_000);
        most.hold(50_000);
        most.lastWord = "bye";
        some.hold(40_000);
        assertThat(budget.used()).isEqualTo(MAX);
        assertThat(small.hold(1)).isTrue();
        assertThat(most.told).containsExactly("rejected MEMORY");
        assertThat(most.transport.text()).isEqualTo("bye");
        most.transport.peerEnds();
        assertThat(most.told).containsExactly("rejected MEMORY", "closed MEMORY");
        assertThat(fixture.application.registry().closed(Kind.MEMORY)).isEqualTo(1);
        assertThat(budget.exceeded()).isEqualTo(1);
        assertThat(budget.used()).isEqualTo(50_001);
        assertThat(small.told).isEmpty();
        assertThat(some.told).isEmpty();
    }

    @Test
    @DisplayName("S5a: if several connections hold the same amount, the one that has held it longest is closed")
    void amongEqualConnectionsTheOldestIsClosed() {
        MemoryHoldingHandler one = new MemoryHoldingHandler(), other = new MemoryHoldingHandler(), last = new MemoryHoldingHandler();
        other.hold(1);      // since now
        one.hold(40_000);
        other.hold(39_999);
        last.hold(20_001);
        assertThat(other.told).containsExactly("rejected MEMORY");
        assertThat(one.told).isEmpty();
        assertThat(last.told).isEmpty();
    }

    @Test
    @DisplayName("S5a: a connection that holds little is closed only if no other holds more")
    void smallHolderIsClosedOnlyIfNoOtherHoldsMore() {
        List<MemoryHoldingHandler> all = new ArrayList<>();
        for (int i = 0; i < 99; i++) {
            all.add(new MemoryHoldingHandler());
            all.get(i).hold(1000);
        }
        MemoryHoldingHandler more = new MemoryHoldingHandler();
        assertThat(more.hold(1001)).as("it holds the most itself").isFalse();
        assertThat(more.told).containsExactly("rejected MEMORY");
        assertThat(all).allSatisfy(holder -> assertThat(holder.told).isEmpty());
        MemoryHoldingHandler another = new MemoryHoldingHandler();
        assertThat(another.hold(1000)).isTrue();
        assertThat(another.hold(1)).isFalse();
        assertThat(all).allSatisfy(holder -> assertThat(holder.told).isEmpty());
    }

    /**
     * The connections are chosen one after the other. None of them releases its memory before its own callback runs, which is late
     * here.
     */
    @Test
    @DisplayName("S5a: memory of connections that are being closed is not counted again")
    void memoryOfClosingConnectionsIsNotCountedAgain() {
        ConnectionFixture.ManualExecutor later = new ConnectionFixture.ManualExecutor();
        long max = 100_000_000;
        ConnectionFixture slow = new ConnectionFixture(ConnectionFixture.LIMITS, later, BlockingHandlerThreads.of(4, null), max);
        List<TransportConnection> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            TransportConnection connection = slow.connection((ConnectionHandler.Events) (same, bytes) -> { });
            new MemoryTransport().open(connection);
            all.add(connection);
        }
        long most = 0;
        for (int round = 0; round < 200; round++) {
            for (TransportConnection connection : all) {
                if (!connection.charge(100_000)) connection.release(100_000);     // everything else is released later
                most = Math.max(most, slow.application.memory().used());
            }
        }
        assertThat(most).isBetween(max, max * 5 / 4 + 100_000);
        TransportConnection little = slow.connection((ConnectionHandler.Events) (same, bytes) -> { });
        new MemoryTransport().open(little);
        assertThat(slow.application.memory().used()).isGreaterThanOrEqualTo(max * 5 / 4);
        assertThat(little.charge(1000)).as("a connection that holds little may hold more").isTrue();
        all.forEach(connection -> connection.release(connection.memoryHeld()));
        little.release(1000);
        assertThat(slow.application.memory().used()).isZero();
    }

    /** Memory that application code is using cannot be released. Closing further connections would not help. */
    @Test
    void memoryInDeliveryDoesNotCloseOtherConnections() {
        MemoryHoldingHandler delivering = new MemoryHoldingHandler(), other = new MemoryHoldingHandler();
        other.hold(20_000);
        delivering.inCallback = () -> {
            delivering.hold(70_000);
            delivering.connection.pin(70_000);
            other.hold(20_000);
            delivering.connection.pin(0);
        };
        delivering.transport.peerSends("x".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThat(delivering.told).startsWith("rejected MEMORY");
        assertThat(other.told).isEmpty();
        assertThat(budget.used()).isEqualTo(40_000);
    }

    @Test
    @DisplayName("S5a: if a handler closes because a reservation was rejected, the close cause is MEMORY")
    void closeAfterARejectedReservationHasCauseMemory() {
        MemoryHoldingHandler holder = new MemoryHoldingHandler();
        holder.inCallback = () -> {
            if (!holder.hold(MAX + 1)) holder.connection.close();
            holder.release();
        };
        holder.transport.peerSends("x".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        holder.transport.peerEnds();
        assertThat(holder.told).containsExactly("closed MEMORY");
        assertThat(fixture.application.registry().closed(Kind.MEMORY)).isEqualTo(1);
        assertThat(budget.used()).isZero();
    }

    /**
     * When threads charge, release and choose connections at the same time, all memory is released at the end, including that of
     * connections that were being closed.
     */
    @Test
    @Timeout(60)
    void concurrentReservationsAreAllReleased() throws InterruptedException {
        long max = 1_000_000;
        try (CallbackExecutor pool = CallbackExecutor.of(4, null, getClass().getClassLoader())) {
            ConnectionFixture shared = new ConnectionFixture(ConnectionFixture.LIMITS, pool, BlockingHandlerThreads.of(4, null), max);
            List<Thread> threads = new ArrayList<>();
            CyclicBarrier all = new CyclicBarrier(8);      // all of them hold memory at the same time: 8 times 400,000 bytes exceed the limit
            for (int i = 0; i < 8; i++) {
                Random random = new Random(i);
                Thread thread = new Thread(() -> {
                    for (int round = 0; round < 100; round++) {
                        TransportConnection connection = shared.connection((ConnectionHandler.Events) (same, bytes) -> { });
                        new MemoryTransport().open(connection);
                        ConnectionFixture.await(() -> shared.application.registry().live().contains(connection));
                        long held = 0;
                        boolean fits = true;
                        while (fits && held < 400_000) {
                            int some = 1 + random.nextInt(100_000);
                            held += some;
                            fits = connection.charge(some);
                            if (random.nextInt(4) == 0) {
                                connection.release(some);
                                held -= some;
                            }
                        }
                        await(all);
                        connection.release(held / 2);
                        connection.release(held - held / 2);
                        connection.abort();
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) thread.join();
            assertThat(shared.application.memory().used()).isZero();
            assertThat(shared.application.memory().exceeded()).isPositive();
            TransportConnection last = shared.connection((ConnectionHandler.Events) (same, bytes) -> { });
            new MemoryTransport().open(last);
            ConnectionFixture.await(() -> shared.application.registry().live().contains(last));
            assertThat(last.charge(max)).isTrue();
            assertThat(last.charge(1)).isFalse();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Test
    void tryTakeReservesOnlyAvailableMemory() {
        assertThat(budget.tryReserve(60_000)).isTrue();
        assertThat(budget.tryReserve(40_001)).isFalse();
        assertThat(budget.tryReserve(40_000)).isTrue();
        budget.releaseReserved(100_000);
        assertThat(budget.used()).isZero();
        assertThat(budget.max()).isEqualTo(MAX);
        assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBudget(0));
    }
}
