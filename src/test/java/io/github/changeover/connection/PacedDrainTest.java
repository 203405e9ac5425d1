package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the handlers of a drain are called. The tests set the time. */
@Timeout(20)
class PacedDrainTest {
    private static final long START = Long.MAX_VALUE - 3_000_000_000L;      // System.nanoTime() may overflow during a drain
    private static final CloseCause CAUSE = CloseCause.drained("a test drains", false);
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final ConnectionRegistry registry = fixture.application.registry();
    private final List<Duration> notified = new ArrayList<>();      // the grace times that handlers received

    private TransportConnection open() {
        TransportConnection connection = fixture.connection(new ConnectionHandler.Events() {
            @Override
            public void received(SwitchedConnection same, ByteBuffer bytes) {
            }

            @Override
            public void drain(SwitchedConnection same, Duration grace) {
                notified.add(grace);
            }
        });
        new MemoryTransport().open(connection);
        return connection;
    }

    private void open(int count) {
        for (int i = 0; i < count; i++) open();
    }

    private PacedDrain drain(Duration grace, int pace) {
        PacedDrain drain = new PacedDrain(CAUSE, START, grace);
        drain.start(registry.live(), pace, null);
        return drain;
    }

    private static long at(long milliseconds) {
        return START + milliseconds * 1_000_000;
    }

    @Test
    void handlersAreCalledAtThePace() {
        open(100);
        PacedDrain drain = drain(Duration.ofSeconds(60), 10);
        for (int interval = 0; interval < 100; interval++) {
            drain.notifyDue(at(interval * 100L));
            assertThat(notified.size()).isBetween(interval, interval + 1);
        }
        assertThat(drain.notifyDue(at(10_000))).isEqualTo(PacedDrain.NONE);
        assertThat(notified).hasSize(100);
    }

    @Test
    void paceIsRaisedToCallEveryHandlerInTime() {
        open(100);
        PacedDrain drain = drain(Duration.ofSeconds(10), 1);
        drain.notifyDue(at(4_000));
        assertThat(notified.size()).isBetween(50, 51);
        drain.notifyDue(at(8_000));
        assertThat(notified).hasSize(100);
    }

    @Test
    void handlersReceiveTheRestOfTheDrainTime() {
        open(2);
        PacedDrain drain = drain(Duration.ofSeconds(10), 1);
        drain.notifyDue(at(1_000));
        drain.notifyDue(at(8_000));
        assertThat(notified).last().isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void withoutAPaceAllAreNotifiedAtOnce() {
        open(100);
        assertThat(drain(Duration.ofSeconds(10), 0).notifyDue(START)).isEqualTo(PacedDrain.NONE);
        assertThat(notified).hasSize(100).containsOnly(Duration.ofSeconds(10));
    }

    @Test
    void withoutTimeAllAreNotifiedAtOnce() {
        open(100);
        drain(Duration.ZERO, 1);
        assertThat(notified).hasSize(100).containsOnly(Duration.ZERO);
    }

    @Test
    void timesAreRandom() {
        open(100);
        PacedDrain drain = drain(Duration.ofSeconds(60), 2);
        Set<Long> parts = new HashSet<>();
        long now = START;
        for (long wait = drain.notifyDue(now); wait != PacedDrain.NONE; wait = drain.notifyDue(now)) {
            now += wait;
            parts.add((now - START) % 500_000_000 / 100_000_000);       // the fifth of the interval
        }
        assertThat(parts).hasSizeGreaterThan(1);
    }

    @Test
    void endedConnectionsUseNoTime() {
        List<TransportConnection> connections = new ArrayList<>();
        for (int i = 0; i < 100; i++) connections.add(open());
        PacedDrain drain = drain(Duration.ofSeconds(60), 10);
        connections.stream().limit(80).forEach(TransportConnection::close);
        drain.notifyDue(at(2_000));
        assertThat(notified).hasSize(20);
        assertThat(drain.notifyDue(at(2_000))).isEqualTo(PacedDrain.NONE);
    }

    @Test
    void laterDrainIsNotSlowerThanTheEarlierOne() {
        open(100);
        PacedDrain first = drain(Duration.ofSeconds(10), 1);
        first.notifyDue(at(4_000));
        PacedDrain later = new PacedDrain(CAUSE, at(4_000), Duration.ofSeconds(60));
        later.start(registry.live(), 1, first);
        later.notifyDue(at(8_000));
        assertThat(notified).hasSize(100);
    }

    @Test
    void laterDrainMayBeFaster() {
        open(100);
        PacedDrain later = new PacedDrain(CAUSE, START, Duration.ofSeconds(1));
        later.start(registry.live(), 1, drain(Duration.ofSeconds(1000), 1));
        later.notifyDue(at(800));
        assertThat(notified).hasSize(100);
    }

    @Test
    void restIsNotifiedAtOnce() {
        open(100);
        PacedDrain drain = drain(Duration.ofSeconds(10), 1);
        drain.notifyRest(START);
        assertThat(notified).hasSize(100);
    }

    @Test
    void cancelledDrainCallsNoHandler() {
        open(100);
        PacedDrain drain = drain(Duration.ofSeconds(10), 1);
        int before = notified.size();
        drain.cancel();
        assertThat(drain.notifyDue(at(9_000))).isEqualTo(PacedDrain.NONE);
        drain.notifyRest(at(9_000));
        assertThat(notified).hasSize(before);
    }
}
