package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.SwitchedConnection.Completion;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
}
