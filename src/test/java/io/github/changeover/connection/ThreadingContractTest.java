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

/** Which thread runs what, and what happens although a handler blocks or throws: the contract in ConnectionHandler and SwitchedConnection. */
@Timeout(30)
class ThreadingContractTest {
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();
    private final CallbackExecutor pool = CallbackExecutor.of(8, Thread::new, null);
    private final Rig rig = new Rig(pool);
    private final CountDownLatch release = new CountDownLatch(1);
    private final MemoryTransport transport = new MemoryTransport();

    @AfterEach
    void stop() {
        release.countDown();
        pool.close();
        rig.application.close();
    }

    private void block() {
        try {
            release.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A handler whose callbacks write down their thread. */
    private static class Threads extends Diary {
        final List<Thread> threads = new CopyOnWriteArrayList<>();

        @Override
        void enter(String event, Runnable callback) {
            threads.add(Thread.currentThread());
            super.enter(event, callback);
        }

        boolean ranOn(Thread thread) {
            return threads.contains(thread);
        }
    }

    /** Waits in received() until the test ends, or it is interrupted. */
    private Diary blocker(CountDownLatch begun) {
        return new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                tell("begins");
                begun.countDown();
                block();
                tell("returns");
            }
        };
    }

    /** A connection whose callback blocks; its event comes on a thread of its own, as a container's. */
    private TransportConnection blocked(Diary handler, CountDownLatch begun, Runnable atEnd) throws InterruptedException {
        TransportConnection connection = rig.connection(handler, EarlyData.DELIVER, atEnd);
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
    void aCallRunsNoHandlerCode(Call call) {
        Threads handler = new Threads() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.pause();
            }
        };
        TransportConnection connection = rig.connection(handler);
        Thread container = new Thread(() -> {
            transport.window(0).open(connection);
            transport.peerSends("first");
            transport.peerSends("second");
        });
        container.start();
        Rig.await(() -> handler.text().equals("first"));
        transport.peerTakes(1 << 20);
        AtomicInteger completions = new AtomicInteger();
        SwitchedConnection.Completion sent = failure -> handler.enter("", completions::incrementAndGet);
        switch (call) {
            case SEND -> connection.send(Rig.bytes("x"), sent);
            case TRY_SEND -> connection.trySend(Rig.bytes("x"), sent, 10);
            case EXECUTE -> connection.execute(() -> sent.done(null));
            case RESUME -> connection.resume();
            case CLOSE -> connection.close();
            case END_OUTPUT -> connection.endOutput();
            case EVICT -> connection.abort();
        }
        if (call == Call.SEND || call == Call.TRY_SEND || call == Call.EXECUTE) Rig.await(() -> completions.get() == 1);
        if (call == Call.RESUME) Rig.await(() -> handler.text().equals("firstsecond"));
        connection.abort();
        Rig.await(() -> handler.cause() != null);
        assertThat(handler.ranOn(Thread.currentThread())).isFalse();
    }

    @Test
    @DisplayName("C4: a loop over a HashSet closes each connection while closed() removes it")
    void aLoopOverAPlainSetClosesItsConnections() {
        Set<SwitchedConnection> all = new HashSet<>();
        AtomicInteger closed = new AtomicInteger();
        AtomicReference<Thread> loop = new AtomicReference<>();
        for (int i = 0; i < 50; i++) {
            Diary member = new Diary() {
                @Override
                void onClosed(SwitchedConnection connection) {
                    if (Thread.currentThread() == loop.get()) tell("inside the loop");
                    synchronized (all) {
                        all.remove(connection);
                    }
                    closed.incrementAndGet();
                }
            };
            TransportConnection connection = rig.connection(member);
            new MemoryTransport().open(connection);
            all.add(connection);
        }
        loop.set(Thread.currentThread());
        synchronized (all) {
            for (SwitchedConnection each : all) {
                each.send(Rig.bytes("bye"));
                each.abort();
            }
        }
        Rig.await(() -> closed.get() == 50);
        assertThat(all).isEmpty();
    }

    @Test
    @DisplayName("C4: a broken connection's closed() does not run inside a send to it")
    void aSendThatFailsRunsNoClosed() {
        Threads handler = new Threads();
        TransportConnection connection = rig.connection(handler);
        Thread container = new Thread(() -> transport.open(connection));
        container.start();
        Rig.await(() -> handler.told().contains("opened"));
        transport.writesFail(new IOException("reset"));
        connection.send(Rig.bytes("x"));
        Rig.await(() -> handler.kind() == Kind.BROKEN);
        assertThat(handler.ranOn(Thread.currentThread())).isFalse();
    }

    @Test
    @DisplayName("C3: resume() returns at once although the client never rests")
    void resumeReturnsAtOnce() {
        FloodingTransport flood = new FloodingTransport();
        Diary busy = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                bytes.position(bytes.limit());
            }
        };
        TransportConnection connection = rig.connection(busy);
        connection.pause();
        connection.open(flood);
        long begun = System.nanoTime();
        connection.resume();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        Rig.await(() -> connection.bytesIn() > 1000);
        connection.abort();
    }

    @Test
    @DisplayName("At most one entry of a connection waits in the pool, whatever is signalled")
    void oneEntryOfAConnectionWaits() {
        Rig.ByHand byHand = new Rig.ByHand();
        TransportConnection connection = new Rig(byHand).connection(new Diary());
        transport.open(connection);
        for (int i = 0; i < 100; i++) {
            connection.execute(() -> { });
            connection.resume();
            connection.send(Rig.bytes("x"), failure -> { });
            connection.drain(Rig.DRAINED);
        }
        assertThat(byHand.size()).isEqualTo(1);
        byHand.run();
        connection.execute(() -> { });
        assertThat(byHand.size()).isEqualTo(1);
    }

    // ---- what needs no handler happens although one blocks

    @Test
    @DisplayName("S4, C2: while a callback blocks, an eviction closes the socket, gives the slot back and counts the end; closed() comes after the callback")
    void anEvictionNeedsNoHandler() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger slot = new AtomicInteger();
        Diary handler = blocker(begun);
        TransportConnection connection = blocked(handler, begun, slot::incrementAndGet);
        connection.abort();
        assertThat(transport.aborts()).isPositive();
        assertThat(slot).hasValue(1);
        assertThat(rig.application.registry().live()).isEmpty();
        assertThat(rig.application.registry().closed(Kind.EVICTED)).isEqualTo(1);
        assertThat(handler.told()).containsExactly("opened", "begins");
        release.countDown();
        Rig.await(() -> handler.cause() != null);
        assertThat(handler.told()).containsExactly("opened", "begins", "returns", "closed");
    }

    @Test
    @DisplayName("S4: an idle connection is closed while every thread of the pool blocks")
    void idleTimeNeedsNoThread() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            pool.execute(() -> {
                busy.countDown();
                block();
            });
        }
        busy.await();
        ConnectionLimits limits = new ConnectionLimits(Rig.BOUND, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ZERO, Duration.ZERO, ConnectionLimits.ANY);
        Rig starved = new Rig(limits, pool, BlockingHandlerThreads.of(1, Thread::new), MemoryBudget.usual());
        AtomicInteger slot = new AtomicInteger();
        Diary handler = new Diary();
        MemoryTransport own = new MemoryTransport();
        own.open(starved.connection(handler, EarlyData.DELIVER, slot::incrementAndGet));
        long begun = System.nanoTime();
        try (ConnectionMonitor monitor = new ConnectionMonitor(starved.application.registry(), limits, null)) {
            Rig.await(own::outputEnded);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(200 + 1000));
            Rig.await(() -> starved.application.registry().closed(Kind.IDLE) == 1);
            assertThat(slot).hasValue(1);
            assertThat(handler.told()).containsExactly("opened");
        }
    }

    @Test
    @DisplayName("S4, C2: the monitor's thread runs no handler code")
    void theMonitorOnlyMarks() {
        ConnectionLimits limits = new ConnectionLimits(Rig.BOUND, Duration.ofMillis(100), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(100), ConnectionLimits.ANY);
        Rig watched = new Rig(limits, pool, BlockingHandlerThreads.of(1, Thread::new), MemoryBudget.usual());
        List<Threads> handlers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Threads handler = new Threads() {
                @Override
                void onDrain(SwitchedConnection connection) {
                    block();        // one that blocks must not keep the others from their end
                }
            };
            handlers.add(handler);
            new MemoryTransport().open(watched.connection(handler));
        }
        try (ConnectionMonitor monitor = new ConnectionMonitor(watched.application.registry(), limits, null)) {
            Rig.await(() -> watched.application.registry().live().isEmpty());
        }
        release.countDown();
        Rig.await(() -> handlers.stream().allMatch(handler -> handler.cause() != null));
        for (Threads handler : handlers) assertThat(handler.threads).noneMatch(thread -> thread.getName().contains("monitor"));
    }

    @Test
    @DisplayName("A close that is requested while a callback blocks sends what is queued and the end at once")
    void aCloseNeedsNoHandler() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        TransportConnection connection = blocked(blocker(begun), begun, () -> { });
        connection.send(Rig.bytes("last words"));
        connection.close();
        assertThat(transport.text()).isEqualTo("last words");
        assertThat(transport.outputEnded()).isTrue();
    }

    @Test
    @DisplayName("The application's end interrupts a callback that does not return, and waits no longer than the drain time and two seconds")
    void aStuckCallbackIsInterruptedWhenTheApplicationStops() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        AtomicReference<Boolean> left = new AtomicReference<>();
        Diary stuck = new Diary() {
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
        TransportConnection connection = rig.connection(stuck);
        transport.open(connection);
        Thread container = new Thread(() -> {
            transport.peerSends("x");
            left.set(Thread.currentThread().isInterrupted());
        });
        container.start();
        begun.await();
        long before = System.nanoTime();
        rig.application.registry().stop(Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
        assertThat(interrupted).isCompletedWithValue(true);
        container.join();
        assertThat(left.get()).as("the container's thread is left interrupted").isFalse();
        assertThat(stuck.kind()).isEqualTo(Kind.DRAINED);
    }

    @Test
    @DisplayName("S4: a callback that heeds nothing holds the application's end up for the drain time and two seconds, and is named")
    void aCallbackThatHeedsNothingIsLeftBehind() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Diary deaf = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                begun.countDown();
                while (release.getCount() > 0) LockSupport.parkNanos(1_000_000);
            }
        };
        blocked(deaf, begun, () -> { });
        long before = System.nanoTime();
        rig.application.registry().stop(Duration.ofMillis(100));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        assertThat(rig.application.registry().live()).isEmpty();
        assertThat(deaf.told()).containsExactly("opened");
    }

    @Test
    @DisplayName("C16: an interrupt ends the wait for connections and stays")
    void anInterruptEndsTheWait() throws Exception {
        transport.open(rig.connection(new Diary() {
            @Override
            void onDrain(SwitchedConnection connection) {
            }
        }));
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread operator = new Thread(() -> {
            rig.application.registry().drain(Duration.ofHours(1));
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        operator.start();
        Rig.await(() -> operator.getState() == Thread.State.TIMED_WAITING);
        operator.interrupt();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }

    // ---- bytes leave soon

    @Test
    @DisplayName("C15: what a callback has sent leaves although it blocks afterwards")
    void whatWasSentLeavesWhileTheCallbackBlocks() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Diary slow = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.send(Rig.bytes("answer"));
                begun.countDown();
                block();
            }
        };
        blocked(slow, begun, () -> { });
        Rig.await(() -> transport.text().equals("answer"));
        assertThat(slow.told()).containsExactly("opened");
    }

    @Test
    @DisplayName("C15: a later send of a callback that has been running is written at once")
    void aLaterSendIsWrittenAtOnce() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Diary slow = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                Rig.elapse(20);
                connection.send(Rig.bytes("late"));
                seen.complete(transport.text());
            }
        };
        transport.open(rig.connection(slow));
        transport.peerSends("x");
        assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("late");
    }

    @Test
    @DisplayName("An immediate completion runs while the callback that sent waits for it")
    void aCallbackMayWaitForWhatItSent() throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Diary waits = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                CompletableFuture<Void> sent = new CompletableFuture<>();
                connection.send(Rig.bytes("x"), (SwitchedConnection.ImmediateCompletion) failure -> sent.complete(null));
                try {
                    sent.get(10, TimeUnit.SECONDS);
                    outcome.complete(transport.text());
                } catch (Exception failure) {
                    outcome.completeExceptionally(failure);
                }
            }
        };
        transport.open(rig.connection(waits));
        transport.peerSends("x");
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo("x");
    }

    @Test
    @DisplayName("A callback that waits for bytes to leave gets them out although the transport refused them first")
    void aRefusedWriteIsTriedAgainWhileTheCallbackWaits() throws Exception {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        Diary waits = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                CountDownLatch sent = new CountDownLatch(1);
                connection.send(Rig.bytes(9000), (SwitchedConnection.ImmediateCompletion) failure -> sent.countDown());
                try {
                    outcome.complete(sent.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException interrupted) {
                    outcome.completeExceptionally(interrupted);
                }
            }
        };
        TransportConnection connection = rig.connection(waits);
        transport.window(10).open(connection);
        Thread container = new Thread(() -> transport.peerSends("x"));
        container.start();
        Rig.await(() -> connection.queued() == 8990);
        transport.peerTakes(10_000);
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isTrue();
        container.join();
    }

    // ---- what is thrown

    private enum Callback { OPENED, RECEIVED, WRITABLE, ENDED, IDLE, DRAIN, REJECTED, TASK, COMPLETION, CLOSED }

    /** Throws what no compiler lets a callback throw, as Kotlin and Lombok do. */
    private static <T extends Throwable> void sneaky() throws T {
        @SuppressWarnings("unchecked")
        T checked = (T) new Exception("checked");
        throw checked;
    }

    @ParameterizedTest(name = "C7: a checked exception thrown in {0} ends the connection")
    @EnumSource
    void aCheckedExceptionEndsTheConnection(Callback where) {
        AtomicInteger slot = new AtomicInteger();
        AtomicReference<CloseCause> cause = new AtomicReference<>();
        ConnectionHandler.Events thrower = new ConnectionHandler.Events() {
            private void at(Callback here) {
                if (here == where) ThreadingContractTest.<RuntimeException>sneaky();
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
        TransportConnection connection = rig.connection(thrower, EarlyData.DELIVER, slot::incrementAndGet);
        transport.window(0).open(connection);
        if (where == Callback.WRITABLE) connection.send(Rig.bytes(Rig.BOUND + 1));
        transport.peerTakes(1 << 20);
        switch (where) {
            case RECEIVED -> transport.peerSends("x");
            case ENDED -> transport.peerEnds();
            case IDLE -> connection.idleTimeOver();
            case DRAIN -> connection.drain(Rig.DRAINED);
            case REJECTED -> connection.reject(MemoryAccount.cause());
            case TASK -> connection.execute(ThreadingContractTest::<RuntimeException>sneaky);
            case COMPLETION -> connection.send(Rig.bytes("x"), failure -> ThreadingContractTest.<RuntimeException>sneaky());
            case CLOSED -> connection.abort();
            default -> { }
        }
        Rig.await(() -> rig.application.registry().live().isEmpty());
        assertThat(slot).hasValue(1);
        Rig.await(() -> cause.get() != null);
        if (where != Callback.CLOSED) assertThat(cause.get().kind()).isEqualTo(Kind.HANDLER_FAILED);
    }

    @Test
    @DisplayName("C6: a blocking handler that ends its output and then throws an IOException ends its connection")
    void aBlockingHandlerThatThrowsAfterItsOutputEndedIsClosed() {
        AtomicInteger slot = new AtomicInteger();
        rig.application.blocking().reserve();
        transport.open(rig.connection((ConnectionHandler.Blocking) connection -> {
            connection.output().close();
            throw new IOException("thrown by serve");
        }, EarlyData.DELIVER, slot::incrementAndGet));
        Rig.await(() -> rig.application.registry().closed(Kind.HANDLER_FAILED) == 1);
        assertThat(slot).hasValue(1);
    }

    @Test
    @DisplayName("C5: the thread of a blocking handler that is never opened comes back at once, and once")
    void theThreadOfAHandlerThatIsNeverOpenedComesBackAtOnce() {
        Rig.ByHand pool = new Rig.ByHand();
        Rig waiting = new Rig(Rig.LIMITS, pool, BlockingHandlerThreads.of(4, Thread::new), MemoryBudget.usual());
        while (waiting.application.blocking().reserve()) { }        // one of them for this connection
        TransportConnection connection = waiting.connection((ConnectionHandler.Blocking) served -> { });
        connection.abort(CloseCause.of(Kind.HANDLER_FAILED, "prepare() failed"));
        assertThat(waiting.application.blocking().reserve()).as("before any callback has run").isTrue();
        pool.run();
        assertThat(waiting.application.blocking().reserve()).as("no second time").isFalse();
    }

    // ---- fairness and times

    @Test
    @DisplayName("C10: a stream driven by completions gives way to a drain")
    void completionsGiveWay() {
        AtomicInteger sends = new AtomicInteger();
        CountDownLatch drained = new CountDownLatch(1);
        Diary driven = new Diary() {
            @Override
            void onOpened(SwitchedConnection connection) {
                next(connection);
            }

            private void next(SwitchedConnection connection) {
                if (drained.getCount() == 0) return;
                sends.incrementAndGet();
                connection.send(Rig.bytes(8192), failure -> next(connection));
            }

            @Override
            void onDrain(SwitchedConnection connection) {
                drained.countDown();
                connection.close();
            }
        };
        TransportConnection connection = rig.connection(driven);
        Thread container = new Thread(() -> new DiscardingTransport().open(connection));
        container.start();
        Rig.await(() -> sends.get() > 10);
        connection.drain(Rig.DRAINED);
        Rig.await(() -> drained.getCount() == 0);
        Rig.await(() -> driven.cause() != null);
    }

    /** Takes everything. */
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
    @DisplayName("C12: a wait for ever is possible")
    void aWaitForEver() throws InterruptedException {
        TransportConnection connection = rig.connection(new Diary());
        transport.window(0).open(connection);
        connection.send(Rig.bytes(Rig.BOUND + 1));
        CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
            try {
                return connection.awaitWritable(Rig.BOUND + 1, FOR_EVER);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        transport.peerTakes(1 << 20);
        assertThat(room.join()).isTrue();
    }

    @Test
    @DisplayName("C9: each wait for room is told with its own time")
    void slowWritesAreMeasuredWhereTheRoomComesBack() throws Exception {
        List<Long> waits = new CopyOnWriteArrayList<>();
        ApplicationResources application = new ApplicationResources(Rig.LIMITS, pool, BlockingHandlerThreads.of(1, Thread::new), new MemoryBudget(1 << 20), null, ApplicationResources.CallbackScope.NONE,
                new ConnectionListener() {
                    @Override
                    public void slowWrite(TransportConnection connection, long waited) {
                        waits.add(waited);
                    }
                });
        try {
            TransportConnection connection = new TransportConnection(application, rig.connection(new Diary()).request(), io.github.changeover.spi.ProtocolToken.of("memory/1"),
                    EarlyData.DELIVER, new Diary(), () -> { });
            transport.window(0).open(connection);
            for (int i = 0; i < 2; i++) {
                connection.send(Rig.bytes(Rig.BOUND + 1));
                CompletableFuture<Boolean> room = CompletableFuture.supplyAsync(() -> {
                    try {
                        return connection.awaitWritable(Rig.BOUND + 1, FOR_EVER);
                    } catch (InterruptedException interrupted) {
                        throw new IllegalStateException(interrupted);
                    }
                });
                Rig.elapse(20);
                transport.peerTakes(Rig.BOUND + 1);
                assertThat(room.get(10, TimeUnit.SECONDS)).isTrue();
                Rig.elapse(1000);
            }
            assertThat(waits).hasSize(2).allSatisfy(waited -> assertThat(Duration.ofNanos(waited)).isBetween(Duration.ofMillis(10), Duration.ofMillis(900)));
        } finally {
            application.close();
        }
    }

    @Test
    @DisplayName("C16: where memory runs out in the midst of a send the connection breaks, and no byte behind the gap is sent")
    void noMemoryLeavesNoGap() {
        AtomicInteger made = new AtomicInteger();
        BufferPool pool = new BufferPool(32 * 1024, 1, size -> {
            if (made.incrementAndGet() > 1) throw new OutOfMemoryError("Direct buffer memory");
            return ByteBuffer.allocate(size);
        });
        MemoryBudget budget = new MemoryBudget(1 << 30);
        OutputQueue queue = new OutputQueue(pool, new MemoryAccount(budget, null), 1 << 20);
        transport.window(0);
        queue.attach(transport);
        assertThat(queue.send(ByteBuffer.allocate(40_000), null, false)).isEqualTo(OutputQueue.Accepted.BROKEN);
        assertThat(queue.send(Rig.bytes("behind the gap"), null, false)).isEqualTo(OutputQueue.Accepted.CLOSED);
        transport.window(1 << 20);
        assertThatThrownBy(() -> queue.flush(true)).isInstanceOf(IOException.class);
        assertThat(transport.taken()).isEmpty();
        queue.shut(new IOException("over"));
        assertThat(budget.used()).isZero();
    }

    @Test
    void aCallbackThatFindsNoThreadRunsWhenTheMonitorFindsOne() {
        Rig.ByHand pool = new Rig.ByHand();
        boolean[] none = {false};
        Rig poor = new Rig(task -> {
            if (none[0]) throw new OutOfMemoryError("unable to create native thread");
            pool.execute(task);
        });
        Diary diary = new Diary();
        TransportConnection connection = poor.connection(diary);
        MemoryTransport transport = new MemoryTransport().open(connection);
        connection.pause();
        transport.peerSends("abc");
        none[0] = true;
        connection.resume();
        assertThat(diary.text()).isEmpty();
        none[0] = false;
        try (ConnectionMonitor monitor = new ConnectionMonitor(poor.application.registry(), Rig.LIMITS, null)) {
            monitor.check(System.nanoTime());
        }
        pool.run();
        assertThat(diary.text()).isEqualTo("abc");
    }

    @Test
    void theLastCallbackThatFindsNoThreadRunsWhenTheMonitorFindsOne() {
        Rig.ByHand pool = new Rig.ByHand();
        boolean[] none = {false};
        Rig poor = new Rig(task -> {
            if (none[0]) throw new IllegalStateException("the factory has been stopped");
            pool.execute(task);
        });
        Diary diary = new Diary();
        TransportConnection connection = poor.connection(diary);
        new MemoryTransport().open(connection);
        none[0] = true;
        connection.abort(Rig.DRAINED);
        assertThat(poor.application.registry().live()).as("its socket is closed").isEmpty();
        assertThat(diary.told()).containsExactly("opened");
        none[0] = false;
        try (ConnectionMonitor monitor = new ConnectionMonitor(poor.application.registry(), Rig.LIMITS, null)) {
            monitor.check(System.nanoTime());
        }
        pool.run();
        assertThat(diary.told()).hasSize(2).last().asString().startsWith("closed");
    }

    @Test
    void whatComesAfterTheLastCallbackTakesNoPlaceInThePool() {
        Rig.ByHand pool = new Rig.ByHand();
        Rig waiting = new Rig(pool);
        Diary diary = new Diary();
        TransportConnection connection = waiting.connection(diary);
        new MemoryTransport().open(connection);
        connection.abort(Rig.DRAINED);
        pool.run();
        assertThat(diary.told()).hasSize(2);
        connection.released();
        assertThat(pool.size()).isZero();
    }

    // ---- a connection that is open, and whose handler has not been told because no thread is free

    private final Rig.ByHand busy = new Rig.ByHand();
    private final Rig crowded = new Rig(busy);

    private void monitor(long seconds) {
        try (ConnectionMonitor monitor = new ConnectionMonitor(crowded.application.registry(), new ConnectionLimits(1, Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1),
                Duration.ZERO, Duration.ZERO, Duration.ZERO, 0), null)) {
            monitor.check(System.nanoTime() + seconds * 1_000_000_000);
        }
    }

    @Test
    @DisplayName("C2: the idle time runs from the switch on, although no thread is free for opened()")
    void theIdleTimeDoesNotWaitForOpened() {
        Diary diary = new Diary();
        transport.withoutCallbacks().open(crowded.connection(diary));
        monitor(0);
        monitor(6);
        monitor(7);
        assertThat(transport.outputEnded()).isTrue();
        assertThat(diary.told()).isEmpty();
        monitor(8);
        monitor(11);        // the client does not end its side
        assertThat(crowded.application.registry().live()).isEmpty();
        assertThat(crowded.application.registry().closed(Kind.IDLE)).isEqualTo(1);
        busy.run();
        assertThat(diary.told()).containsExactly("closed");
        assertThat(diary.kind()).isEqualTo(Kind.IDLE);
    }

    @Test
    @DisplayName("C2: a drain ends a connection in time, although no thread is free for opened()")
    void aDrainDoesNotWaitForOpened() {
        Diary diary = new Diary();
        transport.withoutCallbacks().open(crowded.connection(diary));
        crowded.application.registry().startDraining(Duration.ofSeconds(1));
        monitor(2);
        assertThat(transport.aborts()).isPositive();
        assertThat(crowded.application.registry().closed(Kind.DRAINED)).isEqualTo(1);
        busy.run();
        assertThat(diary.told()).containsExactly("closed");
    }

    @Test
    @DisplayName("A connection that opens while the application drains is opened, and drained at once, although a thread comes for the drain first")
    void theDrainThatComesWithTheOpeningIsNotLost() {
        crowded.application.registry().startDraining(Duration.ofHours(1));
        Diary diary = new Diary();
        transport.withoutCallbacks().open(crowded.connection(diary));
        busy.run();
        assertThat(diary.told()).containsExactly("opened", "drain");
    }

    @Test
    @DisplayName("Events from before the opening are seen behind it")
    void eventsFromBeforeTheOpeningAreSeenBehindIt() {
        Diary diary = new Diary();
        TransportConnection connection = crowded.connection(diary);
        connection.drain(Rig.DRAINED);
        busy.run();
        transport.withoutCallbacks().open(connection);
        busy.run();
        assertThat(diary.told()).containsExactly("opened", "drain");
    }

    @Test
    @DisplayName("C2: a connection that broke while the container opened it is closed, and gives its place back, although no thread is free")
    void anEndBeforeTheOpeningDoesNotWaitForAThread() {
        Diary diary = new Diary();
        AtomicInteger slot = new AtomicInteger();
        TransportConnection connection = crowded.connection(diary, EarlyData.DELIVER, slot::incrementAndGet);
        connection.broke(new IOException("gone"));
        transport.withoutCallbacks().open(connection);
        monitor(0);
        assertThat(transport.aborts()).isPositive();
        assertThat(slot).hasValue(1);
        busy.run();
        assertThat(diary.told()).containsExactly("closed");
        assertThat(crowded.application.registry().opened()).isZero();
    }
}
