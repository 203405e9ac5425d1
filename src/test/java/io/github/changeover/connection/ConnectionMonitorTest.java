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

/** What becomes of connections whose time is up. The watch's own clock never comes in these tests: they turn it. */
class ConnectionMonitorTest {
    private static final ConnectionLimits LONG = new ConnectionLimits(Rig.BOUND, Duration.ofHours(5), Duration.ofHours(3), Duration.ofHours(2),
            Duration.ofHours(1), Duration.ofMillis(200), Duration.ZERO, 1 << 16);
    private final BlockingHandlerThreads threads = BlockingHandlerThreads.of(1, Thread::new);
    private final Rig rig = new Rig(LONG, threads);
    private final ConnectionMonitor watch = new ConnectionMonitor(rig.application.registry(), new ConnectionLimits(1, Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1), Duration.ZERO, Duration.ZERO, Duration.ZERO, 0), null);
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();
    private final long start = System.nanoTime();

    @AfterEach
    void stop() {
        watch.close();
        threads.close();
    }

    private void hours(double later) {
        watch.check(start + (long) (later * Duration.ofHours(1).toNanos()));
    }

    @Test
    @Covers("RFC9112-9.5-01")
    void anIdleConnectionIsClosedInOrder() {
        transport.open(rig.connection(diary));
        hours(0);
        hours(5.1);
        assertThat(transport.outputEnded()).isTrue();
        transport.peerEnds();
        assertThat(diary.kind()).isEqualTo(Kind.IDLE);
        assertThat(transport.aborts()).isZero();
    }

    @Test
    void aPeerThatTakesNothingIsEvicted() {
        TransportConnection connection = rig.connection(diary);
        transport.window(0).open(connection);
        connection.send(Rig.bytes("x"));
        hours(0);
        hours(3.1);
        assertThat(diary.kind()).isEqualTo(Kind.STALLED);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void aPeerThatDoesNotEndIsLeftAfterTheLingerTime() {
        TransportConnection connection = rig.connection(diary);
        transport.open(connection);
        connection.close();
        hours(0);
        assertThat(diary.told()).containsExactly("opened");
        hours(1.1);
        assertThat(diary.kind()).isEqualTo(Kind.HANDLER);
        assertThat(transport.closes()).isEqualTo(1);
        assertThat(transport.aborts()).isZero();
    }

    @Test
    @Covers("GEN-06")
    void aConnectionThatIsNeverOpenedIsGivenUp() {
        rig.connection(diary);
        hours(0);
        hours(0.01);
        assertThat(diary.told()).isEmpty();
        hours(0.02);
        assertThat(diary.told()).containsExactly("closed");
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
        assertThat(rig.application.registry().expected()).isEmpty();
    }

    @Test
    void aHandlerThatBlocksIsToldThatNothingIsServedAndItsPlaceIsFree() {
        AtomicInteger unserved = new AtomicInteger();
        assertThat(threads.reserve()).isTrue();
        TransportConnection connection = rig.connection(new ConnectionHandler.Blocking() {
            @Override
            public void serve(BlockingConnection open) {
                throw new AssertionError("served");
            }

            @Override
            public void unserved() {
                unserved.incrementAndGet();
            }
        });
        hours(0);
        hours(1);
        hours(2);
        assertThat(unserved).hasValue(1);
        assertThat(threads.reserve()).isTrue();
        transport.open(connection);
        assertThat(transport.aborts()).isPositive();
        assertThat(unserved).hasValue(1);
    }

    @Test
    void anOpenedConnectionIsNoLongerExpected() {
        transport.open(rig.connection(diary));
        assertThat(rig.application.registry().expected()).isEmpty();
        hours(0);
        hours(1);
        assertThat(diary.told()).containsExactly("opened");
    }

    /** A connection that is idle while a callback of it runs until the latch opens; its end is overdue. */
    private Thread idleWhileStuck(CountDownLatch goesOn, AdvancedConnection.CloseNotice word) throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        TransportConnection connection = rig.connection(new Diary() {
            @Override
            void onReceived(SwitchedConnection open, ByteBuffer bytes) {
                open.send(Rig.bytes("first "));
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
        Rig.await(() -> transport.text().equals("first "));
        hours(0);
        hours(5.1);
        hours(5.2);
        return thread;
    }

    @Test
    @Timeout(20)
    void aProtocolSaysItsLastWordBesideACallbackThatIsStuck() throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        List<CloseCause> causes = new ArrayList<>();
        Thread stuck = idleWhileStuck(goesOn, (cause, close) -> {
            causes.add(cause);
            rig.application.registry().live().iterator().next().send(Rig.bytes("BYE"));
            close.run();
        });
        assertThat(transport.text()).isEqualTo("first BYE");
        assertThat(transport.outputEnded()).isTrue();
        hours(5.3);
        assertThat(causes).extracting(CloseCause::kind).containsExactly(Kind.IDLE);
        goesOn.countDown();
        stuck.join();
    }

    @Test
    @Timeout(20)
    void aLastWordThatIsNotSaidInTimeIsNotAwaited() throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        Thread stuck = idleWhileStuck(goesOn, (cause, close) -> { });
        assertThat(transport.outputEnded()).isFalse();
        hours(5.3);
        assertThat(transport.outputEnded()).isTrue();
        goesOn.countDown();
        stuck.join();
    }

    @Test
    @Timeout(20)
    void aLastWordThatFailsIsTheEnd() throws InterruptedException {
        CountDownLatch goesOn = new CountDownLatch(1);
        Thread stuck = idleWhileStuck(goesOn, (cause, close) -> {
            throw new IllegalStateException("in a test");
        });
        assertThat(transport.outputEnded()).isTrue();
        goesOn.countDown();
        stuck.join();
    }

    @Test
    void oneHandlersErrorLeavesTheOthersWatched() {
        transport.open(rig.connection(new Diary() {
            @Override
            void onClosed(SwitchedConnection connection) {
                throw new LinkageError("classes gone");
            }
        }));
        MemoryTransport second = new MemoryTransport().withoutHalfClose();
        transport.withoutHalfClose();
        second.open(rig.connection(diary));
        hours(0);
        hours(5.1);
        assertThat(diary.kind()).isEqualTo(Kind.IDLE);
        assertThat(rig.application.registry().live()).isEmpty();
    }
}
