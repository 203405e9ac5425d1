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

/** The ends of an open connection, and what still goes out before them. */
@Timeout(20)
class ClosingTest {
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection open(Diary handler) {
        TransportConnection connection = rig.connection(handler);
        transport.open(connection);
        return connection;
    }

    @Test
    @Covers("RFC9112-9.6-01")
    void whatWaitsIsSentThenTheEndIsToldThenThePeersEndIsAwaited() {
        TransportConnection connection = open(diary);
        transport.window(2);
        connection.send(Rig.bytes("last"));
        connection.close();
        assertThat(transport.outputEnded()).isFalse();
        transport.peerTakes(2);
        assertThat(transport.text()).isEqualTo("last");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(diary.told()).containsExactly("opened");
        transport.peerSends("dropped");
        transport.peerEnds();
        assertThat(diary.told()).containsExactly("opened", "closed");
        assertThat(diary.text()).isEmpty();
        assertThat(diary.kind()).isEqualTo(Kind.HANDLER);
        assertThat(transport.aborts()).isZero();
        assertThat(transport.closes()).isEqualTo(1);
    }

    @Test
    void whenBothHaveSaidGoodbyeThePeersEndIsNotAwaited() {
        Diary polite = goodbye(from -> from.advanced().closeWithoutLinger());
        open(polite);
        transport.peerSends("bye");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(polite.told()).containsExactly("opened", "closed");
        assertThat(polite.kind()).isEqualTo(Kind.HANDLER);
        assertThat(transport.closes()).isEqualTo(1);
        assertThat(transport.aborts()).isZero();
    }

    /** A close with bytes unread would be a reset, and the goodbye lost. */
    @Test
    @Covers("RFC9112-9.6-01")
    void aPeerThatSpeaksOnAfterItsGoodbyeIsHeardOutAllTheSame() {
        Diary polite = goodbye(from -> {
            transport.peerSends("and another thing");
            from.advanced().closeWithoutLinger();
        });
        open(polite);
        transport.peerSends("bye");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(polite.told()).containsExactly("opened");
        transport.peerEnds();
        assertThat(polite.told()).containsExactly("opened", "closed");
        assertThat(polite.text()).isEqualTo("bye");
        assertThat(transport.closes()).isEqualTo(1);
    }

    @Test
    void aGoodbyeThatWaitsIsSentBeforeTheEnd() {
        Diary polite = goodbye(from -> from.advanced().closeWithoutLinger());
        open(polite);
        transport.window(1);
        transport.peerSends("bye");
        assertThat(transport.closes()).isZero();
        transport.peerTakes(2);
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.closes()).isEqualTo(1);
    }

    private static Diary goodbye(Consumer<SwitchedConnection> end) {
        return new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(Rig.bytes("bye"));
                end.accept(from);
            }
        };
    }

    @Test
    void whereTheContainerCannotHalfCloseItClosesAtOnce() {
        transport.withoutHalfClose();
        TransportConnection connection = open(diary);
        connection.close();
        assertThat(diary.told()).containsExactly("opened", "closed");
        assertThat(transport.closes()).isEqualTo(1);
    }

    @Test
    void theFirstCauseStays() {
        TransportConnection connection = open(diary);
        connection.close(CloseCause.of(Kind.HANDLER, "first"));
        connection.close(CloseCause.of(Kind.HANDLER, "second"));
        transport.peerEnds();
        assertThat(diary.cause().detail()).isEqualTo("first");
    }

    @Test
    void aPeerThatFloodsDoesNotPutOffTheEnd() {
        Diary closer = new Diary() {
            private int pieces;

            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                if (++pieces == 3) {
                    from.send(Rig.bytes("enough"));
                    from.close();
                }
            }
        };
        FloodingTransport flood = new FloodingTransport();
        TransportConnection connection = rig.connection(closer);
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
    void aPeerThatFloodsDoesNotPutOffTasksOrTheGoodbye() throws InterruptedException {
        CountDownLatch received = new CountDownLatch(1);
        Diary busy = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                bytes.position(bytes.limit());
                received.countDown();
            }
        };
        FloodingTransport flood = new FloodingTransport();
        TransportConnection connection = rig.connection(busy);
        Thread container = new Thread(() -> {
            connection.open(flood);
            connection.readable();
        });
        container.start();
        received.await();
        CountDownLatch ran = new CountDownLatch(1);
        connection.execute(ran::countDown);
        ran.await();
        connection.drain(Rig.DRAINED);
        flood.awaitEndOutput();
        connection.abort();
        assertThat(busy.awaitClosed()).isTrue();
        assertThat(busy.told()).containsExactly("opened", "drain", "closed");
    }

    @Test
    void whatAHandlerThrowsAfterItsCloseCutsNothingOff() {
        Diary thrower = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(Rig.bytes("goodbye"));
                from.close();
                throw new IllegalStateException("after close");
            }
        };
        transport.window(0);
        open(thrower);
        transport.peerSends("x");
        transport.peerTakes(100);
        assertThat(transport.text()).isEqualTo("goodbye");
        transport.peerEnds();
        assertThat(thrower.kind()).isEqualTo(Kind.HANDLER);
        assertThat(thrower.told()).containsExactly("opened", "closed");
    }

    @Test
    @Covers("GEN-05")
    void whatAHandlerThrowsEndsTheConnection() {
        Diary thrower = new Diary() {
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
    @DisplayName("An answer that is asked for while its connection ends is no warning in the log; one that was read already is")
    void anAnswerThatTheEndGaveBackIsNoWarning(boolean ends) {
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
            Diary late = new Diary() {
                @Override
                void onOpened(SwitchedConnection connection) {
                    if (ends) ((TransportConnection) connection).lose(CloseCause.of(Kind.BROKEN, "reset by the client"));
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
    void bytesSentAfterTheOutputsEndAreDroppedAndTheConnectionLivesOn() {
        TransportConnection connection = open(diary);
        connection.send(Rig.bytes("all"));
        connection.endOutput();
        ByteBuffer late = Rig.bytes("late");
        assertThat(connection.send(late)).isFalse();
        assertThat(late.hasRemaining()).isFalse();
        assertThat(transport.text()).isEqualTo("all");
        transport.peerSends("still heard");
        assertThat(diary.text()).isEqualTo("still heard");
        assertThat(diary.told()).containsExactly("opened");
    }

    @Test
    void theOutputsEndWaitsForWhatIsQueued() {
        TransportConnection connection = open(diary);
        transport.window(1);
        connection.send(Rig.bytes("abc"));
        connection.endOutput();
        assertThat(transport.outputEnded()).isFalse();
        transport.peerTakes(2);
        assertThat(transport.outputEnded()).isTrue();
        assertThat(transport.text()).isEqualTo("abc");
    }

    @Test
    void aBreakWithBytesUnsentIsABreakEvenWhileClosing() {
        TransportConnection connection = open(diary);
        transport.window(0);
        connection.send(Rig.bytes("unsent"));
        connection.close();
        connection.broke(new IOException("reset"));
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void aBreakWhileOnlyThePeersEndIsAwaitedIsTheEndThatWasAskedFor() {
        TransportConnection connection = open(diary);
        connection.close();
        connection.broke(new IOException("reset"));
        assertThat(diary.kind()).isEqualTo(Kind.HANDLER);
    }

    @Test
    void aReadThatFailsBreaks() {
        open(diary);
        transport.readsFail(new IOException("reset"));
        transport.peerSends("x");
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void thePeersEndFirstIsThePeers() {
        open(diary);
        transport.peerEnds();
        assertThat(diary.told()).containsExactly("opened", "ended", "closed");
        assertThat(diary.kind()).isEqualTo(Kind.PEER);
    }

    @Test
    void anEvictionEndsTheSocketEvenWhileACallbackRuns() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Diary stuck = new Diary() {
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
        assertThat(stuck.told()).containsExactly("opened");
        leave.countDown();
        assertThat(stuck.awaitClosed()).isTrue();
        assertThat(stuck.told()).containsExactly("opened", "closed");
    }

    @Test
    void anEvictionEndsTheSocketOfABrokenConnectionWhoseCallbackRuns() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Diary stuck = new Diary() {
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
        connection.broke(new IOException("reset"));
        connection.abort();
        assertThat(transport.aborts()).isPositive();
        leave.countDown();
        assertThat(stuck.awaitClosed()).isTrue();
        assertThat(stuck.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void aTaskAfterTheEndIsNotKept() throws InterruptedException {
        TransportConnection connection = open(diary);
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

    private static Diary closesWith(String last) {
        return new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.send(Rig.bytes(last));
                connection.close();
            }
        };
    }

    @Test
    @DisplayName("RFC 9112 9.6: where the client cannot be told of the end, the socket stays open while it sends")
    void aClientThatSendsOnGetsNoReset() {
        transport.withoutHalfClose();
        Diary rejects = closesWith("too long");
        open(rejects);
        for (int i = 0; i < 3; i++) transport.peerSends("x".repeat(100_000));
        assertThat(transport.text()).isEqualTo("too long");
        assertThat(transport.closes()).isZero();
        assertThat(rejects.told()).containsExactly("opened");
        transport.peerEnds();
        assertThat(transport.closes()).isOne();
        assertThat(rejects.told()).containsExactly("opened", "closed");
    }

    @Test
    @DisplayName("Where the client cannot be told of the end, one that does not send sees it at once")
    void aQuietClientSeesTheEndAtOnce() {
        transport.withoutHalfClose();
        Diary answers = closesWith("bye");
        open(answers);
        transport.peerSends("x");
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.closes()).isOne();
        assertThat(answers.told()).containsExactly("opened", "closed");
    }

    @Test
    void drainIsToldOnce() {
        Diary lingering = new Diary() {
            @Override
            void onDrain(SwitchedConnection connection) {
                // stays a while
            }
        };
        TransportConnection connection = open(lingering);
        connection.drain(Rig.DRAINED);
        connection.drain(Rig.DRAINED);
        assertThat(lingering.told()).containsExactly("opened", "drain");
        connection.close();
        connection.drain(Rig.DRAINED);
        transport.peerEnds();
        assertThat(lingering.told()).containsExactly("opened", "drain", "closed");
    }

    @Test
    void aContainerThatHoldsTheLastBytesIsAskedForThem() {
        TransportConnection connection = open(diary);
        transport.keepsTheLast();
        connection.send(Rig.bytes("held"));
        assertThat(transport.text()).isEmpty();
        transport.peerTakes(0);
        assertThat(transport.text()).isEqualTo("held");
    }
}
