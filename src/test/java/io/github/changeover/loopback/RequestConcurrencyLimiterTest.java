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

    private final class Entry implements Runnable {
        private final String name;

        Entry(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            ran.add(name);
        }
    }

    private List<Entry> enter(RequestConcurrencyLimiter limiter, String connection, int count) {
        List<Entry> entries = IntStream.range(0, count).mapToObj(i -> new Entry(connection + i)).toList();
        entries.forEach(entry -> assertThat(limiter.enter(connection, entry)).isTrue());
        return entries;
    }

    @Test
    @DisplayName("S7: one connection gets less than half of the places, and another one has some at once")
    void oneConnectionStarvesNobody() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(99, 500);
        enter(limiter, "slow", 100);
        assertThat(ran).hasSize(38);
        enter(limiter, "other", 1);
        assertThat(ran).endsWith("other0").hasSize(39);
    }

    @Test
    @DisplayName("S7: twenty connections take what they can get, and a new one has a place")
    void manyConnections() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(99, 5000);
        for (int i = 0; i < 20; i++) enter(limiter, "slow" + i + "-", 100);
        int before = ran.size();
        assertThat(before).isLessThan(99);
        enter(limiter, "new", 1);
        assertThat(ran).hasSize(before + 1).endsWith("new0");
    }

    @Test
    @DisplayName("S7: the smallest container serves two connections at a time, and one request after the other of each")
    void twoPlaces() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(2, 500);
        List<Entry> slow = enter(limiter, "slow", 3);
        enter(limiter, "other", 1);
        assertThat(ran).containsExactly("slow0", "other0");
        limiter.leave("slow", slow.get(0));
        assertThat(ran).containsExactly("slow0", "other0", "slow1");
    }

    @Test
    @DisplayName("S7: connections that wait take turns")
    void turns() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(1, 500);
        List<Entry> first = enter(limiter, "a", 4);
        enter(limiter, "b", 2);
        enter(limiter, "c", 2);
        Entry running = first.get(0);
        for (int i = 0; i < 7; i++) {
            limiter.leave(running.name.substring(0, 1), running);
            running = new Entry(ran.get(ran.size() - 1));
        }
        assertThat(ran).containsExactly("a0", "a1", "b0", "c0", "a2", "b1", "c1", "a3");
    }

    @Test
    void moreThanWaitIsRefusedAndOneThatLeavesTheQueueMakesRoom() {
        RequestConcurrencyLimiter limiter = new RequestConcurrencyLimiter(1, 2);
        List<Entry> entries = enter(limiter, "a", 3);
        assertThat(limiter.enter("b", new Entry("b0"))).isFalse();
        limiter.leave("a", entries.get(2));
        assertThat(limiter.enter("b", new Entry("b1"))).isTrue();
        limiter.leave("a", entries.get(0));
        assertThat(ran).containsExactly("a0", "a1");
        limiter.leave("a", entries.get(1));
        assertThat(ran).containsExactly("a0", "a1", "b1");
    }

    @Property
    @Label("S7: never more than the bound run, all that were let in run, and nothing is left behind")
    void everythingRuns(@ForAll @IntRange(min = 1, max = 8) int most, @ForAll @Size(max = 60) List<@IntRange(max = 4) Integer> connections) {
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
        assertThat(limiter).extracting("running", "queued").containsExactly(0, 0);
        assertThat(limiter).extracting("shares").asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).isEmpty();
    }
}
