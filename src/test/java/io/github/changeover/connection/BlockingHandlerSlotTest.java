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

/** The reserved thread of a blocking handler is released exactly once, however the connection ends. */
@Timeout(20)
class BlockingHandlerSlotTest {
    private final BlockingHandlerThreads threads = BlockingHandlerThreads.of(1, Thread::new);
    private final ConnectionFixture fixture = new ConnectionFixture(ConnectionFixture.LIMITS, threads);
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection reserved(ConnectionHandler.Blocking handler, EarlyData early) {
        assertThat(threads.reserve()).isTrue();
        assertThat(threads.reserve()).isFalse();
        return fixture.connection(handler, early);
    }

    private TransportConnection reserved(ConnectionHandler.Blocking handler) {
        return reserved(handler, EarlyData.DELIVER);
    }

    /** Checks that one thread is free, and not two. */
    private void assertReleasedOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            while (!threads.reserve()) Thread.onSpinWait();
        });
        assertThat(threads.reserve()).isFalse();
    }

    @Test
    void slotIsReleasedAfterServe() {
        transport.open(reserved(connection -> connection.output().write('x')));
        assertReleasedOnce();
    }

    @Test
    void slotIsReleasedAfterAnIOException() {
        transport.open(reserved(connection -> {
            throw new IOException("thrown in serve");
        }));
        assertReleasedOnce();
    }

    @Test
    void slotIsReleasedAfterAnUndeclaredException() throws InterruptedException {
        transport.open(reserved(connection -> BlockingHandlerSlotTest.<RuntimeException>throwUnchecked(new Exception("undeclared"))));
        assertReleasedOnce();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            while (!fixture.application.registry().live().isEmpty()) Thread.onSpinWait();
        });
        assertThat(fixture.application.registry().closed(Kind.HANDLER_FAILED)).isEqualTo(1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Exception> void throwUnchecked(Exception any) throws T {
        throw (T) any;
    }

    @Test
    void slotIsReleasedWhenAbortedBeforeOpening() {
        TransportConnection connection = reserved(open -> { });
        connection.abort();
        transport.open(connection);
        assertReleasedOnce();
    }

    @Test
    void slotIsReleasedWhenEarlyBytesAreForbidden() {
        transport.peerSends("early");
        transport.open(reserved(open -> { }, EarlyData.REFUSE));
        assertReleasedOnce();
    }

    @Test
    void slotIsReleasedWhenNoThreadIsAvailable() {
        threads.close();
        transport.open(reserved(open -> { }));
        assertThat(fixture.application.registry().closed(Kind.HANDLER_FAILED)).isEqualTo(1);
        assertReleasedOnce();
    }

    @Test
    void slotIsReleasedWhenTheThreadIsInterrupted() throws InterruptedException {
        CountDownLatch serving = new CountDownLatch(1);
        transport.open(reserved(connection -> {
            serving.countDown();
            connection.input().read();
        }));
        serving.await();
        threads.close();
        assertReleasedOnce();
    }

    @Test
    void slotIsReleasedWhenTheConnectionEndsDuringServe() throws InterruptedException {
        CountDownLatch serving = new CountDownLatch(1);
        TransportConnection connection = reserved(open -> {
            serving.countDown();
            open.input().read();
        });
        transport.open(connection);
        serving.await();
        connection.abort();
        assertReleasedOnce();
    }
}
