package io.github.changeover.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RequestConcurrencyLimiterTest {
    private final List<String> ran = new ArrayList<>();

    private final class QueuedRequest implements Runnable {
        private final String name;

        QueuedRequest(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            ran.add(name);
        }
    }

    private List<QueuedRequest> enter(RequestConcurrencyLimiter limiter, String connection, int count) {
        List<QueuedRequest> entries = IntStream.range(0, count).mapToObj(i -> new QueuedRequest(connection + i)).toList();
        entries.forEach(entry -> assertThat(limiter.enter(connection, entry)).isTrue());
        return entries;
    }

    @Test
    @DisplayName("S7: one connection gets less than half of the slots, and another one gets some at once")
    void oneConnectionDoesNotStarveOthers() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(99, 500);
        enter(limiter, "slow", 100);
        assertThat(ran).hasSize(38);
        enter(limiter, "other", 1);
        assertThat(ran).endsWith("other0").hasSize(39);
    }

    @Test
    @DisplayName("S7: twenty connections share the slots, and a new one gets a slot")
    void newConnectionGetsASlotBesideTwentyBusyOnes() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(99, 5000);
        for (int i = 0; i < 20; i++) enter(limiter, "slow" + i + "-", 100);
        int before = ran.size();
        assertThat(before).isLessThan(99);
        enter(limiter, "new", 1);
        assertThat(ran).hasSize(before + 1).endsWith("new0");
    }

    @Test
    @DisplayName("S7: with two slots, two connections are served at a time, each one request after the other")
    void twoSlotsServeTwoConnections() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(2, 500);
        List<QueuedRequest> slow = enter(limiter, "slow", 3);
        enter(limiter, "other", 1);
        assertThat(ran).containsExactly("slow0", "other0");
        limiter.leave("slow", slow.get(0));
        assertThat(ran).containsExactly("slow0", "other0", "slow1");
    }

    @Test
    @DisplayName("S7: waiting connections are served round-robin")
    void waitingConnectionsAreServedRoundRobin() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(1, 500);
        List<QueuedRequest> first = enter(limiter, "a", 4);
        enter(limiter, "b", 2);
        enter(limiter, "c", 2);
        QueuedRequest running = first.get(0);
        for (int i = 0; i < 7; i++) {
            limiter.leave(running.name.substring(0, 1), running);
            running = new QueuedRequest(ran.get(ran.size() - 1));
        }
        assertThat(ran).containsExactly("a0", "a1", "b0", "c0", "a2", "b1", "c1", "a3");
    }

    @Test
    void fullQueueRejectsUntilARequestLeavesIt() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(1, 2);
        List<QueuedRequest> entries = enter(limiter, "a", 3);
        assertThat(limiter.enter("b", new QueuedRequest("b0"))).isFalse();
        limiter.leave("a", entries.get(2));
        assertThat(limiter.enter("b", new QueuedRequest("b1"))).isTrue();
        limiter.leave("a", entries.get(0));
        assertThat(ran).containsExactly("a0", "a1");
        limiter.leave("a", entries.get(1));
        assertThat(ran).containsExactly("a0", "a1", "b1");
    }

    @Property
    @Label("S7: never more than the limit run, every accepted request runs, and nothing is left")
    void everyRequestRuns(@ForAll @IntRange(min = 1, max = 8) int most, @ForAll @Size(max = 60) List<@IntRange(max = 4) Integer> connections) {
        List<Integer> running = new ArrayList<>();
        int[] done = {0};
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(most, 1000);
        List<Runnable> entries = new ArrayList<>();
        for (int connection : connections) {
            Runnable[] entry = new Runnable[1];
            entry[0] = () -> running.add(entries.indexOf(entry[0]));
            entries.add(entry[0]);
            assertThat(limiter.enter(connection, entry[0])).isTrue();
            assertThat(running.size()).isLessThanOrEqualTo(most);
        }
        while (!running.isEmpty()) {
            int entry = running.remove(0);
            done[0]++;
            limiter.leave(connections.get(entry), entries.get(entry));
            assertThat(running.size()).isLessThanOrEqualTo(most);
        }
        assertThat(done[0]).isEqualTo(connections.size());
        assertThat(limiter).extracting("running", "waitingCount").containsExactly(0, 0);
        assertThat(limiter).extracting("shares").asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).isEmpty();
    }
}
