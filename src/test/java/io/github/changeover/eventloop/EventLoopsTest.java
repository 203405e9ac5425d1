package io.github.changeover.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks the event loops on sockets of this machine. */
class EventLoopsTest extends EventLoopsFixture {
    @Test
    void channelThatBeginsOnItsLoopIsReportedOnceAsWritable() throws Exception {
        Peer peer = new Peer(true);
        assertThat(peer.next()).isEqualTo("writable");
        assertThat(peer.send("bytes").next()).isEqualTo("bytes");
        assertThat(peer.received).isEmpty();
    }

    @Test
    void bytesAndTheEndAreReported() throws Exception {
        Peer peer = new Peer();
        assertThat(peer.send("one").next()).isEqualTo("one");
        assertThat(peer.send("two").next()).isEqualTo("two");
        peer.client.close();
        assertThat(peer.next()).isEqualTo("end");
        assertThat(peer.received).isEmpty();
    }

    @Test
    void writableIsReportedOncePerRequest() throws Exception {
        Peer peer = new Peer();
        for (int i = 0; i < 3; i++) {
            peer.registration.awaitWritable();
            assertThat(peer.next()).isEqualTo("writable");
        }
        sleep(50);
        assertThat(peer.received).isEmpty();
    }

    @Test
    @DisplayName("Bytes that nobody reads are reported once, and do not keep the loop busy")
    void unreadBytesAreReportedOnce() throws Exception {
        Peer peer = new Peer();
        peer.reads = false;
        peer.send("x");
        await(() -> peer.calls.get() == 1);
        sleep(100);
        assertThat(peer.calls).hasValue(1);
        peer.reads = true;
        peer.read();
        assertThat(peer.next()).isEqualTo("x");
        assertThat(peer.send("y").next()).isEqualTo("y");
    }

    @Test
    void endIsReportedOnce() throws Exception {
        Peer peer = new Peer();
        peer.client.shutdownOutput();
        assertThat(peer.next()).isEqualTo("end");
        sleep(100);
        assertThat(peer.calls).hasValue(1);
    }

    @Test
    void blockedCallDoesNotDelayOtherConnections() throws Exception {
        Peer blocked = new Peer(), other = new Peer();
        CountDownLatch release = new CountDownLatch(1);
        blocked.inCall = () -> {
            try {
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        blocked.send("slow");
        await(() -> blocked.calls.get() >= 1);
        for (int i = 0; i < 20; i++) assertThat(other.send("fast").next()).isEqualTo("fast");
        assertThat(loops.state().handovers()).isPositive();
        blocked.inCall = () -> { };
        release.countDown();
        assertThat(blocked.next()).isEqualTo("slow");
        assertThat(blocked.send("again").next()).isEqualTo("again");
        assertThat(loops.state().connections()).isEqualTo(2);
    }

    @Test
    @DisplayName("While a call blocks, more bytes for its connection do not keep the loop busy")
    void bytesForABlockedConnectionAreNotReportedAgainAndAgain() throws Exception {
        Peer blocked = new Peer(), other = new Peer();
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        blocked.reads = false;
        blocked.inCall = () -> {
            if (running.getAndIncrement() > 0) return;        // as a connection does while another thread is busy with it
            try {
                release.await();
                blocked.read();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        blocked.send("a");
        await(() -> blocked.calls.get() >= 1);
        assertThat(other.send("fast").next()).isEqualTo("fast");
        blocked.send("b");
        sleep(100);
        assertThat(blocked.calls.get()).isLessThanOrEqualTo(3);
        release.countDown();
        assertThat(blocked.next()).isEqualTo("ab");
        blocked.reads = true;
        assertThat(blocked.send("c").next()).isEqualTo("c");
    }

    @Test
    void callsOfAConnectionThatOftenBlocksRunElsewhere() throws Exception {
        Peer slow = new Peer();
        List<Thread> ran = new CopyOnWriteArrayList<>();
        slow.inCall = () -> {
            ran.add(Thread.currentThread());
            sleep(20);
        };
        for (int i = 0; i < 8; i++) assertThat(slow.send("m" + i).next()).isEqualTo("m" + i);
        assertThat(loops.state().handovers()).isBetween(1L, 5L);
        synchronized (threads) {
            assertThat(threads).doesNotContain(ran.get(ran.size() - 1));
        }
    }

    @Test
    @DisplayName("If no thread is available, the loop waits for the call to return, and goes on")
    void loopGoesOnWithoutFurtherThreads() throws Exception {
        loops.close();
        loops = withThreads(1, 2);      // the loop and the monitor
        Peer slow = new Peer(), other = new Peer();
        slow.inCall = () -> sleep(100);
        slow.send("slow");
        await(() -> slow.calls.get() == 1);
        assertThat(other.send("fast").next()).isEqualTo("fast");
        assertThat(slow.next()).isEqualTo("slow");
        assertThat(loops.state().handovers()).isZero();
    }

    @Test
    void exceptionOfOneConnectionDoesNotEndTheLoop() throws Exception {
        Peer broken = new Peer(), other = new Peer();
        broken.inCall = () -> {
            broken.registration.cancel();
            throw new IllegalStateException("expected by the test");
        };
        broken.send("x");
        await(() -> broken.calls.get() == 1);
        assertThat(other.send("y").next()).isEqualTo("y");
        await(() -> loops.state().connections() == 1);
    }

    @Test
    void closedLoopsRegisterNothing() throws Exception {
        Peer peer = new Peer();
        peer.send("x").next();
        loops.close();
        assertThatThrownBy(Peer::new).isInstanceOf(IOException.class).hasMessageContaining("have ended");
        assertThat(loops.state().connections()).isZero();
    }

    @Test
    void interruptOfACallDoesNotKeepTheLoopBusy() throws Exception {
        Peer peer = new Peer();
        peer.inCall = () -> Thread.currentThread().interrupt();
        assertThat(peer.send("x").next()).isEqualTo("x");
        peer.inCall = () -> { };
        assertThat(peer.send("y").next()).isEqualTo("y");
        assertThat(peer.calls).hasValue(2);
    }

    /** The read of another thread may find nothing just before or after the loop looks whether anybody has read. No report may be lost. */
    @Test
    void noByteIsLeftWhenOtherThreadsRead() throws Exception {
        Peer peer = new Peer();
        Object reading = new Object();
        AtomicInteger bytes = new AtomicInteger();
        Runnable read = () -> {
            synchronized (reading) {
                peer.read();
            }
        };
        peer.reads = false;
        Random random = new Random(14);
        peer.inCall = () -> {
            if (random.nextInt(3) == 0) elsewhere.execute(read);
            else read.run();
        };
        for (int i = 1; i <= 20_000; i++) {
            peer.send("x");
            if (i % 7 != 0) continue;
            while (bytes.get() < i) {
                String next = peer.next();
                assertThat(next).as("after %d of %d bytes", bytes.get(), i).isNotNull();
                bytes.addAndGet(next.length());
            }
        }
    }
}
