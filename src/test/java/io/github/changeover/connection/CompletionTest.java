package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.SwitchedConnection.Completion;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What senders are told of their bytes: once, in order, beside no callback. */
class CompletionTest {
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();
    private final TransportConnection connection = rig.connection(diary);
    private final List<String> outcomes = new CopyOnWriteArrayList<>();

    private Completion as(String name) {
        return failure -> diary.enter("", () -> outcomes.add(name + (failure == null ? " sent" : " lost")));
    }

    private static Completion throwing() {
        return failure -> {
            throw new IllegalStateException("thrown in a completion");
        };
    }

    @Test
    void bytesThatAreOutAreToldAtOnceAndInOrder() {
        transport.open(connection);
        connection.send(Rig.bytes("a"), as("a"));
        connection.send(Rig.bytes("b"), as("b"));
        assertThat(outcomes).containsExactly("a sent", "b sent");
    }

    @Test
    void bytesThatWaitAreToldWhenTheirLastIsOut() {
        transport.window(3).open(connection);
        connection.send(Rig.bytes("ab"), as("ab"));
        connection.send(Rig.bytes("cde"), as("cde"));
        connection.send(Rig.bytes("f"), as("f"));
        assertThat(outcomes).containsExactly("ab sent");
        transport.peerTakes(2);
        assertThat(outcomes).containsExactly("ab sent", "cde sent");
        transport.peerTakes(1);
        assertThat(outcomes).containsExactly("ab sent", "cde sent", "f sent");
    }

    @Test
    void aWriteThatFailsIsToldOnce() {
        transport.open(connection);
        transport.writesFail(new IOException("broken"));
        connection.send(Rig.bytes("a"), as("a"));
        assertThat(outcomes).containsExactly("a lost");
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void aWriteThatFailsInACallbackIsToldOnce() {
        Diary sender = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(Rig.bytes(9000), as("direct"));
                from.send(Rig.bytes(1), as("after"));
            }
        };
        transport.open(rig.connection(sender));
        transport.writesFail(new IOException("broken"));
        transport.peerSends("x");
        assertThat(outcomes).containsExactly("direct lost", "after lost");
        assertThat(sender.told()).containsExactly("opened", "closed");
    }

    @Test
    void whatWaitsAtTheEndIsToldLost() {
        transport.window(0).open(connection);
        connection.send(Rig.bytes("a"), as("a"));
        connection.send(Rig.bytes("b"), as("b"));
        connection.abort();
        assertThat(outcomes).containsExactly("a lost", "b lost");
        connection.send(Rig.bytes("c"), as("c"));
        assertThat(outcomes).containsExactly("a lost", "b lost", "c lost");
        assertThat(diary.told()).containsExactly("opened", "closed");
    }

    @Test
    void aCompletionThatThrowsTakesNoOthersTurn() {
        transport.window(0).open(connection);
        connection.send(Rig.bytes("a"), throwing());
        connection.send(Rig.bytes("b"), as("b"));
        transport.peerTakes(100);
        assertThat(outcomes).containsExactly("b sent");
        assertThat(diary.kind()).isEqualTo(Kind.HANDLER_FAILED);
    }

    @Test
    void aCompletionThatThrowsAtTheEndHidesNoClosed() {
        transport.window(0).open(connection);
        connection.send(Rig.bytes("a"), throwing());
        connection.send(Rig.bytes("b"), as("b"));
        connection.abort();
        assertThat(outcomes).containsExactly("b lost");
        assertThat(diary.told()).containsExactly("opened", "closed");
        assertThat(rig.application.registry().live()).isEmpty();
    }

    @Test
    void aCompletionOfDroppedBytesRunsAfterTheCallbackThatSentThem() {
        Diary sender = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.close();
                from.send(Rig.bytes("dropped"), failure -> enter("dropped " + (failure != null), () -> { }));
                tell("callback done");
            }
        };
        transport.open(rig.connection(sender));
        transport.peerSends("x");
        transport.peerEnds();
        assertThat(sender.told()).containsExactly("opened", "callback done", "dropped true", "closed");
    }

    @Test
    void anEmptySendIsToldBehindThoseBeforeIt() {
        transport.window(0).open(connection);
        connection.send(Rig.bytes("a"), as("a"));
        connection.send(Rig.bytes(""), as("empty"));
        assertThat(outcomes).isEmpty();
        transport.peerTakes(1);
        assertThat(outcomes).containsExactly("a sent", "empty sent");
    }

    // ---- sends of other threads: a thread of the pool for each completion would cost more than the send

    private final Rig.ByHand pool = new Rig.ByHand();
    private final Rig pooled = new Rig(pool);

    private TransportConnection opened() {
        TransportConnection made = pooled.connection(diary);
        transport.open(made);
        pool.run();
        outcomes.clear();
        return made;
    }

    private TransportConnection openedAndReceived() {
        TransportConnection made = opened();
        transport.peerSends("x");
        pool.run();
        return made;
    }

    @Test
    @DisplayName("The completion of a sender that waits for each runs at once: the pool has it when send returns")
    void eachCompletionThatIsWaitedForRunsAtOnce() {
        TransportConnection sends = opened();
        for (int i = 0; i < 100; i++) {
            sends.send(Rig.bytes("a"), as("a"));
            assertThat(pool.size()).as("entries after send %s", i).isEqualTo(1);
            pool.run();
            assertThat(outcomes).hasSize(i + 1);
        }
    }

    @Test
    @DisplayName("Completions of a burst run together some milliseconds later, in order, though nothing else happens")
    void completionsOfABurstRunTogether() {
        TransportConnection sends = opened();
        List<String> expected = new ArrayList<>();
        for (int burst = 0; burst < 5; burst++) {
            for (int i = 0; i < 50; i++) {
                sends.send(Rig.bytes("a"), as("a" + i));
                expected.add("a" + i + " sent");
                assertThat(pool.size()).as("entries").isLessThanOrEqualTo(1);
            }
            Rig.await(() -> pool.size() == 1);
            pool.run();
            assertThat(outcomes).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("Completions that wait run with the container's next event, before the pool")
    void completionsRunWithTheNextEvent() {
        TransportConnection sends = openedAndReceived();
        for (int i = 0; i < 1000; i++) {
            sends.send(Rig.bytes("a"), as("a"));
            sends.send(Rig.bytes("b"), as("b"));
            transport.peerSends("x");
            pool.run();
            assertThat(outcomes).as("after event %s", i).hasSize(2 * i + 2);
        }
    }

    @Test
    @DisplayName("A single completion that has waited is the last that waits: its sender may wait for each")
    void aSenderThatWaitsForEachIsFoundOut() {
        TransportConnection sends = openedAndReceived();
        sends.send(Rig.bytes("a"), as("a"));
        Rig.await(() -> pool.size() == 1);
        pool.run();
        for (int i = 0; i < 100; i++) {
            sends.send(Rig.bytes("a"), as("a"));
            assertThat(pool.size()).as("entries after send %s", i).isEqualTo(1);
            pool.run();
        }
    }

    @Test
    @DisplayName("Completions behind which many bytes have been written do not wait")
    void completionsOfManyBytesRunAtOnce() {
        TransportConnection sends = openedAndReceived();
        for (int i = 0; i < 3; i++) sends.send(Rig.bytes(OutputQueue.DIRECT), as("a"));
        assertThat(pool.size()).isEqualTo(1);
    }

    @Test
    @DisplayName("Completions that wait when the connection ends run before closed")
    void completionsThatWaitRunBeforeClosed() {
        TransportConnection sends = openedAndReceived();
        sends.send(Rig.bytes("a"), as("a"));
        sends.send(Rig.bytes("b"), failure -> diary.enter("b " + (failure == null), () -> { }));
        sends.abort();
        pool.run();
        assertThat(outcomes).containsExactly("a sent");
        assertThat(diary.told()).endsWith("b true", "closed");
    }
}
