package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The counters, and the stop of an application. */
@Timeout(20)
class ConnectionRegistryTest {
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final ConnectionRegistry register = fixture.application.registry();
    private final MemoryTransport transport = new MemoryTransport();

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
}
