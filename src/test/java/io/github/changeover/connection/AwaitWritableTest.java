package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code awaitWritable}, for senders that may block: in a callback, where no other thread writes queued bytes, and outside
 * callbacks.
 */
@Timeout(20)
@Covers("GEN-08")
class AwaitWritableTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final RecordingHandler recorder = new RecordingHandler();
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection stalled(RecordingHandler handler) {
        TransportConnection connection = fixture.connection(handler);
        transport.window(0).open(connection);
        return connection;
    }

    @Test
    void awaitWritableReturnsAtOnceBelowTheQueueLimit() throws InterruptedException {
        TransportConnection connection = stalled(recorder);
        assertThat(connection.awaitWritable(1 << 24, Duration.ZERO)).isTrue();
        connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1));
        assertThat(connection.awaitWritable(ConnectionFixture.BOUND, Duration.ZERO)).as("as much again is accepted").isTrue();
        assertThat(connection.awaitWritable(ConnectionFixture.BOUND + 1, Duration.ofMillis(20))).as("more is not").isFalse();
    }

    @Test
    void senderInCallbackWaitsAndLosesNoBytes() throws Exception {
        CompletableFuture<Integer> sent = new CompletableFuture<>();
        RecordingHandler flood = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                int count = 0;
                try {
                    while (count < 50 && connection.advanced().awaitWritable(4000, LONG)) {
                        connection.send(ConnectionFixture.bytes(4000));
                        count++;
                    }
                } catch (InterruptedException failure) {
                    sent.completeExceptionally(failure);
                }
                sent.complete(count);
            }
        };
        TransportConnection connection = stalled(flood);
        Thread container = new Thread(() -> transport.peerSends("go"));
        container.start();
        while (connection.queued() <= ConnectionFixture.BOUND) Thread.onSpinWait();
        assertThat(sent).isNotDone();
        transport.peerReads(Long.MAX_VALUE / 2);
        assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo(50);
        container.join();
        assertThat(transport.peerReceived()).hasSize(200_000);
    }

    @Test
    void abortEndsTheWait() throws Exception {
        TransportConnection connection = stalled(recorder);
        connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1));
        CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
            try {
                return connection.awaitWritable(ConnectionFixture.BOUND + 1, LONG);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        connection.abort();
        assertThat(room.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(recorder.kind()).isEqualTo(Kind.EVICTED);
    }

    @Test
    void connectionFailureEndsTheWait() throws InterruptedException {
        TransportConnection connection = stalled(recorder);
        connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1));
        connection.transportFailed(new IOException("reset"));
        assertThat(connection.awaitWritable(ConnectionFixture.BOUND + 1, LONG)).isFalse();
    }
}
