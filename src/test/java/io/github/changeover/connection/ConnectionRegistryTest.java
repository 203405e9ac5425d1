package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The counters, and the stop of an application. */
@Timeout(20)
class ConnectionRegistryTest {
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final ConnectionRegistry register = fixture.application.registry();
    private final MemoryTransport transport = new MemoryTransport();
    private final List<MemoryTransport> transports = new ArrayList<>();

    @Test
    void countsOpenAndClosedConnectionsAndBytes() {
        TransportConnection first = fixture.connection(new RecordingHandler());
        transport.open(first);
        new MemoryTransport().open(fixture.connection(new RecordingHandler()));
        transport.peerSends("four");
        first.send(ConnectionFixture.bytes("sixsix"));
        assertThat(register.bytesIn()).isEqualTo(4);
        assertThat(register.bytesOut()).isEqualTo(6);
        first.abort();
        assertThat(register.opened()).isEqualTo(2);
        assertThat(register.closed(Kind.EVICTED)).isEqualTo(1);
        assertThat(register.live()).hasSize(1);
        assertThat(register.bytesIn()).isEqualTo(4);
        assertThat(register.bytesOut()).isEqualTo(6);
    }

    @Test
    void stopDrainsAndAwaitsOpenConnections() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        RecordingHandler polite = new RecordingHandler() {
            @Override
            void onDrain(SwitchedConnection connection) {
                connection.send(ConnectionFixture.bytes("BYE"));
                connection.close();
                asked.countDown();
            }
        };
        transport.open(fixture.connection(polite));
        Thread end = new Thread(() -> register.stop(Duration.ofSeconds(10)));
        end.start();
        asked.await();
        transport.peerEnds();
        end.join();
        assertThat(transport.text()).isEqualTo("BYE");
        assertThat(polite.kind()).as("C16: a requested close has its own cause").isEqualTo(Kind.DRAINED);
    }

    @Test
    void startDrainingDrainsOpenAndLaterConnections() {
        RecordingHandler first = new RecordingHandler();
        RecordingHandler late = new RecordingHandler();
        transport.open(fixture.connection(first));
        register.startDraining(Duration.ofSeconds(10));
        new MemoryTransport().open(fixture.connection(late));
        assertThat(register.draining()).isTrue();
        assertThat(first.events()).containsExactly("opened", "drain");
        assertThat(late.events()).containsExactly("opened", "drain");
    }

    @Test
    void monitorClosesConnectionsThatStayAfterDraining() {
        RecordingHandler stubborn = new RecordingHandler() {
            @Override
            void onDrain(SwitchedConnection connection) {
            }
        };
        transport.open(fixture.connection(stubborn));
        long before = System.nanoTime();
        register.startDraining(Duration.ofSeconds(10));
        register.check(before + Duration.ofSeconds(9).toNanos());
        assertThat(register.live()).hasSize(1);
        register.check(System.nanoTime() + Duration.ofSeconds(11).toNanos());
        assertThat(stubborn.kind()).isEqualTo(Kind.DRAINED);
        assertThat(register.live()).isEmpty();
    }

    @Test
    void stopDrainingUndoesStartDrainingButNotStop() {
        register.startDraining(Duration.ZERO);
        register.stopDraining();
        RecordingHandler recorder = new RecordingHandler();
        transport.open(fixture.connection(recorder));
        register.check(System.nanoTime() + Duration.ofDays(1).toNanos());
        assertThat(register.draining()).isFalse();
        assertThat(recorder.events()).containsExactly("opened");
        register.stop(Duration.ZERO);
        register.stopDraining();
        assertThat(register.draining()).isTrue();
    }

    @Test
    void stopClosesConnectionsThatStay() {
        RecordingHandler stubborn = new RecordingHandler() {
            @Override
            void onDrain(SwitchedConnection connection) {
                record("stays");
            }
        };
        transport.open(fixture.connection(stubborn));
        register.stop(Duration.ZERO);
        assertThat(stubborn.events()).containsExactly("opened", "drain", "stays", "closed");
        assertThat(stubborn.kind()).isEqualTo(Kind.DRAINED);
    }

    @Test
    void closingConnectionMayFinishDuringStop() {
        RecordingHandler closing = new RecordingHandler();
        TransportConnection connection = fixture.connection(closing);
        transport.open(connection);
        connection.close();
        register.stop(Duration.ZERO);
        assertThat(closing.events()).containsExactly("opened", "closed");
        assertThat(register.live()).isEmpty();
    }

    @Test
    void stopClosesConnectionsThatAreNotYetOpen() {
        RecordingHandler expected = new RecordingHandler();
        TransportConnection connection = fixture.connection(expected);
        register.stop(Duration.ZERO);
        assertThat(expected.events()).containsExactly("closed");
        transport.open(connection);
        assertThat(transport.aborts()).isPositive();
        assertThat(register.live()).isEmpty();
        assertThat(register.expected()).isEmpty();
    }

    @Test
    void connectionRegisteredAfterStopIsClosed() {
        register.stop(Duration.ZERO);
        RecordingHandler late = new RecordingHandler();
        transport.open(fixture.connection(late));
        assertThat(late.events()).containsExactly("closed");
        assertThat(register.live()).isEmpty();
    }

    // ---- paced drains

    private List<RecordingHandler> openPaced(int count) {
        register.drainOptions(new DrainOptions(1, false));
        List<RecordingHandler> handlers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            handlers.add(new RecordingHandler());
            transports.add(new MemoryTransport());
            transports.get(i).open(fixture.connection(handlers.get(i)));
        }
        return handlers;
    }

    private static long notified(List<RecordingHandler> handlers) {
        return handlers.stream().filter(handler -> handler.events().contains("drain")).count();
    }

    @Test
    void startDrainingNotifiesHandlersOneByOne() {
        List<RecordingHandler> handlers = openPaced(10);
        long before = System.nanoTime();
        register.startDraining(Duration.ofHours(1));
        assertThat(notified(handlers)).isLessThan(10);
        register.notifyDue(before + Duration.ofSeconds(5).toNanos());
        assertThat(notified(handlers)).isBetween(4L, 6L);
        RecordingHandler late = new RecordingHandler();
        new MemoryTransport().open(fixture.connection(late));
        assertThat(late.events()).as("a connection that opens while draining").containsExactly("opened", "drain");
        register.notifyDue(System.nanoTime() + Duration.ofSeconds(10).toNanos());
        assertThat(notified(handlers)).isEqualTo(10);
        assertThat(register.notifyDue(System.nanoTime())).isEqualTo(PacedDrain.NONE);
    }

    @Test
    void stopDrainingKeepsConnectionsThatWereNotNotified() {
        List<RecordingHandler> handlers = openPaced(10);
        register.startDraining(Duration.ofHours(1));
        register.stopDraining();
        long before = notified(handlers);
        register.notifyDue(System.nanoTime() + Duration.ofSeconds(10).toNanos());
        register.check(System.nanoTime() + Duration.ofDays(1).toNanos());
        assertThat(notified(handlers)).isEqualTo(before).isLessThan(10);
        register.startDraining(Duration.ZERO);
        assertThat(notified(handlers)).as("a later drain calls their handlers").isEqualTo(10);
    }

    @Test
    void everyHandlerIsCalledBeforeItsConnectionIsClosed() {
        List<RecordingHandler> handlers = openPaced(10);
        register.startDraining(Duration.ofSeconds(10));
        register.check(System.nanoTime() + Duration.ofSeconds(20).toNanos());
        assertThat(notified(handlers)).isEqualTo(10);
    }

    @Test
    void monitorNotifiesHandlers() {
        List<RecordingHandler> handlers = openPaced(20);
        register.drainOptions(new DrainOptions(50, false));
        try (ConnectionMonitor monitor = new ConnectionMonitor(register, ConnectionFixture.LIMITS, getClass().getClassLoader())) {
            register.startDraining(Duration.ofSeconds(10));
            ConnectionFixture.await(() -> notified(handlers) == 20);
            register.stopDraining();
        }
    }

    @Test
    void stopNotifiesHandlersWhileItWaits() throws InterruptedException {
        List<RecordingHandler> handlers = openPaced(10);
        Thread end = new Thread(() -> register.stop(Duration.ofMillis(1000)));
        end.start();
        ConnectionFixture.await(() -> notified(handlers) > 0);
        ConnectionFixture.await(() -> notified(handlers) == 10);
        assertThat(end.isAlive()).isTrue();
        transports.forEach(MemoryTransport::peerEnds);
        end.join();
        assertThat(handlers).allSatisfy(handler -> assertThat(handler.events()).containsExactly("opened", "drain", "closed"));
    }

    @Test
    void interruptedStopNotifiesTheRestAtOnce() throws InterruptedException {
        List<RecordingHandler> handlers = openPaced(10);
        Thread end = new Thread(() -> register.stop(Duration.ofHours(1)));
        end.start();
        ConnectionFixture.await(register::draining);
        end.interrupt();
        end.join();
        assertThat(notified(handlers)).isEqualTo(10);
    }

    @Test
    void stopDrainingEndsDrainAndClosesNothing() throws InterruptedException {
        List<RecordingHandler> handlers = openPaced(10);
        AtomicBoolean all = new AtomicBoolean(true);
        Thread drain = new Thread(() -> all.set(register.drain(Duration.ofHours(1))));
        drain.start();
        ConnectionFixture.await(register::draining);
        register.stopDraining();
        drain.join();
        assertThat(all).isFalse();
        assertThat(notified(handlers)).isLessThan(10);
        assertThat(handlers).noneMatch(handler -> handler.events().contains("closed"));
    }

    @Test
    void restartIsThatOfTheOperatorOrOfTheOptions() {
        register.drainOptions(new DrainOptions(0, true));
        TransportConnection byOptions = open();
        register.startDraining(Duration.ofSeconds(10));
        assertThat(byOptions.requestedCause().orElseThrow().restarts()).isTrue();
        register.stopDraining();
        TransportConnection byOperator = open(), later = fixture.connection(stays());
        register.startDraining(Duration.ofSeconds(10), false);
        assertThat(byOperator.requestedCause().orElseThrow().restarts()).isFalse();
        register.startDraining(Duration.ofSeconds(10));
        new MemoryTransport().open(later);
        assertThat(later.requestedCause().orElseThrow().restarts()).as("the operator's choice, while this drain runs").isFalse();
    }

    private TransportConnection open() {
        TransportConnection connection = fixture.connection(stays());
        new MemoryTransport().open(connection);
        return connection;
    }

    private static RecordingHandler stays() {
        return new RecordingHandler() {
            @Override
            void onDrain(SwitchedConnection connection) {
            }
        };
    }
}
