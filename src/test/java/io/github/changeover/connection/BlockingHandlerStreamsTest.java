package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The streams of a handler that runs on a separate thread. */
@Timeout(20)
class BlockingHandlerStreamsTest {
    private final BlockingHandlerThreads threads = BlockingHandlerThreads.of(4, null);
    private final ConnectionFixture fixture = new ConnectionFixture(ConnectionFixture.LIMITS, threads);
    private final MemoryTransport transport = new MemoryTransport();
    private TransportConnection connection;

    /** The code of a handler. The test gets its result or its exception. */
    private interface Serving<T> {
        T serve(BlockingConnection connection) throws Exception;
    }

    private <T> CompletableFuture<T> serve(Serving<T> serving) {
        CompletableFuture<T> found = new CompletableFuture<>();
        assertThat(threads.reserve()).isTrue();
        ConnectionHandler.Blocking handler = open -> {
            try {
                found.complete(serving.serve(open));
            } catch (IOException | RuntimeException failure) {
                found.completeExceptionally(failure);
                throw failure;
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        };
        connection = fixture.connection(handler);
        transport.open(connection);
        return found;
    }

    private static <T> T got(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    /** Waits for the end. It is counted just after the connection has been removed from the live connections. */
    private Kind awaitEnd() {
        while (true) {
            for (Kind kind : Kind.values()) {
                if (fixture.application.registry().closed(kind) > 0) return kind;
            }
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void stop() {
        if (connection != null) connection.abort();
        threads.close();
    }

    @Test
    void inputIsReadToTheEndOfThePeersOutput() throws Exception {
        var all = serve(open -> new String(open.input().readAllBytes()));
        transport.peerSends("to ");
        transport.peerSends("the end");
        transport.peerEnds();
        assertThat(got(all)).isEqualTo("to the end");
        assertThat(awaitEnd()).isEqualTo(Kind.PEER);
    }

    @Test
    void bytesReceivedBeforeAFailureAreRead() throws Exception {
        CountDownLatch broken = new CountDownLatch(1);
        var read = serve(open -> {
            broken.await();
            return new String(open.input().readNBytes(4));
        });
        transport.peerSends("tail");
        connection.transportFailed(new IOException("reset"));
        broken.countDown();
        assertThat(got(read)).isEqualTo("tail");
    }

    @Test
    void readThrowsAfterTheLastBytesOfAFailedConnection() {
        var read = serve(open -> open.input().read());
        connection.transportFailed(new IOException("reset"));
        assertThat(read).failsWithin(Duration.ofSeconds(10)).withThrowableThat().withMessageContaining("The connection is closed: BROKEN: reset");
        assertThat(awaitEnd()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void slowReaderStopsReadingFromThePeerAndLosesNothing() throws Exception {
        byte[] sent = new byte[1_000_000];
        new java.util.Random(1).nextBytes(sent);
        CountDownLatch go = new CountDownLatch(1);
        var all = serve(open -> {
            go.await();
            return open.input().readAllBytes();
        });
        for (int from = 0; from < sent.length; from += 1000) transport.peerSends(java.util.Arrays.copyOfRange(sent, from, from + 1000));
        transport.peerEnds();
        assertThat(connection.bytesIn()).isBetween(64 * 1024L, 128 * 1024L);
        go.countDown();
        assertThat(got(all)).isEqualTo(sent);
    }

    @Test
    void writeBlocksWhileThePeerReadsNothing() throws Exception {
        transport.window(0);
        CompletableFuture<Long> firstWait = new CompletableFuture<>();
        var wrote = serve(open -> {
            OutputStream out = open.output();
            out.write(new byte[ConnectionFixture.BOUND + 1]);
            firstWait.complete(open.queued());
            out.write(new byte[10]);
            return open.queued();
        });
        assertThat(got(firstWait)).isEqualTo(ConnectionFixture.BOUND + 1);
        assertThat(wrote).isNotDone();
        transport.peerReads(Long.MAX_VALUE);
        assertThat(got(wrote)).isZero();
        transport.peerEnds();
        awaitEnd();
        assertThat(transport.peerReceived()).hasSize(ConnectionFixture.BOUND + 11);
    }

    @Test
    void abortEndsABlockedWrite() {
        transport.window(0);
        var wrote = serve(open -> {
            while (true) open.output().write(new byte[ConnectionFixture.BOUND]);
        });
        while (connection.queued() <= ConnectionFixture.BOUND) Thread.onSpinWait();
        connection.abort();
        assertThat(wrote).failsWithin(Duration.ofSeconds(10)).withThrowableThat().withMessageContaining("EVICTED");
    }

    @Test
    void writeAfterOutputCloseFailsAndReadContinues() throws Exception {
        var heard = serve(open -> {
            open.output().write('x');
            open.output().close();
            try {
                open.output().write('y');
                return "no failure";
            } catch (IOException told) {
                return new String(open.input().readAllBytes());
            }
        });
        transport.peerSends("still heard");
        transport.peerEnds();
        assertThat(got(heard)).isEqualTo("still heard");
        awaitEnd();
        assertThat(transport.text()).isEqualTo("x");
    }

    @Test
    void bytesAreSentAlthoughTheHandlerThrowsAfterClose() {
        transport.window(0);
        var served = serve(open -> {
            open.output().write("goodbye".getBytes());
            open.close();
            throw new IllegalStateException("after close");
        });
        assertThat(served).failsWithin(Duration.ofSeconds(10));
        transport.peerReads(100);
        transport.peerEnds();
        assertThat(awaitEnd()).isEqualTo(Kind.HANDLER);
        assertThat(transport.text()).isEqualTo("goodbye");
    }

    @Test
    void handlerExceptionAbortsTheConnection() {
        serve(open -> {
            throw new IllegalStateException("thrown");
        });
        assertThat(awaitEnd()).isEqualTo(Kind.HANDLER_FAILED);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void drainEndsTheInput() throws Exception {
        var read = serve(open -> open.input().read());
        connection.drain(ConnectionFixture.DRAINED);
        assertThat(got(read)).isEqualTo(-1);
    }

    @Test
    void handlerThreadHasTheApplicationsClassLoader() throws Exception {
        var loader = serve(open -> Thread.currentThread().getContextClassLoader());
        assertThat(got(loader)).isSameAs(Thread.currentThread().getContextClassLoader());
    }
}
