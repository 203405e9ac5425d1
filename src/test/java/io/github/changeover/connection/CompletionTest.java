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

/** Completions run once, in order, and never at the same time as a callback. */
class CompletionTest {
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final RecordingHandler recorder = new RecordingHandler();
    private final MemoryTransport transport = new MemoryTransport();
    private final TransportConnection connection = fixture.connection(recorder);
    private final List<String> outcomes = new CopyOnWriteArrayList<>();

    private Completion recordingAs(String name) {
        return failure -> recorder.runAndRecord("", () -> outcomes.add(name + (failure == null ? " sent" : " lost")));
    }

    private static Completion throwing() {
        return failure -> {
            throw new IllegalStateException("thrown in a completion");
        };
    }

    @Test
    void completionsOfWrittenBytesRunAtOnceInOrder() {
        transport.open(connection);
        connection.send(ConnectionFixture.bytes("a"), recordingAs("a"));
        connection.send(ConnectionFixture.bytes("b"), recordingAs("b"));
        assertThat(outcomes).containsExactly("a sent", "b sent");
    }

    @Test
    void completionOfQueuedBytesRunsAfterTheirLastByte() {
        transport.window(3).open(connection);
        connection.send(ConnectionFixture.bytes("ab"), recordingAs("ab"));
        connection.send(ConnectionFixture.bytes("cde"), recordingAs("cde"));
        connection.send(ConnectionFixture.bytes("f"), recordingAs("f"));
        assertThat(outcomes).containsExactly("ab sent");
        transport.peerReads(2);
        assertThat(outcomes).containsExactly("ab sent", "cde sent");
        transport.peerReads(1);
        assertThat(outcomes).containsExactly("ab sent", "cde sent", "f sent");
    }

    @Test
    void failedWriteCompletesOnce() {
        transport.open(connection);
        transport.writesFail(new IOException("broken"));
        connection.send(ConnectionFixture.bytes("a"), recordingAs("a"));
        assertThat(outcomes).containsExactly("a lost");
        assertThat(recorder.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void failedWriteInCallbackCompletesOnce() {
        RecordingHandler sender = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(ConnectionFixture.bytes(9000), recordingAs("direct"));
                from.send(ConnectionFixture.bytes(1), recordingAs("after"));
            }
        };
        transport.open(fixture.connection(sender));
        transport.writesFail(new IOException("broken"));
        transport.peerSends("x");
        assertThat(outcomes).containsExactly("direct lost", "after lost");
        assertThat(sender.events()).containsExactly("opened", "closed");
    }

    @Test
    void queuedBytesFailAtTheEnd() {
        transport.window(0).open(connection);
        connection.send(ConnectionFixture.bytes("a"), recordingAs("a"));
        connection.send(ConnectionFixture.bytes("b"), recordingAs("b"));
        connection.abort();
        assertThat(outcomes).containsExactly("a lost", "b lost");
        connection.send(ConnectionFixture.bytes("c"), recordingAs("c"));
        assertThat(outcomes).containsExactly("a lost", "b lost", "c lost");
        assertThat(recorder.events()).containsExactly("opened", "closed");
    }

    @Test
    void throwingCompletionDoesNotStopTheNextOne() {
        transport.window(0).open(connection);
        connection.send(ConnectionFixture.bytes("a"), throwing());
        connection.send(ConnectionFixture.bytes("b"), recordingAs("b"));
        transport.peerReads(100);
        assertThat(outcomes).containsExactly("b sent");
        assertThat(recorder.kind()).isEqualTo(Kind.HANDLER_FAILED);
    }

    @Test
    void throwingCompletionAtTheEndDoesNotPreventClosed() {
        transport.window(0).open(connection);
        connection.send(ConnectionFixture.bytes("a"), throwing());
        connection.send(ConnectionFixture.bytes("b"), recordingAs("b"));
        connection.abort();
        assertThat(outcomes).containsExactly("b lost");
        assertThat(recorder.events()).containsExactly("opened", "closed");
        assertThat(fixture.application.registry().live()).isEmpty();
    }

    @Test
    void completionOfDiscardedBytesRunsAfterTheSendingCallback() {
        RecordingHandler sender = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.close();
                from.send(ConnectionFixture.bytes("dropped"), failure -> runAndRecord("dropped " + (failure != null), () -> { }));
                record("callback done");
            }
        };
        transport.open(fixture.connection(sender));
        transport.peerSends("x");
        transport.peerEnds();
        assertThat(sender.events()).containsExactly("opened", "callback done", "dropped true", "closed");
    }

    @Test
    void emptySendCompletesAfterEarlierSends() {
        transport.window(0).open(connection);
        connection.send(ConnectionFixture.bytes("a"), recordingAs("a"));
        connection.send(ConnectionFixture.bytes(""), recordingAs("empty"));
        assertThat(outcomes).isEmpty();
        transport.peerReads(1);
        assertThat(outcomes).containsExactly("a sent", "empty sent");
    }

    // ---- sends of other threads: using a thread of the pool for each completion would cost more than the send

    private final ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
    private final ConnectionFixture pooled = new ConnectionFixture(pool);

    private TransportConnection opened() {
        TransportConnection made = pooled.connection(recorder);
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
    @DisplayName("If the sender waits for each completion, the completion is in the pool when send returns")
    void completionThatTheSenderWaitsForRunsAtOnce() {
        TransportConnection sends = opened();
        for (int i = 0; i < 100; i++) {
            sends.send(ConnectionFixture.bytes("a"), recordingAs("a"));
            assertThat(pool.size()).as("entries after send %s", i).isEqualTo(1);
            pool.run();
            assertThat(outcomes).hasSize(i + 1);
        }
    }

    @Test
    @DisplayName("Completions of a burst run together, in order, some milliseconds later")
    void completionsOfABurstRunTogether() {
        TransportConnection sends = opened();
        List<String> expected = new ArrayList<>();
        for (int burst = 0; burst < 5; burst++) {
            for (int i = 0; i < 50; i++) {
                sends.send(ConnectionFixture.bytes("a"), recordingAs("a" + i));
                expected.add("a" + i + " sent");
                assertThat(pool.size()).as("entries").isLessThanOrEqualTo(1);
            }
            ConnectionFixture.await(() -> pool.size() == 1);
            pool.run();
            assertThat(outcomes).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("Waiting completions run with the next event of the container, before the pool")
    void waitingCompletionsRunWithTheNextEvent() {
        TransportConnection sends = openedAndReceived();
        for (int i = 0; i < 1000; i++) {
            sends.send(ConnectionFixture.bytes("a"), recordingAs("a"));
            sends.send(ConnectionFixture.bytes("b"), recordingAs("b"));
            transport.peerSends("x");
            pool.run();
            assertThat(outcomes).as("after event %s", i).hasSize(2 * i + 2);
        }
    }

    @Test
    @DisplayName("After a single completion was delayed, the next ones run at once: the sender may wait for each")
    void afterOneDelayedCompletionTheNextRunAtOnce() {
        TransportConnection sends = openedAndReceived();
        sends.send(ConnectionFixture.bytes("a"), recordingAs("a"));
        ConnectionFixture.await(() -> pool.size() == 1);
        pool.run();
        for (int i = 0; i < 100; i++) {
            sends.send(ConnectionFixture.bytes("a"), recordingAs("a"));
            assertThat(pool.size()).as("entries after send %s", i).isEqualTo(1);
            pool.run();
        }
    }

    @Test
    @DisplayName("Completions that are followed by many written bytes are not delayed")
    void completionsFollowedByManyBytesRunAtOnce() {
        TransportConnection sends = openedAndReceived();
        for (int i = 0; i < 3; i++) sends.send(ConnectionFixture.bytes(OutputQueue.DIRECT), recordingAs("a"));
        assertThat(pool.size()).isEqualTo(1);
    }

    @Test
    @DisplayName("Completions that wait when the connection ends run before closed")
    void waitingCompletionsRunBeforeClosed() {
        TransportConnection sends = openedAndReceived();
        sends.send(ConnectionFixture.bytes("a"), recordingAs("a"));
        sends.send(ConnectionFixture.bytes("b"), failure -> recorder.runAndRecord("b " + (failure == null), () -> { }));
        sends.abort();
        pool.run();
        assertThat(outcomes).containsExactly("a sent");
        assertThat(recorder.events()).endsWith("b true", "closed");
    }
}
