package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.connection.ConnectionLimiter.LimitReached;
import io.github.changeover.connection.ConnectionLimiter.Maximums;
import io.github.changeover.connection.ConnectionLimiter.Scope;
import io.github.changeover.connection.ConnectionLimiter.Slot;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.testkit.MemoryTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The number of connections is limited exactly, and every slot is released once. */
@Timeout(20)
class ConnectionReservationTest {
    private static final ProtocolToken FOO = ProtocolToken.of("foo/2");
    private static final InetSocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 1);

    private static InetSocketAddress address(String literal) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), 1);
        } catch (UnknownHostException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    private static void assertLimitReached(ConnectionLimiter.Acquisition answer, Scope scope) {
        assertThat(answer).isInstanceOfSatisfying(LimitReached.class, full -> assertThat(full.scope()).isEqualTo(scope));
    }

    @Test
    void releasingAReservationTwiceFreesItOnce() {
        ConnectionLimiter places = new ConnectionLimiter(new Maximums(2, 0, Map.of(), Map.of()));
        Slot first = (Slot) places.acquire(FOO, "/", CLIENT);
        Slot second = (Slot) places.acquire(FOO, "/", CLIENT);
        assertLimitReached(places.acquire(FOO, "/", CLIENT), Scope.ALL);
        first.run();
        first.run();
        assertThat(places.acquire(FOO, "/", CLIENT)).isInstanceOf(Slot.class);
        assertLimitReached(places.acquire(FOO, "/", CLIENT), Scope.ALL);
        second.run();
        assertThat(places.acquire(FOO, "/", CLIENT)).isInstanceOf(Slot.class);
    }

    @Test
    void nameLimitCountsAllVersionsAndTokenLimitItsOwn() {
        ConnectionLimiter places = new ConnectionLimiter(new Maximums(0, 0, Map.of(ProtocolToken.of("foo"), 2, ProtocolToken.of("foo/1"), 1), Map.of()));
        assertThat(places.acquire(ProtocolToken.of("FOO/1"), "/", CLIENT)).isInstanceOf(Slot.class);
        assertLimitReached(places.acquire(ProtocolToken.of("foo/1"), "/", CLIENT), Scope.PROTOCOL);
        assertThat(places.acquire(FOO, "/", CLIENT)).isInstanceOf(Slot.class);
        assertLimitReached(places.acquire(FOO, "/", CLIENT), Scope.PROTOCOL);
        assertThat(places.acquire(ProtocolToken.of("bar"), "/", CLIENT)).isInstanceOf(Slot.class);
    }

    @Test
    void rejectionReservesNothing() {
        ConnectionLimiter places = new ConnectionLimiter(new Maximums(2, 0, Map.of(), Map.of("/narrow", 1)));
        Slot narrow = (Slot) places.acquire(FOO, "/narrow", CLIENT);
        assertLimitReached(places.acquire(FOO, "/narrow", CLIENT), Scope.PATH);
        Slot wide = (Slot) places.acquire(FOO, "/wide", CLIENT);
        assertLimitReached(places.acquire(FOO, "/wide", CLIENT), Scope.ALL);
        narrow.run();
        wide.run();
        assertThat(places.inUse()).isZero();
    }

    @Test
    void ipv6AddressesAreCountedByNetwork() {
        ConnectionLimiter places = new ConnectionLimiter(new Maximums(0, 1, Map.of(), Map.of()));
        assertThat(places.acquire(FOO, "/", address("2001:db8::1"))).isInstanceOf(Slot.class);
        assertLimitReached(places.acquire(FOO, "/", address("2001:db8::ffff:2")), Scope.ADDRESS);
        assertThat(places.acquire(FOO, "/", address("2001:db8:0:1::1"))).isInstanceOf(Slot.class);
        assertThat(places.acquire(FOO, "/", address("192.0.2.1"))).isInstanceOf(Slot.class);
        assertLimitReached(places.acquire(FOO, "/", address("192.0.2.1")), Scope.ADDRESS);
        assertThat(places.acquire(FOO, "/", address("192.0.2.2"))).isInstanceOf(Slot.class);
        assertThat(places.acquire(FOO, "/", CLIENT)).isInstanceOf(Slot.class);
        assertLimitReached(places.acquire(FOO, "/", CLIENT), Scope.ADDRESS);
    }

    @Test
    void concurrentReservationsNeverExceedTheLimits() throws Exception {
        ConnectionLimiter places = new ConnectionLimiter(new Maximums(5, 3, Map.of(FOO, 4), Map.of()));
        AtomicInteger held = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(8);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            InetSocketAddress client = address("192.0.2." + i % 2);
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                }
                for (int round = 0; round < 20_000; round++) {
                    if (!(places.acquire(FOO, "/", client) instanceof Slot place)) continue;
                    most.accumulateAndGet(held.incrementAndGet(), Math::max);
                    granted.incrementAndGet();
                    held.decrementAndGet();
                    place.run();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) thread.join();
        assertThat(most.get()).isBetween(1, 4);
        assertThat(granted.get()).isPositive();
        assertThat(places.inUse()).isZero();
    }

    @Test
    void everyEndOfAConnectionReleasesItsReservationOnce() {
        AtomicInteger back = new AtomicInteger();
        ConnectionFixture fixture = new ConnectionFixture();
        fixture.connection(new RecordingHandler(), EarlyData.DELIVER, back::incrementAndGet).abort();
        assertThat(back).as("never opened").hasValue(1);

        TransportConnection evicted = fixture.connection(new RecordingHandler(), EarlyData.DELIVER, back::incrementAndGet);
        new MemoryTransport().open(evicted);
        assertThat(back).hasValue(1);
        evicted.abort();
        evicted.released();
        assertThat(back).as("evicted").hasValue(2);

        MemoryTransport early = new MemoryTransport();
        early.peerSends("early");
        early.open(fixture.connection(new RecordingHandler(), EarlyData.REFUSE, back::incrementAndGet));
        assertThat(back).as("early data").hasValue(3);

        RecordingHandler thrower = new RecordingHandler() {
            @Override
            void onOpened(io.github.changeover.spi.SwitchedConnection connection) {
                throw new IllegalStateException("thrown in opened");
            }
        };
        new MemoryTransport().open(fixture.connection(thrower, EarlyData.DELIVER, back::incrementAndGet));
        assertThat(back).as("handler failed").hasValue(4);

        fixture.application.registry().stop(java.time.Duration.ZERO);
        fixture.connection(new RecordingHandler(), EarlyData.DELIVER, back::incrementAndGet);
        assertThat(back).as("after the end").hasValue(5);
    }
}
