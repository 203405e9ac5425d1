package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SerialTest {
    private final List<Integer> turns = new ArrayList<>();

    @Test
    void aSignalInATurnIsTheNextTurn() {
        AtomicReference<Serial> self = new AtomicReference<>();
        Serial serial = new Serial(bits -> {
            turns.add(bits);
            assertThat(self.get().mine()).isTrue();
            if (bits == 1) {
                self.get().signal(2);
                assertThat(turns).containsExactly(1);
                assertThat(self.get().waiting()).isTrue();
            }
        });
        self.set(serial);
        serial.signal(1);
        assertThat(turns).containsExactly(1, 2);
        assertThat(serial.mine()).isFalse();
        assertThat(serial.waiting()).isFalse();
    }

    @Test
    void aMarkWaitsForTheNextWhoProceeds() {
        Serial serial = new Serial(turns::add);
        serial.mark(4);
        assertThat(turns).isEmpty();
        serial.proceed();
        serial.proceed();
        assertThat(turns).containsExactly(4);
        serial.mark(1);
        serial.signal(2);
        assertThat(turns).containsExactly(4, 3);
    }

    @Test
    void noSignalIsLostAndNoTurnOverlaps() throws InterruptedException {
        int senders = 4, rounds = 50_000;
        AtomicInteger[] seen = new AtomicInteger[senders];
        AtomicInteger inside = new AtomicInteger(), overlaps = new AtomicInteger();
        int[] pending = new int[senders];
        for (int i = 0; i < senders; i++) seen[i] = new AtomicInteger();
        Serial serial = new Serial(bits -> {
            if (inside.incrementAndGet() != 1) overlaps.incrementAndGet();
            for (int i = 0; i < senders; i++) if ((bits & 1 << i) != 0) seen[i].set(pending[i]);
            inside.decrementAndGet();
        });
        CountDownLatch go = new CountDownLatch(1);
        Thread[] threads = new Thread[senders];
        for (int i = 0; i < senders; i++) {
            int me = i;
            threads[i] = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException stop) {
                    return;
                }
                for (int round = 1; round <= rounds; round++) {
                    pending[me] = round;        // published by the signal
                    if ((round & 1) == 0) serial.signal(1 << me);
                    else {
                        serial.mark(1 << me);
                        serial.proceed();
                    }
                }
            });
            threads[i].start();
        }
        go.countDown();
        for (Thread thread : threads) thread.join();
        for (AtomicInteger last : seen) assertThat(last).hasValue(rounds);
        assertThat(overlaps).hasValue(0);
    }
}
