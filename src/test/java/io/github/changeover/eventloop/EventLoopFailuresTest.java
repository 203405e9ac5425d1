package io.github.changeover.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that calls and selectors that fail, missing threads, and callbacks that misbehave do not stop an event loop. */
class EventLoopFailuresTest extends EventLoopsFixture {
    /** Throws a checked exception or an error. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable failure) throws T {
        throw (T) failure;
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, IOException.class, OutOfMemoryError.class, StackOverflowError.class, NoClassDefFoundError.class, ThreadDeath.class})
    @DisplayName("A call that fails ends its own connection, and is not made again and again")
    void failureOfACallEndsOnlyItsConnection(Class<? extends Throwable> type) throws Exception {
        Peer broken = new Peer(), other = new Peer();
        Throwable failure = type.getDeclaredConstructor().newInstance();
        broken.inCall = () -> raise(failure);
        broken.send("x");
        assertThat(broken.next()).isEqualTo("failed");
        assertThat(other.send("y").next()).isEqualTo("y");
        await(() -> loops.state().connections() == 1);
        assertThat(broken.calls).hasValue(1);
    }

    @Test
    void endlessRecursionInACallDoesNotEndTheLoop() throws Exception {
        Peer broken = new Peer(), other = new Peer();
        broken.inCall = new Runnable() {
            private int depth;

            @Override
            public void run() {
                depth++;
                run();
                depth--;
            }
        };
        broken.send("x");
        assertThat(broken.next()).isEqualTo("failed");
        assertThat(other.send("y").next()).isEqualTo("y");
    }

    @Test
    void failureOfACallElsewhereEndsItsConnection() throws Exception {
        Peer slow = new Peer();
        makeSlow(slow);
        slow.inCall = () -> {
            throw new IllegalStateException("expected by the test");
        };
        slow.send("x");
        assertThat(slow.next()).isEqualTo("failed");
        await(() -> loops.state().connections() == 0);
    }

    /** Makes the loop run the next calls of this connection elsewhere. */
    private static void makeSlow(Peer peer) throws Exception {
        peer.inCall = () -> sleep(20);
        for (int i = 0; i < 8; i++) assertThat(peer.send("m" + i).next()).isEqualTo("m" + i);
        peer.inCall = () -> { };
        await(() -> peer.running.get() == 0);       // a call that began before another one had read the bytes
    }

    @Test
    @DisplayName("If no thread is available elsewhere, the loop makes the call itself")
    void callIsMadeOnTheLoopIfThereIsNoThreadElsewhere() throws Exception {
        Peer slow = new Peer();
        makeSlow(slow);
        slow.noThreadElsewhere = true;
        for (int i = 0; i < 300; i++) assertThat(slow.send("x").next()).isEqualTo("x");
    }

    @Test
    void interruptOfACallIsNotSeenByTheNextCall() throws Exception {
        Peer first = new Peer();
        List<Peer> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) others.add(new Peer());
        AtomicInteger interrupted = new AtomicInteger();
        for (Peer other : others) {
            other.inCall = () -> {
                if (Thread.currentThread().isInterrupted()) interrupted.incrementAndGet();
                Thread.currentThread().interrupt();
            };
        }
        first.inCall = () -> {          // so that one select finds all others
            try {
                for (Peer other : others) other.send("x");
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        };
        first.send("x");
        for (Peer other : others) assertThat(other.next()).isEqualTo("x");
        assertThat(interrupted).hasValue(0);
    }

    @Test
    @DisplayName("Connections whose callbacks wait for the same lock do not stop the others")
    void callsThatWaitForALockDoNotStopTheLoop() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        List<Peer> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Peer peer = new Peer();
            peer.inCall = () -> {
                lock.lock();
                lock.unlock();
            };
            waiting.add(peer);
        }
        Peer other = new Peer();
        lock.lock();
        try {
            for (Peer peer : waiting) peer.send("x");
            await(() -> loops.state().handovers() >= waiting.size());        // a connection that waits may be called again, because its bytes are unread
            for (int i = 0; i < 20; i++) assertThat(other.send("y").next()).isEqualTo("y");
        } finally {
            lock.unlock();
        }
        for (Peer peer : waiting) assertThat(peer.next()).isEqualTo("x");
    }

    @Test
    void callMayCloseItsOwnAndAnotherConnection() throws Exception {
        Peer closing = new Peer(), closed = new Peer(), other = new Peer();
        closing.inCall = () -> {
            for (Peer peer : List.of(closed, closing)) {
                peer.registration.cancel();
                try {
                    peer.server.close();
                } catch (IOException failure) {
                    throw new IllegalStateException(failure);
                }
            }
        };
        closing.reads = false;
        closing.send("x");
        await(() -> loops.state().connections() == 1);
        assertThat(other.send("y").next()).isEqualTo("y");
    }

    @Test
    @DisplayName("A call may close the loops, as an application that undeploys itself does")
    void callMayCloseTheLoops() throws Exception {
        Peer peer = new Peer();
        CountDownLatch done = new CountDownLatch(1);
        peer.inCall = () -> {
            loops.close();
            done.countDown();
        };
        peer.send("x");
        done.await();
        await(() -> threads.stream().noneMatch(Thread::isAlive));
        assertThat(peer.received).containsOnly("x");
    }

    @Test
    void callThatNeverReturnsDoesNotDelayTheEnd() throws Exception {
        Peer stuck = new Peer();
        CountDownLatch release = new CountDownLatch(1);
        stuck.inCall = () -> {
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException ignored) {
                    // goes on
                }
            }
        };
        stuck.send("x");
        await(() -> stuck.calls.get() >= 1);
        long begun = System.nanoTime();
        loops.close();
        assertThat(System.nanoTime() - begun).isLessThan(5_000_000_000L);
        assertThat(loops.state().connections()).isZero();
        release.countDown();
    }

    @Test
    @DisplayName("A client that always sends does not keep others from their bytes")
    void floodDoesNotStopOthers() throws Exception {
        Peer flooding = new Peer();
        Thread flood = new Thread(() -> {
            try {
                byte[] bytes = new byte[64 * 1024];
                while (true) flooding.client.write(ByteBuffer.wrap(bytes));
            } catch (IOException closed) {
                // the test is over
            }
        });
        flooding.reads = false;
        flooding.inCall = () -> {
            ByteBuffer bytes = ByteBuffer.allocate(256 * 1024);
            try {
                flooding.registration.readStarted();
                flooding.server.read(bytes);
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
            flooding.registration.awaitReadable();
        };
        flood.start();
        List<Peer> others = new ArrayList<>();
        for (int i = 0; i < 50; i++) others.add(new Peer());
        for (int round = 0; round < 20 || flooding.calls.get() <= 20; round++) {
            for (Peer other : others) assertThat(other.send("x").next()).isEqualTo("x");
        }
        flooding.client.close();
        flood.join();
    }

    @Test
    void withoutThreadsTheLoopsDoNotStart() {
        loops.close();
        loops = withThreads(2, 2);      // for the monitor and one of two loops
        assertThatThrownBy(Peer::new).isInstanceOf(IOException.class).hasMessageContaining("could not be started");
        assertThat(loops.state()).isEqualTo(EventLoops.State.NONE);
        assertThatThrownBy(Peer::new).isInstanceOf(IOException.class).hasMessageContaining("could not be started");
    }

    // ---- selectors that fail

    /** A provider of selectors that throw whatever is in {@code failure}. */
    private static final class FailingSelectors extends SelectorProvider {
        final List<FailingSelector> opened = new ArrayList<>();

        @Override
        public AbstractSelector openSelector() throws IOException {
            FailingSelector selector = new FailingSelector(this);
            opened.add(selector);
            return selector;
        }

        @Override
        public DatagramChannel openDatagramChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Pipe openPipe() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketChannel openSocketChannel() {
            throw new UnsupportedOperationException();
        }
    }

    private static final class FailingSelector extends AbstractSelector {
        private final Selector real;
        volatile Throwable failure;
        final AtomicInteger failures = new AtomicInteger();

        FailingSelector(SelectorProvider provider) throws IOException {
            super(provider);
            real = SelectorProvider.provider().openSelector();
        }

        @Override
        public int select(long timeout) throws IOException {
            Throwable now = failure;
            if (now != null) {
                failures.incrementAndGet();
                raise(now);
            }
            return real.select(timeout);
        }

        @Override
        protected void implCloseSelector() throws IOException {
            real.close();
        }

        @Override
        protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
            try {
                return channel.register(real, ops, attachment);
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public Set<SelectionKey> keys() {
            return real.keys();
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            return real.selectedKeys();
        }

        @Override
        public int selectNow() throws IOException {
            return real.selectNow();
        }

        @Override
        public int select() throws IOException {
            return real.select();
        }

        @Override
        public Selector wakeup() {
            real.wakeup();
            return this;
        }
    }

    private FailingSelectors failing(int count) {
        loops.close();
        FailingSelectors selectors = new FailingSelectors();
        loops = withThreads(count, 10, selectors);
        return selectors;
    }

    @ParameterizedTest
    @ValueSource(classes = {IOException.class, OutOfMemoryError.class})
    void loopGoesOnAfterAFailureOfItsSelector(Class<? extends Throwable> type) throws Exception {
        FailingSelectors selectors = failing(1);
        Peer peer = new Peer();
        FailingSelector selector = selectors.opened.get(0);
        for (int i = 0; i < 3; i++) {
            int before = selector.failures.get();
            selector.failure = type.getDeclaredConstructor().newInstance();
            selector.wakeup();
            await(() -> selector.failures.get() > before);
            selector.failure = null;
            assertThat(peer.send("x").next()).isEqualTo("x");
        }
    }

    @Test
    @DisplayName("If the selector of a loop always fails, its connections are closed, and the other loops serve new ones")
    void loopWhoseSelectorAlwaysFailsEnds() throws Exception {
        FailingSelectors selectors = failing(2);
        Peer lost = new Peer(), kept = new Peer();
        FailingSelector selector = selectors.opened.get(0);
        selector.failure = new IOException("expected by the test");
        selector.wakeup();
        assertThat(lost.next()).isEqualTo("failed");
        assertThat(kept.send("x").next()).isEqualTo("x");
        for (int i = 0; i < 4; i++) assertThat(new Peer().send("y").next()).isEqualTo("y");
        assertThat(loops.state().connections()).isEqualTo(5);
        assertThat(loops.state().running()).isEqualTo(1);
    }

    @Test
    void memoryThatIsShortForSomeTimeDoesNotEndALoop() throws Exception {
        FailingSelectors selectors = failing(1);
        Peer peer = new Peer();
        FailingSelector selector = selectors.opened.get(0);
        selector.failure = new OutOfMemoryError("expected by the test");
        selector.wakeup();
        await(() -> selector.failures.get() > 20);
        selector.failure = null;
        assertThat(peer.send("x").next()).isEqualTo("x");
    }
}
