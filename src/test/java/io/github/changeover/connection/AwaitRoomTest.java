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
class AwaitRoomTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();

    private LiveConnection stalled(Diary handler) {
        LiveConnection connection = rig.connection(handler);
        transport.window(0).open(connection);
        return connection;
    }

    @Test
    void whoWasNotToldToWaitDoesNot() throws InterruptedException {
        LiveConnection connection = stalled(diary);
        assertThat(connection.awaitRoom(1 << 24, Duration.ZERO)).isTrue();
        connection.send(Rig.octets(Rig.BOUND + 1));
        assertThat(connection.awaitRoom(Rig.BOUND, Duration.ZERO)).as("as much again is taken").isTrue();
        assertThat(connection.awaitRoom(Rig.BOUND + 1, Duration.ofMillis(20))).as("more is not").isFalse();
    }

    @Test
    void aSenderInACallbackWaitsAndLosesNothing() throws Exception {
        CompletableFuture<Integer> sent = new CompletableFuture<>();
        Diary flood = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer octets) {
                int count = 0;
                try {
                    while (count < 50 && connection.awaitRoom(4000, LONG)) {
                        connection.send(Rig.octets(4000));
                        count++;
                    }
                } catch (InterruptedException failure) {
                    sent.completeExceptionally(failure);
                }
                sent.complete(count);
            }
        };
        LiveConnection connection = stalled(flood);
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
        LiveConnection connection = stalled(diary);
        connection.send(Rig.octets(Rig.BOUND + 1));
        CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
            try {
                return connection.awaitRoom(Rig.BOUND + 1, LONG);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        connection.evict();
        assertThat(room.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(diary.kind()).isEqualTo(Kind.EVICTED);
    }

    @Test
    void aBreakEndsTheWaiting() throws InterruptedException {
        LiveConnection connection = stalled(diary);
        connection.send(Rig.octets(Rig.BOUND + 1));
        connection.broke(new IOException("reset"));
        assertThat(connection.awaitRoom(Rig.BOUND + 1, LONG)).isFalse();
    }
}
