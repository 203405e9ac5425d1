package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The one place of a handler that blocks is given back once, whatever happens. */
@Timeout(20)
class ConnectionLimiterTest {
    private final BlockingHandlerThreads threads = BlockingHandlerThreads.of(1, Thread::new);
    private final Rig rig = new Rig(Rig.LIMITS, threads);
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection reserved(ConnectionHandler.Blocking handler, EarlyData early) {
        assertThat(threads.reserve()).isTrue();
        assertThat(threads.reserve()).isFalse();
        return rig.connection(handler, early);
    }

    private TransportConnection reserved(ConnectionHandler.Blocking handler) {
        return reserved(handler, EarlyData.DELIVER);
    }

    /** One place is free, and not two. */
    private void assertGivenBackOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            while (!threads.reserve()) Thread.onSpinWait();
        });
        assertThat(threads.reserve()).isFalse();
    }

    @Test
    void afterServing() {
        transport.open(reserved(connection -> connection.output().write('x')));
        assertGivenBackOnce();
    }

    @Test
    void afterAFailure() {
        transport.open(reserved(connection -> {
            throw new IOException("thrown in serve");
        }));
        assertGivenBackOnce();
    }

    @Test
    void afterWhatNoSignatureAllows() throws InterruptedException {
        transport.open(reserved(connection -> ConnectionLimiterTest.<RuntimeException>sneak(new Exception("undeclared"))));
        assertGivenBackOnce();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            while (!rig.application.registry().live().isEmpty()) Thread.onSpinWait();
        });
        assertThat(rig.application.registry().closed(Kind.HANDLER_FAILED)).isEqualTo(1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Exception> void sneak(Exception any) throws T {
        throw (T) any;
    }

    @Test
    void whenTheEndComesBeforeTheOpening() {
        TransportConnection connection = reserved(open -> { });
        connection.abort();
        transport.open(connection);
        assertGivenBackOnce();
    }

    @Test
    void whenEarlyBytesAreForbidden() {
        transport.peerSends("early");
        transport.open(reserved(open -> { }, EarlyData.REFUSE));
        assertGivenBackOnce();
    }

    @Test
    void whenNoThreadCanBeHad() {
        threads.close();
        transport.open(reserved(open -> { }));
        assertThat(rig.application.registry().closed(Kind.HANDLER_FAILED)).isEqualTo(1);
        assertGivenBackOnce();
    }

    @Test
    void whenTheThreadIsInterrupted() throws InterruptedException {
        CountDownLatch serving = new CountDownLatch(1);
        transport.open(reserved(connection -> {
            serving.countDown();
            connection.input().read();
        }));
        serving.await();
        threads.close();
        assertGivenBackOnce();
    }

    @Test
    void whenTheConnectionEndsWhileItIsServed() throws InterruptedException {
        CountDownLatch serving = new CountDownLatch(1);
        TransportConnection connection = reserved(open -> {
            serving.countDown();
            open.input().read();
        });
        transport.open(connection);
        serving.await();
        connection.abort();
        assertGivenBackOnce();
    }
}
