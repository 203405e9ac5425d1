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

/** Waiting for room, for senders that may block: in a callback, where nobody else can push, and elsewhere. */
@Timeout(20)
@Covers("GEN-08")
class AwaitWritableTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection stalled(Diary handler) {
        TransportConnection connection = rig.connection(handler);
        transport.window(0).open(connection);
        return connection;
    }

    @Test
    void whoWasNotToldToWaitDoesNot() throws InterruptedException {
        TransportConnection connection = stalled(diary);
        assertThat(connection.awaitWritable(1 << 24, Duration.ZERO)).isTrue();
        connection.send(Rig.bytes(Rig.BOUND + 1));
        assertThat(connection.awaitWritable(Rig.BOUND, Duration.ZERO)).as("as much again is taken").isTrue();
        assertThat(connection.awaitWritable(Rig.BOUND + 1, Duration.ofMillis(20))).as("more is not").isFalse();
    }

    @Test
    void aSenderInACallbackWaitsAndLosesNothing() throws Exception {
        CompletableFuture<Integer> sent = new CompletableFuture<>();
        Diary flood = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                int count = 0;
                try {
                    while (count < 50 && connection.advanced().awaitWritable(4000, LONG)) {
                        connection.send(Rig.bytes(4000));
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
        while (connection.queued() <= Rig.BOUND) Thread.onSpinWait();
        assertThat(sent).isNotDone();
        transport.peerTakes(Long.MAX_VALUE / 2);
        assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo(50);
        container.join();
        assertThat(transport.taken()).hasSize(200_000);
    }

    @Test
    void anEvictionEndsTheWaiting() throws Exception {
        TransportConnection connection = stalled(diary);
        connection.send(Rig.bytes(Rig.BOUND + 1));
        CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
            try {
                return connection.awaitWritable(Rig.BOUND + 1, LONG);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        connection.abort();
        assertThat(room.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(diary.kind()).isEqualTo(Kind.EVICTED);
    }

    @Test
    void aBreakEndsTheWaiting() throws InterruptedException {
        TransportConnection connection = stalled(diary);
        connection.send(Rig.bytes(Rig.BOUND + 1));
        connection.broke(new IOException("reset"));
        assertThat(connection.awaitWritable(Rig.BOUND + 1, LONG)).isFalse();
    }
}
