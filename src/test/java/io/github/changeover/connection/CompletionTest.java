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

/** What senders are told of their octets: once, in order, beside no callback. */
class CompletionTest {
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();
    private final LiveConnection connection = rig.connection(diary);
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
    void octetsThatAreOutAreToldAtOnceAndInOrder() {
        transport.open(connection);
        connection.send(Rig.octets("a"), as("a"));
        connection.send(Rig.octets("b"), as("b"));
        assertThat(outcomes).containsExactly("a sent", "b sent");
    }

    @Test
    void octetsThatWaitAreToldWhenTheirLastIsOut() {
        transport.window(3).open(connection);
        connection.send(Rig.octets("ab"), as("ab"));
        connection.send(Rig.octets("cde"), as("cde"));
        connection.send(Rig.octets("f"), as("f"));
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
        connection.send(Rig.octets("a"), as("a"));
        assertThat(outcomes).containsExactly("a lost");
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void aWriteThatFailsInACallbackIsToldOnce() {
        Diary sender = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer octets) {
                from.send(Rig.octets(9000), as("direct"));
                from.send(Rig.octets(1), as("after"));
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
        connection.send(Rig.octets("a"), as("a"));
        connection.send(Rig.octets("b"), as("b"));
        connection.evict();
        assertThat(outcomes).containsExactly("a lost", "b lost");
        connection.send(Rig.octets("c"), as("c"));
        assertThat(outcomes).containsExactly("a lost", "b lost", "c lost");
        assertThat(diary.told()).containsExactly("opened", "closed");
    }

    @Test
    void aCompletionThatThrowsTakesNoOthersTurn() {
        transport.window(0).open(connection);
        connection.send(Rig.octets("a"), throwing());
        connection.send(Rig.octets("b"), as("b"));
        transport.peerTakes(100);
        assertThat(outcomes).containsExactly("b sent");
        assertThat(diary.kind()).isEqualTo(Kind.HANDLER_FAILED);
    }

    @Test
    void aCompletionThatThrowsAtTheEndHidesNoClosed() {
        transport.window(0).open(connection);
        connection.send(Rig.octets("a"), throwing());
        connection.send(Rig.octets("b"), as("b"));
        connection.evict();
        assertThat(outcomes).containsExactly("b lost");
        assertThat(diary.told()).containsExactly("opened", "closed");
        assertThat(rig.application.registry().live()).isEmpty();
    }

    @Test
    void aCompletionOfDroppedOctetsRunsAfterTheCallbackThatSentThem() {
        Diary sender = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer octets) {
                from.close();
                from.send(Rig.octets("dropped"), failure -> enter("dropped " + (failure != null), () -> { }));
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
        connection.send(Rig.octets("a"), as("a"));
        connection.send(Rig.octets(""), as("empty"));
        assertThat(outcomes).isEmpty();
        transport.peerTakes(1);
        assertThat(outcomes).containsExactly("a sent", "empty sent");
    }

    // ---- sends of other threads: a thread of the pool for each completion would cost more than the send

    private final Rig.ByHand pool = new Rig.ByHand();
    private final Rig pooled = new Rig(pool);

    private LiveConnection opened() {
        LiveConnection made = pooled.connection(diary);
        transport.open(made);
        pool.run();
        outcomes.clear();
        return made;
    }

    private LiveConnection openedAndReceived() {
        LiveConnection made = opened();
        transport.peerSends("x");
        pool.run();
        return made;
    }

    @Test
    @DisplayName("The completion of a sender that waits for each runs at once: the pool has it when send returns")
    void eachCompletionThatIsWaitedForRunsAtOnce() {
        LiveConnection sends = opened();
        for (int i = 0; i < 100; i++) {
            sends.send(Rig.octets("a"), as("a"));
            assertThat(pool.size()).as("entries after send %s", i).isEqualTo(1);
            pool.run();
            assertThat(outcomes).hasSize(i + 1);
        }
    }

    @Test
    @DisplayName("Completions of a burst run together some milliseconds later, in order, though nothing else happens")
    void completionsOfABurstRunTogether() {
        LiveConnection sends = opened();
        List<String> expected = new ArrayList<>();
        for (int burst = 0; burst < 5; burst++) {
            for (int i = 0; i < 50; i++) {
                sends.send(Rig.octets("a"), as("a" + i));
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
        LiveConnection sends = openedAndReceived();
        for (int i = 0; i < 1000; i++) {
            sends.send(Rig.octets("a"), as("a"));
            sends.send(Rig.octets("b"), as("b"));
            transport.peerSends("x");
            pool.run();
            assertThat(outcomes).as("after event %s", i).hasSize(2 * i + 2);
        }
    }

    @Test
    @DisplayName("A single completion that has waited is the last that waits: its sender may wait for each")
    void aSenderThatWaitsForEachIsFoundOut() {
        LiveConnection sends = openedAndReceived();
        sends.send(Rig.octets("a"), as("a"));
        Rig.await(() -> pool.size() == 1);
        pool.run();
        for (int i = 0; i < 100; i++) {
            sends.send(Rig.octets("a"), as("a"));
            assertThat(pool.size()).as("entries after send %s", i).isEqualTo(1);
            pool.run();
        }
    }

    @Test
    @DisplayName("Completions behind which many bytes have been written do not wait")
    void completionsOfManyBytesRunAtOnce() {
        LiveConnection sends = openedAndReceived();
        for (int i = 0; i < 3; i++) sends.send(Rig.octets(OutputQueue.DIRECT), as("a"));
        assertThat(pool.size()).isEqualTo(1);
    }

    @Test
    @DisplayName("Completions that wait when the connection ends run before closed")
    void completionsThatWaitRunBeforeClosed() {
        LiveConnection sends = openedAndReceived();
        sends.send(Rig.octets("a"), as("a"));
        sends.send(Rig.octets("b"), failure -> diary.enter("b " + (failure == null), () -> { }));
        sends.evict();
        pool.run();
        assertThat(outcomes).containsExactly("a sent");
        assertThat(diary.told()).endsWith("b true", "closed");
    }
}
