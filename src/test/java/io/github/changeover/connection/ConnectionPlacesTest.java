package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.connection.ConnectionLimiter.Bounds;
import io.github.changeover.connection.ConnectionLimiter.Full;
import io.github.changeover.connection.ConnectionLimiter.Place;
import io.github.changeover.connection.ConnectionLimiter.Scope;
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

/** As many connections as there are places, and every place is given back once. */
@Timeout(20)
class ConnectionPlacesTest {
    private static final ProtocolToken FOO = ProtocolToken.of("foo/2");
    private static final InetSocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 1);

    private static InetSocketAddress address(String literal) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), 1);
        } catch (UnknownHostException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    private static void assertFull(ConnectionLimiter.Answer answer, Scope scope) {
        assertThat(answer).isInstanceOfSatisfying(Full.class, full -> assertThat(full.scope()).isEqualTo(scope));
    }

    @Test
    void aPlaceGivenBackIsFreeOnceHoweverOftenItIsGiven() {
        ConnectionLimiter places = new ConnectionLimiter(new Bounds(2, 0, Map.of(), Map.of()));
        Place first = (Place) places.take(FOO, "/", CLIENT);
        Place second = (Place) places.take(FOO, "/", CLIENT);
        assertFull(places.take(FOO, "/", CLIENT), Scope.ALL);
        first.run();
        first.run();
        assertThat(places.take(FOO, "/", CLIENT)).isInstanceOf(Place.class);
        assertFull(places.take(FOO, "/", CLIENT), Scope.ALL);
        second.run();
        assertThat(places.take(FOO, "/", CLIENT)).isInstanceOf(Place.class);
    }

    @Test
    void aNameCountsEveryVersionAndATokenItsOwn() {
        ConnectionLimiter places = new ConnectionLimiter(new Bounds(0, 0, Map.of(ProtocolToken.of("foo"), 2, ProtocolToken.of("foo/1"), 1), Map.of()));
        assertThat(places.take(ProtocolToken.of("FOO/1"), "/", CLIENT)).isInstanceOf(Place.class);
        assertFull(places.take(ProtocolToken.of("foo/1"), "/", CLIENT), Scope.PROTOCOL);
        assertThat(places.take(FOO, "/", CLIENT)).isInstanceOf(Place.class);
        assertFull(places.take(FOO, "/", CLIENT), Scope.PROTOCOL);
        assertThat(places.take(ProtocolToken.of("bar"), "/", CLIENT)).isInstanceOf(Place.class);
    }

    @Test
    void aRefusalTakesNoPlaceAnywhere() {
        ConnectionLimiter places = new ConnectionLimiter(new Bounds(2, 0, Map.of(), Map.of("/narrow", 1)));
        Place narrow = (Place) places.take(FOO, "/narrow", CLIENT);
        assertFull(places.take(FOO, "/narrow", CLIENT), Scope.PATH);
        Place wide = (Place) places.take(FOO, "/wide", CLIENT);
        assertFull(places.take(FOO, "/wide", CLIENT), Scope.ALL);
        narrow.run();
        wide.run();
        assertThat(places.inUse()).isZero();
    }

    @Test
    void anAddressOfVersion6CountsWithItsNetwork() {
        ConnectionLimiter places = new ConnectionLimiter(new Bounds(0, 1, Map.of(), Map.of()));
        assertThat(places.take(FOO, "/", address("2001:db8::1"))).isInstanceOf(Place.class);
        assertFull(places.take(FOO, "/", address("2001:db8::ffff:2")), Scope.ADDRESS);
        assertThat(places.take(FOO, "/", address("2001:db8:0:1::1"))).isInstanceOf(Place.class);
        assertThat(places.take(FOO, "/", address("192.0.2.1"))).isInstanceOf(Place.class);
        assertFull(places.take(FOO, "/", address("192.0.2.1")), Scope.ADDRESS);
        assertThat(places.take(FOO, "/", address("192.0.2.2"))).isInstanceOf(Place.class);
        assertThat(places.take(FOO, "/", CLIENT)).isInstanceOf(Place.class);
        assertFull(places.take(FOO, "/", CLIENT), Scope.ADDRESS);
    }

    @Test
    void manyThreadsNeverHoldMoreThanThereAreAndNoneIsLost() throws Exception {
        ConnectionLimiter places = new ConnectionLimiter(new Bounds(5, 3, Map.of(FOO, 4), Map.of()));
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
                    if (!(places.take(FOO, "/", client) instanceof Place place)) continue;
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
    void everyEndOfAConnectionGivesItsPlaceBackOnce() {
        AtomicInteger back = new AtomicInteger();
        Rig rig = new Rig();
        rig.connection(new Diary(), EarlyData.DELIVER, back::incrementAndGet).abort();
        assertThat(back).as("never opened").hasValue(1);

        TransportConnection evicted = rig.connection(new Diary(), EarlyData.DELIVER, back::incrementAndGet);
        new MemoryTransport().open(evicted);
        assertThat(back).hasValue(1);
        evicted.abort();
        evicted.released();
        assertThat(back).as("evicted").hasValue(2);

        MemoryTransport early = new MemoryTransport();
        early.peerSends("early");
        early.open(rig.connection(new Diary(), EarlyData.REFUSE, back::incrementAndGet));
        assertThat(back).as("early data").hasValue(3);

        Diary thrower = new Diary() {
            @Override
            void onOpened(io.github.changeover.spi.SwitchedConnection connection) {
                throw new IllegalStateException("thrown in opened");
            }
        };
        new MemoryTransport().open(rig.connection(thrower, EarlyData.DELIVER, back::incrementAndGet));
        assertThat(back).as("handler failed").hasValue(4);

        rig.application.registry().stop(java.time.Duration.ZERO);
        rig.connection(new Diary(), EarlyData.DELIVER, back::incrementAndGet);
        assertThat(back).as("after the end").hasValue(5);
    }
}
