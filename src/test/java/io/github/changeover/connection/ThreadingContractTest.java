package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The threading rules of ConnectionHandler and SwitchedConnection: which thread runs what, and what happens although a handler blocks or
 * throws.
 */
@Timeout(30)
class ThreadingContractTest {
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();
    private final CallbackExecutor pool = CallbackExecutor.of(8, Thread::new, null);
    private final ConnectionFixture fixture = new ConnectionFixture(pool);
    private final CountDownLatch release = new CountDownLatch(1);
    private final MemoryTransport transport = new MemoryTransport();

    @AfterEach
    void stop() {
        release.countDown();
        pool.close();
        fixture.application.close();
    }

    private void block() {
        try {
            release.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A handler that records the threads of its callbacks. */
    private static class ThreadRecordingHandler extends RecordingHandler {
        final List<Thread> threads = new CopyOnWriteArrayList<>();

        @Override
        void runAndRecord(String event, Runnable callback) {
            threads.add(Thread.currentThread());
            super.runAndRecord(event, callback);
        }

        boolean ranOn(Thread thread) {
            return threads.contains(thread);
        }
    }

    /** Returns a handler that blocks in received() until the test ends or the thread is interrupted. */
    private RecordingHandler blocker(CountDownLatch begun) {
        return new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                record("begins");
                begun.countDown();
                block();
                record("returns");
            }
        };
    }

    /** Returns a connection whose callback blocks. Its event arrives on a separate thread, as from a container. */
    private TransportConnection blocked(RecordingHandler handler, CountDownLatch begun, Runnable atEnd) throws InterruptedException {
        TransportConnection connection = fixture.connection(handler, EarlyData.DELIVER, atEnd);
        transport.open(connection);
        Thread container = new Thread(() -> transport.peerSends("x"));
        container.setDaemon(true);
        container.start();
        begun.await();
        return connection;
    }

    // ---- a call runs no handler code

    private enum Call { SEND, EXECUTE, RESUME, CLOSE, END_OUTPUT, EVICT, TRY_SEND }

    @ParameterizedTest(name = "C3: {0} runs no handler code on the caller's thread")
    @EnumSource
    void connectionMethodsRunNoHandlerCode(Call call) {
        ThreadRecordingHandler handler = new ThreadRecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.pause();
            }
        };
        TransportConnection connection = fixture.connection(handler);
        Thread container = new Thread(() -> {
            transport.window(0).open(connection);
            transport.peerSends("first");
            transport.peerSends("second");
        });
        container.start();
        ConnectionFixture.await(() -> handler.text().equals("first"));
        transport.peerReads(1 << 20);
        AtomicInteger completions = new AtomicInteger();
        SwitchedConnection.Completion sent = failure -> handler.runAndRecord("", completions::incrementAndGet);
        switch (call) {
            case SEND -> connection.send(ConnectionFixture.bytes("x"), sent);
            case TRY_SEND -> connection.trySend(ConnectionFixture.bytes("x"), sent, 10);
            case EXECUTE -> connection.execute(() -> sent.done(null));
            case RESUME -> connection.resume();
            case CLOSE -> connection.close();
            case END_OUTPUT -> connection.endOutput();
            case EVICT -> connection.abort();
        }
        if (call == Call.SEND || call == Call.TRY_SEND || call == Call.EXECUTE) ConnectionFixture.await(() -> completions.get() == 1);
        if (call == Call.RESUME) ConnectionFixture.await(() -> handler.text().equals("firstsecond"));
        connection.abort();
        ConnectionFixture.await(() -> handler.cause() != null);
        assertThat(handler.ranOn(Thread.currentThread())).isFalse();
    }

    @Test
    @DisplayName("C4: a loop over a HashSet can close each connection while closed() removes it")
    void connectionsInAHashSetCanBeClosedInALoop() {
        Set<SwitchedConnection> all = new HashSet<>();
        AtomicInteger closed = new AtomicInteger();
        AtomicReference<Thread> loop = new AtomicReference<>();
        for (int i = 0; i < 50; i++) {
            RecordingHandler member = new RecordingHandler() {
                @Override
                void onClosed(SwitchedConnection connection) {
                    if (Thread.currentThread() == loop.get()) record("inside the loop");
                    synchronized (all) {
                        all.remove(connection);
                    }
                    closed.incrementAndGet();
                }
            };
            TransportConnection connection = fixture.connection(member);
            new MemoryTransport().open(connection);
            all.add(connection);
        }
        loop.set(Thread.currentThread());
        synchronized (all) {
            for (SwitchedConnection each : all) {
                each.send(ConnectionFixture.bytes("bye"));
                each.abort();
            }
        }
        ConnectionFixture.await(() -> closed.get() == 50);
        assertThat(all).isEmpty();
    }

    @Test
    @DisplayName("C4: closed() of a broken connection does not run inside a send to it")
    void closedDoesNotRunInsideAFailedSend() {
        ThreadRecordingHandler handler = new ThreadRecordingHandler();
        TransportConnection connection = fixture.connection(handler);
        Thread container = new Thread(() -> transport.open(connection));
        container.start();
        ConnectionFixture.await(() -> handler.events().contains("opened"));
        transport.writesFail(new IOException("reset"));
        connection.send(ConnectionFixture.bytes("x"));
        ConnectionFixture.await(() -> handler.kind() == Kind.BROKEN);
        assertThat(handler.ranOn(Thread.currentThread())).isFalse();
    }

    @Test
    @DisplayName("C3: resume() returns at once although the client sends without a pause")
    void resumeReturnsAtOnce() {
        FloodingTransport flood = new FloodingTransport();
        RecordingHandler busy = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                bytes.position(bytes.limit());
            }
        };
        TransportConnection connection = fixture.connection(busy);
        connection.pause();
        connection.open(flood);
        long begun = System.nanoTime();
        connection.resume();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        ConnectionFixture.await(() -> connection.bytesIn() > 1000);
        connection.abort();
    }

    @Test
    @DisplayName("At most one task of a connection is queued in the pool, however many events there are")
    void oneTaskPerConnectionIsQueued() {
        ConnectionFixture.ManualExecutor byHand = new ConnectionFixture.ManualExecutor();
        TransportConnection connection = new ConnectionFixture(byHand).connection(new RecordingHandler());
        transport.open(connection);
        for (int i = 0; i < 100; i++) {
            connection.execute(() -> { });
            connection.resume();
            connection.send(ConnectionFixture.bytes("x"), failure -> { });
            connection.drain(ConnectionFixture.DRAINED);
        }
        assertThat(byHand.size()).isEqualTo(1);
        byHand.run();
        connection.execute(() -> { });
        assertThat(byHand.size()).isEqualTo(1);
    }

    // ---- actions that need no handler, although a handler blocks

    @Test
    @DisplayName("S4, C2: while a callback blocks, an abort closes the socket, releases the slot and counts the end; closed() follows the callback")
    void abortDoesNotWaitForTheHandler() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger slot = new AtomicInteger();
        RecordingHandler handler = blocker(begun);
        TransportConnection connection = blocked(handler, begun, slot::incrementAndGet);
        connection.abort();
        assertThat(transport.aborts()).isPositive();
        assertThat(slot).hasValue(1);
        assertThat(fixture.application.registry().live()).isEmpty();
        assertThat(fixture.application.registry().closed(Kind.EVICTED)).isEqualTo(1);
        assertThat(handler.events()).containsExactly("opened", "begins");
        release.countDown();
        ConnectionFixture.await(() -> handler.cause() != null);
        assertThat(handler.events()).containsExactly("opened", "begins", "returns", "closed");
    }

    @Test
    @DisplayName("S4: an idle connection is closed while every thread of the pool blocks")
    void idleTimeoutNeedsNoPoolThread() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            pool.execute(() -> {
                busy.countDown();
                block();
            });
        }
        busy.await();
        ConnectionLimits limits = new ConnectionLimits(ConnectionFixture.BOUND, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ZERO, Duration.ZERO, ConnectionLimits.ANY);
        ConnectionFixture starved = new ConnectionFixture(limits, pool, BlockingHandlerThreads.of(1, Thread::new), MemoryBudget.defaultMax());
        AtomicInteger slot = new AtomicInteger();
        RecordingHandler handler = new RecordingHandler();
        MemoryTransport own = new MemoryTransport();
        own.open(starved.connection(handler, EarlyData.DELIVER, slot::incrementAndGet));
        long begun = System.nanoTime();
        try (ConnectionMonitor monitor = new ConnectionMonitor(starved.application.registry(), limits, null)) {
            ConnectionFixture.await(own::outputEnded);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(200 + 1000));
            ConnectionFixture.await(() -> starved.application.registry().closed(Kind.IDLE) == 1);
            assertThat(slot).hasValue(1);
            assertThat(handler.events()).containsExactly("opened");
        }
    }

    @Test
    @DisplayName("S4, C2: the thread of the monitor runs no handler code")
    void monitorRunsNoHandlerCode() {
        ConnectionLimits limits = new ConnectionLimits(ConnectionFixture.BOUND, Duration.ofMillis(100), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(100), ConnectionLimits.ANY);
        ConnectionFixture watched = new ConnectionFixture(limits, pool, BlockingHandlerThreads.of(1, Thread::new), MemoryBudget.defaultMax());
        List<ThreadRecordingHandler> handlers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ThreadRecordingHandler handler = new ThreadRecordingHandler() {
                @Override
                void onDrain(SwitchedConnection connection) {
                    block();        // a handler that blocks must not delay the end of the other connections
                }
            };
            handlers.add(handler);
            new MemoryTransport().open(watched.connection(handler));
        }
        try (ConnectionMonitor monitor = new ConnectionMonitor(watched.application.registry(), limits, null)) {
            ConnectionFixture.await(() -> watched.application.registry().live().isEmpty());
        }
        release.countDown();
        ConnectionFixture.await(() -> handlers.stream().allMatch(handler -> handler.cause() != null));
        for (ThreadRecordingHandler handler : handlers) assertThat(handler.threads).noneMatch(thread -> thread.getName().contains("monitor"));
    }

    @Test
    @DisplayName("A close that is requested while a callback blocks sends the queued bytes and the end at once")
    void closeDoesNotWaitForTheHandler() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        TransportConnection connection = blocked(blocker(begun), begun, () -> { });
        connection.send(ConnectionFixture.bytes("last words"));
        connection.close();
        assertThat(transport.text()).isEqualTo("last words");
        assertThat(transport.outputEnded()).isTrue();
    }

    @Test
    @DisplayName("When the application stops, a stuck callback is interrupted; the stop waits at most the drain time and two seconds")
    void stuckCallbackIsInterruptedWhenTheApplicationStops() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        AtomicReference<Boolean> left = new AtomicReference<>();
        RecordingHandler stuck = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                begun.countDown();
                try {
                    release.await();
                } catch (InterruptedException told) {
                    interrupted.complete(true);
                    Thread.currentThread().interrupt();
                }
            }
        };
        TransportConnection connection = fixture.connection(stuck);
        transport.open(connection);
        Thread container = new Thread(() -> {
            transport.peerSends("x");
            left.set(Thread.currentThread().isInterrupted());
        });
        container.start();
        begun.await();
        long before = System.nanoTime();
        fixture.application.registry().stop(Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
        assertThat(interrupted).isCompletedWithValue(true);
        container.join();
        assertThat(left.get()).as("the container's thread is left interrupted").isFalse();
        assertThat(stuck.kind()).isEqualTo(Kind.DRAINED);
    }

    @Test
    @DisplayName("S4: a callback that ignores interrupts delays the stop by at most the drain time and two seconds, and is logged")
    void uninterruptibleCallbackIsAbandonedAndLogged() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        RecordingHandler deaf = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                begun.countDown();
                while (release.getCount() > 0) LockSupport.parkNanos(1_000_000);
            }
        };
        blocked(deaf, begun, () -> { });
        long before = System.nanoTime();
        fixture.application.registry().stop(Duration.ofMillis(100));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(fixture.application.registry().live()).isEmpty();
        assertThat(deaf.events()).containsExactly("opened");
    }

    @Test
    @DisplayName("C16: an interrupt ends the wait for connections, and the thread stays interrupted")
    void interruptEndsTheWaitOfStop() throws Exception {
        transport.open(fixture.connection(new RecordingHandler() {
            @Override
            void onDrain(SwitchedConnection connection) {
            }
        }));
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread operator = new Thread(() -> {
            fixture.application.registry().drain(Duration.ofHours(1));
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        operator.start();
        ConnectionFixture.await(() -> operator.getState() == Thread.State.TIMED_WAITING);
        operator.interrupt();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }

    // ---- bytes are sent soon

    @Test
    @DisplayName("C15: bytes that a callback has sent are written although it blocks afterwards")
    void sentBytesAreWrittenWhileTheCallbackBlocks() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        RecordingHandler slow = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.send(ConnectionFixture.bytes("answer"));
                begun.countDown();
                block();
            }
        };
        blocked(slow, begun, () -> { });
        ConnectionFixture.await(() -> transport.text().equals("answer"));
        assertThat(slow.events()).containsExactly("opened");
    }

    @Test
    @DisplayName("C15: a later send of a callback that runs for long is written at once")
    void laterSendOfALongCallbackIsWrittenAtOnce() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        RecordingHandler slow = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                ConnectionFixture.advance(20);
                connection.send(ConnectionFixture.bytes("late"));
                seen.complete(transport.text());
            }
        };
        transport.open(fixture.connection(slow));
        transport.peerSends("x");
        assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("late");
    }

    @Test
    @DisplayName("An immediate completion runs while the callback that sent the bytes waits for it")
    void callbackMayWaitForAnImmediateCompletion() throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        RecordingHandler waits = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                CompletableFuture<Void> sent = new CompletableFuture<>();
                connection.send(ConnectionFixture.bytes("x"), (SwitchedConnection.ImmediateCompletion) failure -> sent.complete(null));
                try {
                    sent.get(10, TimeUnit.SECONDS);
                    outcome.complete(transport.text());
                } catch (Exception failure) {
                    outcome.completeExceptionally(failure);
                }
            }
        };
        transport.open(fixture.connection(waits));
        transport.peerSends("x");
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo("x");
    }

    @Test
    @DisplayName("While a callback waits for its bytes, a write that the transport rejected is retried")
    void rejectedWriteIsRetriedWhileTheCallbackWaits() throws Exception {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        RecordingHandler waits = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                CountDownLatch sent = new CountDownLatch(1);
                connection.send(ConnectionFixture.bytes(9000), (SwitchedConnection.ImmediateCompletion) failure -> sent.countDown());
                try {
                    outcome.complete(sent.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException interrupted) {
                    outcome.completeExceptionally(interrupted);
                }
            }
        };
        TransportConnection connection = fixture.connection(waits);
        transport.window(10).open(connection);
        Thread container = new Thread(() -> transport.peerSends("x"));
        container.start();
        ConnectionFixture.await(() -> connection.queued() == 8990);
        transport.peerReads(10_000);
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isTrue();
        container.join();
    }

    // ---- exceptions

    private enum Callback { OPENED, RECEIVED, WRITABLE, ENDED, IDLE, DRAIN, REJECTED, TASK, COMPLETION, CLOSED }

    /** Throws a checked exception without declaring it, as code in Kotlin or with Lombok can. */
    private static <T extends Throwable> void throwUnchecked() throws T {
        @SuppressWarnings("unchecked")
        T checked = (T) new Exception("checked");
        throw checked;
    }

    @ParameterizedTest(name = "C7: a checked exception thrown in {0} ends the connection")
    @EnumSource
    void checkedExceptionInACallbackClosesTheConnection(Callback where) {
        AtomicInteger slot = new AtomicInteger();
        AtomicReference<CloseCause> cause = new AtomicReference<>();
        ConnectionHandler.Events thrower = new ConnectionHandler.Events() {
            private void at(Callback here) {
                if (here == where) ThreadingContractTest.<RuntimeException>throwUnchecked();
            }

            @Override
            public void opened(SwitchedConnection connection) {
                at(Callback.OPENED);
            }

            @Override
            public void received(SwitchedConnection connection, ByteBuffer bytes) {
                at(Callback.RECEIVED);
            }

            @Override
            public void writable(SwitchedConnection connection) {
                at(Callback.WRITABLE);
            }

            @Override
            public void ended(SwitchedConnection connection) {
                at(Callback.ENDED);
            }

            @Override
            public void idle(SwitchedConnection connection) {
                at(Callback.IDLE);
            }

            @Override
            public void drain(SwitchedConnection connection, Duration grace) {
                at(Callback.DRAIN);
            }

            @Override
            public void rejected(SwitchedConnection connection, CloseCause why) {
                at(Callback.REJECTED);
            }

            @Override
            public void closed(SwitchedConnection connection, CloseCause why) {
                cause.set(why);
                at(Callback.CLOSED);
            }
        };
        TransportConnection connection = fixture.connection(thrower, EarlyData.DELIVER, slot::incrementAndGet);
        transport.window(0).open(connection);
        if (where == Callback.WRITABLE) connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1));
        transport.peerReads(1 << 20);
        switch (where) {
            case RECEIVED -> transport.peerSends("x");
            case ENDED -> transport.peerEnds();
            case IDLE -> connection.idleTimeout();
            case DRAIN -> connection.drain(ConnectionFixture.DRAINED);
            case REJECTED -> connection.reject(MemoryAccount.cause());
            case TASK -> connection.execute(ThreadingContractTest::<RuntimeException>throwUnchecked);
            case COMPLETION -> connection.send(ConnectionFixture.bytes("x"), failure -> ThreadingContractTest.<RuntimeException>throwUnchecked());
            case CLOSED -> connection.abort();
            default -> { }
        }
        ConnectionFixture.await(() -> fixture.application.registry().live().isEmpty());
        assertThat(slot).hasValue(1);
        ConnectionFixture.await(() -> cause.get() != null);
        if (where != Callback.CLOSED) assertThat(cause.get().kind()).isEqualTo(Kind.HANDLER_FAILED);
    }

    @Test
    @DisplayName("C6: if a blocking handler ends its output and throws an IOException, its connection is closed")
    void blockingHandlerThatThrowsAfterEndOutputIsClosed() {
        AtomicInteger slot = new AtomicInteger();
        fixture.application.blocking().reserve();
        transport.open(fixture.connection((ConnectionHandler.Blocking) connection -> {
            connection.output().close();
            throw new IOException("thrown by serve");
        }, EarlyData.DELIVER, slot::incrementAndGet));
        ConnectionFixture.await(() -> fixture.application.registry().closed(Kind.HANDLER_FAILED) == 1);
        assertThat(slot).hasValue(1);
    }

    @Test
    @DisplayName("C5: the thread of a blocking handler that is never opened is released at once, and once")
    void threadOfANeverOpenedHandlerIsReleasedOnce() {
        ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
        ConnectionFixture waiting = new ConnectionFixture(ConnectionFixture.LIMITS, pool, BlockingHandlerThreads.of(4, Thread::new), MemoryBudget.defaultMax());
        while (waiting.application.blocking().reserve()) { }        // one of the threads is reserved for this connection
        TransportConnection connection = waiting.connection((ConnectionHandler.Blocking) served -> { });
        connection.abort(CloseCause.of(Kind.HANDLER_FAILED, "prepare() failed"));
        assertThat(waiting.application.blocking().reserve()).as("before any callback has run").isTrue();
        pool.run();
        assertThat(waiting.application.blocking().reserve()).as("no second time").isFalse();
    }

    // ---- fairness and timeouts

    @Test
    @DisplayName("C10: a stream that is driven by completions does not delay a drain")
    void completionsDoNotDelayADrain() {
        AtomicInteger sends = new AtomicInteger();
        CountDownLatch drained = new CountDownLatch(1);
        RecordingHandler driven = new RecordingHandler() {
            @Override
            void onOpened(SwitchedConnection connection) {
                next(connection);
            }

            private void next(SwitchedConnection connection) {
                if (drained.getCount() == 0) return;
                sends.incrementAndGet();
                connection.send(ConnectionFixture.bytes(8192), failure -> next(connection));
            }

            @Override
            void onDrain(SwitchedConnection connection) {
                drained.countDown();
                connection.close();
            }
        };
        TransportConnection connection = fixture.connection(driven);
        Thread container = new Thread(() -> new DiscardingTransport().open(connection));
        container.start();
        ConnectionFixture.await(() -> sends.get() > 10);
        connection.drain(ConnectionFixture.DRAINED);
        ConnectionFixture.await(() -> drained.getCount() == 0);
        ConnectionFixture.await(() -> driven.cause() != null);
    }

    /** Accepts and discards all bytes. */
    private static final class DiscardingTransport implements Transport {
        private static final BufferPool READ_BUFFERS = BufferPool.ofHeapBuffers(64);

        void open(TransportConnection connection) {
            connection.open(this);
        }

        @Override
        public BufferPool readBuffers() {
            return READ_BUFFERS;
        }

        @Override
        public int read(ByteBuffer into) {
            return 0;
        }

        @Override
        public boolean write(ByteBuffer from) {
            from.position(from.limit());
            return true;
        }

        @Override
        public EndOutput endOutput(boolean closing) {
            return EndOutput.UNSUPPORTED;
        }

        @Override
        public void close() {
        }

        @Override
        public void abort() {
        }
    }

    @Test
    @DisplayName("C12: a wait without a timeout is supported")
    void unlimitedWaitIsSupported() throws InterruptedException {
        TransportConnection connection = fixture.connection(new RecordingHandler());
        transport.window(0).open(connection);
        connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1));
        CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
            try {
                return connection.awaitWritable(ConnectionFixture.BOUND + 1, FOR_EVER);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        transport.peerReads(1 << 20);
        assertThat(room.join()).isTrue();
    }

    @Test
    @DisplayName("C9: the duration of each wait for writable is recorded")
    void eachWaitForWritableIsMeasured() throws Exception {
        List<Long> waits = new CopyOnWriteArrayList<>();
        ApplicationResources application = new ApplicationResources(ConnectionFixture.LIMITS, pool, BlockingHandlerThreads.of(1, Thread::new), new MemoryBudget(1 << 20), null, ApplicationResources.CallbackScope.NONE,
                new ConnectionListener() {
                    @Override
                    public void slowWrite(TransportConnection connection, long waited) {
                        waits.add(waited);
                    }
                });
        try {
            TransportConnection connection = new TransportConnection(application, fixture.connection(new RecordingHandler()).request(), io.github.changeover.spi.ProtocolToken.of("memory/1"),
                    EarlyData.DELIVER, new RecordingHandler(), () -> { });
            transport.window(0).open(connection);
            for (int i = 0; i < 2; i++) {
                connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1));
                CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
                    try {
                        return connection.awaitWritable(ConnectionFixture.BOUND + 1, FOR_EVER);
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                });
                ConnectionFixture.advance(20);
                transport.peerReads(ConnectionFixture.BOUND + 1);
                assertThat(room.get(10, TimeUnit.SECONDS)).isTrue();
                ConnectionFixture.advance(1000);
            }
            assertThat(waits).hasSize(2).allSatisfy(waited -> assertThat(Duration.ofNanos(waited)).isBetween(Duration.ofMillis(10), Duration.ofMillis(900)));
        } finally {
            application.close();
        }
    }

    @Test
    @DisplayName("C16: if memory runs out during a send, the connection breaks and no later byte is sent")
    void outOfMemoryInASendLeavesNoGap() {
        AtomicInteger made = new AtomicInteger();
        BufferPool pool = new BufferPool(32 * 1024, 1, size -> {
            if (made.incrementAndGet() > 1) throw new OutOfMemoryError("Direct buffer memory");
            return ByteBuffer.allocate(size);
        });
        MemoryBudget budget = new MemoryBudget(1 << 30);
        OutputQueue queue = new OutputQueue(pool, new MemoryAccount(budget, null), 1 << 20);
        transport.window(0);
        queue.attach(transport);
        assertThat(queue.send(ByteBuffer.allocate(40_000), null, false)).isEqualTo(OutputQueue.SendResult.BROKEN);
        assertThat(queue.send(ConnectionFixture.bytes("behind the gap"), null, false)).isEqualTo(OutputQueue.SendResult.CLOSED);
        transport.window(1 << 20);
        assertThatThrownBy(() -> queue.flush(true)).isInstanceOf(IOException.class);
        assertThat(transport.peerReceived()).isEmpty();
        queue.shut(() -> new IOException("over"));
        assertThat(budget.used()).isZero();
    }

    /** An exception with its stack trace was 2 % of the price of a connection that opens and closes. */
    @Test
    void aQueueWithoutBytesThatWaitMakesNoExceptionAtItsEnd() {
        MemoryBudget budget = new MemoryBudget(1 << 30);
        OutputQueue queue = new OutputQueue(BufferPool.ofHeapBuffers(1024), new MemoryAccount(budget, null), 1 << 20);
        queue.attach(transport);
        queue.send(ConnectionFixture.bytes("sent"), null, false);
        queue.shut(() -> {
            throw new AssertionError("nobody would receive this exception");
        });
        assertThat(transport.text()).isEqualTo("sent");
    }

    @Test
    void callbackWithoutAThreadIsRetriedByTheMonitor() {
        ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
        boolean[] none = {false};
        ConnectionFixture poor = new ConnectionFixture(task -> {
            if (none[0]) throw new OutOfMemoryError("unable to create native thread");
            pool.execute(task);
        });
        RecordingHandler recorder = new RecordingHandler();
        TransportConnection connection = poor.connection(recorder);
        MemoryTransport transport = new MemoryTransport().open(connection);
        connection.pause();
        transport.peerSends("abc");
        none[0] = true;
        connection.resume();
        assertThat(recorder.text()).isEmpty();
        none[0] = false;
        try (ConnectionMonitor monitor = new ConnectionMonitor(poor.application.registry(), ConnectionFixture.LIMITS, null)) {
            monitor.check(System.nanoTime());
        }
        pool.run();
        assertThat(recorder.text()).isEqualTo("abc");
    }

    @Test
    void closedWithoutAThreadIsRetriedByTheMonitor() {
        ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
        boolean[] none = {false};
        ConnectionFixture poor = new ConnectionFixture(task -> {
            if (none[0]) throw new IllegalStateException("the factory has been stopped");
            pool.execute(task);
        });
        RecordingHandler recorder = new RecordingHandler();
        TransportConnection connection = poor.connection(recorder);
        new MemoryTransport().open(connection);
        none[0] = true;
        connection.abort(ConnectionFixture.DRAINED);
        assertThat(poor.application.registry().live()).as("its socket is closed").isEmpty();
        assertThat(recorder.events()).containsExactly("opened");
        none[0] = false;
        try (ConnectionMonitor monitor = new ConnectionMonitor(poor.application.registry(), ConnectionFixture.LIMITS, null)) {
            monitor.check(System.nanoTime());
        }
        pool.run();
        assertThat(recorder.events()).hasSize(2).last().asString().startsWith("closed");
    }

    @Test
    void eventsAfterClosedSubmitNoTask() {
        ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
        ConnectionFixture waiting = new ConnectionFixture(pool);
        RecordingHandler recorder = new RecordingHandler();
        TransportConnection connection = waiting.connection(recorder);
        new MemoryTransport().open(connection);
        connection.abort(ConnectionFixture.DRAINED);
        pool.run();
        assertThat(recorder.events()).hasSize(2);
        connection.released();
        assertThat(pool.size()).isZero();
    }

    // ---- an open connection whose handler has not been called because no thread is free

    private final ConnectionFixture.ManualExecutor busy = new ConnectionFixture.ManualExecutor();
    private final ConnectionFixture crowded = new ConnectionFixture(busy);

    private void checkAfterSeconds(long seconds) {
        try (ConnectionMonitor monitor = new ConnectionMonitor(crowded.application.registry(), new ConnectionLimits(1, Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1),
                Duration.ZERO, Duration.ZERO, Duration.ZERO, 0), null)) {
            monitor.check(System.nanoTime() + seconds * 1_000_000_000);
        }
    }

    @Test
    @DisplayName("C2: the idle time starts with the switch, although no thread is free for opened()")
    void idleTimeStartsBeforeOpened() {
        RecordingHandler recorder = new RecordingHandler();
        transport.withoutCallbacks().open(crowded.connection(recorder));
        checkAfterSeconds(0);
        checkAfterSeconds(6);
        checkAfterSeconds(7);
        assertThat(transport.outputEnded()).isTrue();
        assertThat(recorder.events()).isEmpty();
        checkAfterSeconds(8);
        checkAfterSeconds(11);        // the client does not end its side
        assertThat(crowded.application.registry().live()).isEmpty();
        assertThat(crowded.application.registry().closed(Kind.IDLE)).isEqualTo(1);
        busy.run();
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(recorder.kind()).isEqualTo(Kind.IDLE);
    }

    @Test
    @DisplayName("C2: a drain ends a connection in time, although no thread is free for opened()")
    void drainDoesNotWaitForOpened() {
        RecordingHandler recorder = new RecordingHandler();
        transport.withoutCallbacks().open(crowded.connection(recorder));
        crowded.application.registry().startDraining(Duration.ofSeconds(1));
        checkAfterSeconds(2);
        assertThat(transport.aborts()).isPositive();
        assertThat(crowded.application.registry().closed(Kind.DRAINED)).isEqualTo(1);
        busy.run();
        assertThat(recorder.events()).containsExactly("closed");
    }

    @Test
    @DisplayName("A connection that opens while the application drains is opened and drained at once, although the drain gets a thread first")
    void drainDuringOpeningIsNotLost() {
        crowded.application.registry().startDraining(Duration.ofHours(1));
        RecordingHandler recorder = new RecordingHandler();
        transport.withoutCallbacks().open(crowded.connection(recorder));
        busy.run();
        assertThat(recorder.events()).containsExactly("opened", "drain");
    }

    @Test
    @DisplayName("Events from before the opening are reported after opened()")
    void eventsBeforeOpeningAreReportedAfterOpened() {
        RecordingHandler recorder = new RecordingHandler();
        TransportConnection connection = crowded.connection(recorder);
        connection.drain(ConnectionFixture.DRAINED);
        busy.run();
        transport.withoutCallbacks().open(connection);
        busy.run();
        assertThat(recorder.events()).containsExactly("opened", "drain");
    }

    @Test
    @DisplayName("C2: a connection that fails while the container opens it is closed and releases its reservation, although no thread is free")
    void failureWhileOpeningDoesNotWaitForAThread() {
        RecordingHandler recorder = new RecordingHandler();
        AtomicInteger slot = new AtomicInteger();
        TransportConnection connection = crowded.connection(recorder, EarlyData.DELIVER, slot::incrementAndGet);
        connection.transportFailed(new IOException("gone"));
        transport.withoutCallbacks().open(connection);
        checkAfterSeconds(0);
        assertThat(transport.aborts()).isPositive();
        assertThat(slot).hasValue(1);
        busy.run();
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(crowded.application.registry().opened()).isZero();
    }
}
