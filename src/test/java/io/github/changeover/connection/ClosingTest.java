package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ends of an open connection, and the bytes that are sent before them. */
@Timeout(20)
class ClosingTest {
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final RecordingHandler recorder = new RecordingHandler();
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection open(RecordingHandler handler) {
        TransportConnection connection = fixture.connection(handler);
        transport.open(connection);
        return connection;
    }

    @Test
    @Covers("RFC9112-9.6-01")
    void closeSendsQueuedBytesThenEndsOutputThenAwaitsThePeersEnd() {
        TransportConnection connection = open(recorder);
        transport.window(2);
        connection.send(ConnectionFixture.bytes("last"));
        connection.close();
        assertThat(transport.outputEnded()).isFalse();
        transport.peerReads(2);
        assertThat(transport.text()).isEqualTo("last");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(recorder.events()).containsExactly("opened");
        transport.peerSends("dropped");
        transport.peerEnds();
        assertThat(recorder.events()).containsExactly("opened", "closed");
        assertThat(recorder.text()).isEmpty();
        assertThat(recorder.kind()).isEqualTo(Kind.HANDLER);
        assertThat(transport.aborts()).isZero();
        assertThat(transport.closes()).isEqualTo(1);
    }

    @Test
    void closeWithoutLingerDoesNotAwaitThePeersEnd() {
        RecordingHandler polite = handlerThatReplies(from -> from.advanced().closeWithoutLinger());
        open(polite);
        transport.peerSends("bye");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(polite.events()).containsExactly("opened", "closed");
        assertThat(polite.kind()).isEqualTo(Kind.HANDLER);
        assertThat(transport.closes()).isEqualTo(1);
        assertThat(transport.aborts()).isZero();
    }

    /** On Tomcat, for a WebSocket connection that opens and closes, the end of the output before the close was a system call without a use. */
    @Test
    void closeWithoutLingerDoesNotEndTheOutputIfTheCloseDoesIt() {
        RecordingHandler polite = handlerThatReplies(from -> from.advanced().closeWithoutLinger());
        transport.closingAtOnce();
        open(polite);
        transport.peerSends("bye");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(polite.events()).containsExactly("opened", "closed");
        assertThat(transport.outputEnded()).isFalse();
        assertThat(transport.closes()).isEqualTo(1);
        assertThat(transport.aborts()).isZero();
    }

    @Test
    void aCloseThatLingersEndsTheOutputFirst() {
        RecordingHandler polite = handlerThatReplies(SwitchedConnection::close);
        transport.closingAtOnce();
        open(polite);
        transport.peerSends("bye");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(transport.closes()).isZero();
    }

    /** A close with unread bytes would be a reset, and the peer would lose the last bytes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Covers("RFC9112-9.6-01")
    void closeWithoutLingerReadsToTheEndIfThePeerStillSends(boolean closesAtOnce) {
        if (closesAtOnce) transport.closingAtOnce();
        RecordingHandler polite = handlerThatReplies(from -> {
            transport.peerSends("and another thing");
            from.advanced().closeWithoutLinger();
        });
        open(polite);
        transport.peerSends("bye");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(polite.events()).containsExactly("opened");
        transport.peerEnds();
        assertThat(polite.events()).containsExactly("opened", "closed");
        assertThat(polite.text()).isEqualTo("bye");
        assertThat(transport.closes()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeWithoutLingerSendsQueuedBytesFirst(boolean closesAtOnce) {
        if (closesAtOnce) transport.closingAtOnce();
        RecordingHandler polite = handlerThatReplies(from -> from.advanced().closeWithoutLinger());
        open(polite);
        transport.window(1);
        transport.peerSends("bye");
        assertThat(transport.closes()).isZero();
        transport.peerReads(2);
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.closes()).isEqualTo(1);
    }

    private static RecordingHandler handlerThatReplies(Consumer<SwitchedConnection> end) {
        return new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(ConnectionFixture.bytes("bye"));
                end.accept(from);
            }
        };
    }

    @Test
    void withoutHalfCloseTheConnectionClosesAtOnce() {
        transport.withoutHalfClose();
        TransportConnection connection = open(recorder);
        connection.close();
        assertThat(recorder.events()).containsExactly("opened", "closed");
        assertThat(transport.closes()).isEqualTo(1);
    }

    @Test
    void firstCloseCauseIsKept() {
        TransportConnection connection = open(recorder);
        connection.close(CloseCause.of(Kind.HANDLER, "first"));
        connection.close(CloseCause.of(Kind.HANDLER, "second"));
        transport.peerEnds();
        assertThat(recorder.cause().detail()).isEqualTo("first");
    }

    @Test
    void floodingPeerDoesNotDelayTheClose() {
        RecordingHandler closer = new RecordingHandler() {
            private int pieces;

            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                if (++pieces == 3) {
                    from.send(ConnectionFixture.bytes("enough"));
                    from.close();
                }
            }
        };
        FloodingTransport flood = new FloodingTransport();
        TransportConnection connection = fixture.connection(closer);
        Thread container = new Thread(() -> {
            connection.open(flood);
            connection.readable();
        });
        container.start();
        flood.awaitEndOutput();
        connection.abort();
        assertThat(flood.text()).isEqualTo("enough");
    }

    @Test
    void floodingPeerDoesNotDelayTasksOrTheDrain() throws InterruptedException {
        CountDownLatch received = new CountDownLatch(1);
        RecordingHandler busy = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                bytes.position(bytes.limit());
                received.countDown();
            }
        };
        FloodingTransport flood = new FloodingTransport();
        TransportConnection connection = fixture.connection(busy);
        Thread container = new Thread(() -> {
            connection.open(flood);
            connection.readable();
        });
        container.start();
        received.await();
        CountDownLatch ran = new CountDownLatch(1);
        connection.execute(ran::countDown);
        ran.await();
        connection.drain(ConnectionFixture.DRAINED);
        flood.awaitEndOutput();
        connection.abort();
        assertThat(busy.awaitClosed()).isTrue();
        assertThat(busy.events()).containsExactly("opened", "drain", "closed");
    }

    @Test
    void queuedBytesAreSentAlthoughTheHandlerThrowsAfterClose() {
        RecordingHandler thrower = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(ConnectionFixture.bytes("goodbye"));
                from.close();
                throw new IllegalStateException("after close");
            }
        };
        transport.window(0);
        open(thrower);
        transport.peerSends("x");
        transport.peerReads(100);
        assertThat(transport.text()).isEqualTo("goodbye");
        transport.peerEnds();
        assertThat(thrower.kind()).isEqualTo(Kind.HANDLER);
        assertThat(thrower.events()).containsExactly("opened", "closed");
    }

    @Test
    @Covers("GEN-05")
    void callbackExceptionAbortsTheConnection() {
        RecordingHandler thrower = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                throw new IllegalStateException("thrown");
            }
        };
        open(thrower);
        transport.peerSends("x");
        assertThat(thrower.kind()).isEqualTo(Kind.HANDLER_FAILED);
        assertThat(transport.aborts()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("Reading a response that was released by the close logs no warning; reading it twice does")
    void responseReleasedByTheCloseIsNotLogged(boolean ends) {
        List<LogRecord> warnings = new CopyOnWriteArrayList<>();
        Handler log = new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getLevel().intValue() >= Level.WARNING.intValue()) warnings.add(line);
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger logger = Logger.getLogger(TransportConnection.class.getName());
        logger.addHandler(log);
        try {
            RecordingHandler late = new RecordingHandler() {
                @Override
                void onOpened(SwitchedConnection connection) {
                    if (ends) ((TransportConnection) connection).connectionLost(CloseCause.of(Kind.BROKEN, "reset by the client"));
                    throw new OriginalResponseReleasedException();
                }
            };
            open(late);
            assertThat(late.kind()).isEqualTo(ends ? Kind.BROKEN : Kind.HANDLER_FAILED);
            assertThat(warnings).extracting(LogRecord::getThrown).hasSize(ends ? 0 : 1);
        } finally {
            logger.removeHandler(log);
        }
    }

    @Test
    void bytesSentAfterEndOutputAreDiscardedAndInputContinues() {
        TransportConnection connection = open(recorder);
        connection.send(ConnectionFixture.bytes("all"));
        connection.endOutput();
        ByteBuffer late = ConnectionFixture.bytes("late");
        assertThat(connection.send(late)).isFalse();
        assertThat(late.hasRemaining()).isFalse();
        assertThat(transport.text()).isEqualTo("all");
        transport.peerSends("still heard");
        assertThat(recorder.text()).isEqualTo("still heard");
        assertThat(recorder.events()).containsExactly("opened");
    }

    @Test
    void endOutputWaitsForQueuedBytes() {
        TransportConnection connection = open(recorder);
        transport.window(1);
        connection.send(ConnectionFixture.bytes("abc"));
        connection.endOutput();
        assertThat(transport.outputEnded()).isFalse();
        transport.peerReads(2);
        assertThat(transport.outputEnded()).isTrue();
        assertThat(transport.text()).isEqualTo("abc");
    }

    @Test
    void failureWithUnsentBytesIsReportedWhileClosing() {
        TransportConnection connection = open(recorder);
        transport.window(0);
        connection.send(ConnectionFixture.bytes("unsent"));
        connection.close();
        connection.transportFailed(new IOException("reset"));
        assertThat(recorder.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void failureWhileAwaitingThePeersEndKeepsTheCloseCause() {
        TransportConnection connection = open(recorder);
        connection.close();
        connection.transportFailed(new IOException("reset"));
        assertThat(recorder.kind()).isEqualTo(Kind.HANDLER);
    }

    @Test
    void failedReadClosesTheConnectionAsBroken() {
        open(recorder);
        transport.readsFail(new IOException("reset"));
        transport.peerSends("x");
        assertThat(recorder.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void peersEndIsTheCloseCause() {
        open(recorder);
        transport.peerEnds();
        assertThat(recorder.events()).containsExactly("opened", "ended", "closed");
        assertThat(recorder.kind()).isEqualTo(Kind.PEER);
    }

    @Test
    void abortClosesTheSocketWhileACallbackRuns() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        RecordingHandler stuck = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                inside.countDown();
                awaitQuietly(leave);
            }
        };
        TransportConnection connection = open(stuck);
        Thread container = new Thread(() -> transport.peerSends("x"));
        container.start();
        inside.await();
        connection.abort();
        assertThat(transport.aborts()).isPositive();
        assertThat(stuck.events()).containsExactly("opened");
        leave.countDown();
        assertThat(stuck.awaitClosed()).isTrue();
        assertThat(stuck.events()).containsExactly("opened", "closed");
    }

    @Test
    void abortClosesTheSocketOfABrokenConnectionWhileACallbackRuns() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        RecordingHandler stuck = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                inside.countDown();
                awaitQuietly(leave);
            }
        };
        TransportConnection connection = open(stuck);
        Thread container = new Thread(() -> transport.peerSends("x"));
        container.start();
        inside.await();
        connection.transportFailed(new IOException("reset"));
        connection.abort();
        assertThat(transport.aborts()).isPositive();
        leave.countDown();
        assertThat(stuck.awaitClosed()).isTrue();
        assertThat(stuck.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void taskSubmittedAfterTheEndIsNotRetained() throws InterruptedException {
        TransportConnection connection = open(recorder);
        connection.abort();
        Object held = new Object();
        var reference = new java.lang.ref.WeakReference<>(held);
        connection.execute(new Holding(held));
        held = null;
        for (int i = 0; i < 50 && reference.get() != null; i++) {
            System.gc();
            Thread.onSpinWait();
        }
        assertThat(reference.get()).isNull();
        assertThat(connection.id()).isNotEmpty();
    }

    private record Holding(Object held) implements Runnable {
        @Override
        public void run() {
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static RecordingHandler handlerThatClosesWith(String last) {
        return new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.send(ConnectionFixture.bytes(last));
                connection.close();
            }
        };
    }

    @Test
    @DisplayName("RFC 9112 section 9.6: without half-close, the socket stays open while the client sends")
    void socketStaysOpenWhileTheClientSends() {
        transport.withoutHalfClose();
        RecordingHandler rejects = handlerThatClosesWith("too long");
        open(rejects);
        for (int i = 0; i < 3; i++) transport.peerSends("x".repeat(100_000));
        assertThat(transport.text()).isEqualTo("too long");
        assertThat(transport.closes()).isZero();
        assertThat(rejects.events()).containsExactly("opened");
        transport.peerEnds();
        assertThat(transport.closes()).isOne();
        assertThat(rejects.events()).containsExactly("opened", "closed");
    }

    @Test
    @DisplayName("Without half-close, a client that does not send sees the end at once")
    void silentClientSeesTheEndAtOnce() {
        transport.withoutHalfClose();
        RecordingHandler answers = handlerThatClosesWith("bye");
        open(answers);
        transport.peerSends("x");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.closes()).isOne();
        assertThat(answers.events()).containsExactly("opened", "closed");
    }

    @Test
    void drainIsCalledOnce() {
        RecordingHandler lingering = new RecordingHandler() {
            @Override
            void onDrain(SwitchedConnection connection) {
                // does not close the connection
            }
        };
        TransportConnection connection = open(lingering);
        connection.drain(ConnectionFixture.DRAINED);
        connection.drain(ConnectionFixture.DRAINED);
        assertThat(lingering.events()).containsExactly("opened", "drain");
        connection.close();
        connection.drain(ConnectionFixture.DRAINED);
        transport.peerEnds();
        assertThat(lingering.events()).containsExactly("opened", "drain", "closed");
    }

    @Test
    void heldLastBytesAreFlushed() {
        TransportConnection connection = open(recorder);
        transport.holdsLastBytes();
        connection.send(ConnectionFixture.bytes("held"));
        assertThat(transport.text()).isEmpty();
        transport.peerReads(0);
        assertThat(transport.text()).isEqualTo("held");
    }
}
