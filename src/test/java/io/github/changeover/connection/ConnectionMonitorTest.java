package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The end of connections whose timeouts have expired. The monitor does not run by itself in these tests: they call its check with the
 * time of their choice.
 */
class ConnectionMonitorTest {
    private static final ConnectionLimits LONG = new ConnectionLimits(ConnectionFixture.BOUND, Duration.ofHours(5), Duration.ofHours(3), Duration.ofHours(2),
            Duration.ofHours(1), Duration.ofMillis(200), Duration.ZERO, 1 << 16);
    private final BlockingHandlerThreads threads = BlockingHandlerThreads.of(1, Thread::new);
    private final ConnectionFixture fixture = new ConnectionFixture(LONG, threads);
    private final ConnectionMonitor watch = new ConnectionMonitor(fixture.application.registry(), new ConnectionLimits(1, Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1), Duration.ZERO, Duration.ZERO, Duration.ZERO, 0), null);
    private final RecordingHandler recorder = new RecordingHandler();
    private final MemoryTransport transport = new MemoryTransport();
    private final long start = System.nanoTime();

    @AfterEach
    void stop() {
        watch.close();
        threads.close();
    }

    private void checkAfterHours(double later) {
        watch.check(start + (long) (later * Duration.ofHours(1).toNanos()));
    }

    @Test
    @Covers("RFC9112-9.5-01")
    void idleConnectionIsClosedGracefully() {
        transport.open(fixture.connection(recorder));
        checkAfterHours(0);
        checkAfterHours(5.1);
        assertThat(transport.outputEnded()).isTrue();
        transport.peerEnds();
        assertThat(recorder.kind()).isEqualTo(Kind.IDLE);
        assertThat(transport.aborts()).isZero();
    }

    @Test
    void peerThatReadsNothingIsAborted() {
        TransportConnection connection = fixture.connection(recorder);
        transport.window(0).open(connection);
        connection.send(ConnectionFixture.bytes("x"));
        checkAfterHours(0);
        checkAfterHours(3.1);
        assertThat(recorder.kind()).isEqualTo(Kind.STALLED);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void lingeringEndsAfterTheLingerTime() {
        TransportConnection connection = fixture.connection(recorder);
        transport.open(connection);
        connection.close();
        checkAfterHours(0);
        assertThat(recorder.events()).containsExactly("opened");
        checkAfterHours(1.1);
        assertThat(recorder.kind()).isEqualTo(Kind.HANDLER);
        assertThat(transport.closes()).isEqualTo(1);
        assertThat(transport.aborts()).isZero();
    }

    @Test
    @Covers("GEN-06")
    void connectionThatIsNeverOpenedIsClosed() {
        fixture.connection(recorder);
        checkAfterHours(0);
        checkAfterHours(0.01);
        assertThat(recorder.events()).isEmpty();
        checkAfterHours(0.02);
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(recorder.kind()).isEqualTo(Kind.BROKEN);
        assertThat(fixture.application.registry().expected()).isEmpty();
    }

    @Test
    void unservedIsCalledAndTheSlotReleasedIfNeverOpened() {
        AtomicInteger unserved = new AtomicInteger();
        assertThat(threads.reserve()).isTrue();
        TransportConnection connection = fixture.connection(new ConnectionHandler.Blocking() {
            @Override
            public void serve(BlockingConnection open) {
                throw new AssertionError("served");
            }

            @Override
            public void unserved() {
                unserved.incrementAndGet();
            }
        });
        checkAfterHours(0);
        checkAfterHours(1);
        checkAfterHours(2);
        assertThat(unserved).hasValue(1);
        assertThat(threads.reserve()).isTrue();
        transport.open(connection);
        assertThat(transport.aborts()).isPositive();
        assertThat(unserved).hasValue(1);
    }

    @Test
    void openedConnectionIsNoLongerExpected() {
        transport.open(fixture.connection(recorder));
        assertThat(fixture.application.registry().expected()).isEmpty();
        checkAfterHours(0);
        checkAfterHours(1);
        assertThat(recorder.events()).containsExactly("opened");
    }

    /** Closes an idle connection whose callback runs until the latch opens, so that the close is overdue. */
    private Thread closeIdleWithStuckCallback(CountDownLatch goesOn, AdvancedConnection.CloseNotice word) throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        TransportConnection connection = fixture.connection(new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection open, ByteBuffer bytes) {
                open.send(ConnectionFixture.bytes("first "));
                stuck.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
        });
        connection.beforeClose(word);
        transport.open(connection);
        Thread thread = new Thread(() -> transport.peerSends("x"));
        thread.start();
        stuck.await();
        ConnectionFixture.await(() -> transport.text().equals("first "));
        checkAfterHours(0);
        checkAfterHours(5.1);
        checkAfterHours(5.2);
        return thread;
    }

    @Test
    @Timeout(20)
    void closeMessageIsSentWhileACallbackIsStuck() throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        List<CloseCause> causes = new ArrayList<>();
        Thread stuck = closeIdleWithStuckCallback(goesOn, (cause, close) -> {
            causes.add(cause);
            fixture.application.registry().live().iterator().next().send(ConnectionFixture.bytes("BYE"));
            close.run();
        });
        ConnectionFixture.await(transport::outputEnded);        // the flusher may still hold the queue
        assertThat(transport.text()).isEqualTo("first BYE");
        checkAfterHours(5.3);
        assertThat(causes).extracting(CloseCause::kind).containsExactly(Kind.IDLE);
        goesOn.countDown();
        stuck.join();
    }

    @Test
    @Timeout(20)
    void lateCloseMessageIsNotAwaited() throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        Thread stuck = closeIdleWithStuckCallback(goesOn, (cause, close) -> { });
        assertThat(transport.outputEnded()).isFalse();
        checkAfterHours(5.3);
        ConnectionFixture.await(transport::outputEnded);
        goesOn.countDown();
        stuck.join();
    }

    @Test
    @Timeout(20)
    void failedCloseMessageEndsTheConnection() throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        Thread stuck = closeIdleWithStuckCallback(goesOn, (cause, close) -> {
            throw new IllegalStateException("in a test");
        });
        ConnectionFixture.await(transport::outputEnded);
        goesOn.countDown();
        stuck.join();
    }

    @Test
    void handlerErrorDoesNotStopMonitoringOfOtherConnections() {
        transport.open(fixture.connection(new RecordingHandler() {
            @Override
            void onClosed(SwitchedConnection connection) {
                throw new LinkageError("classes gone");
            }
        }));
        MemoryTransport second = new MemoryTransport().withoutHalfClose();
        transport.withoutHalfClose();
        second.open(fixture.connection(recorder));
        checkAfterHours(0);
        checkAfterHours(5.1);
        assertThat(recorder.kind()).isEqualTo(Kind.IDLE);
        assertThat(fixture.application.registry().live()).isEmpty();
    }
}
