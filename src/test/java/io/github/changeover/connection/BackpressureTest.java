package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A slow peer stops the sender, and a slow handler stops the peer. */
@Covers("GEN-08")
class BackpressureTest {
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final RecordingHandler recorder = new RecordingHandler();
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection stalled(RecordingHandler handler) {
        TransportConnection connection = fixture.connection(handler);
        transport.window(0).open(connection);
        return connection;
    }

    @Test
    void sendReturnsFalseAboveTheLimitAndWritableIsCalledBelowHalf() {
        TransportConnection connection = stalled(recorder);
        assertThat(connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND))).isTrue();
        assertThat(connection.send(ConnectionFixture.bytes(1))).isFalse();
        assertThat(connection.queued()).isEqualTo(ConnectionFixture.BOUND + 1);
        transport.peerReads(ConnectionFixture.BOUND / 2);
        assertThat(recorder.events()).containsExactly("opened");
        transport.peerReads(1);
        assertThat(recorder.events()).containsExactly("opened", "writable");
        transport.peerReads(ConnectionFixture.BOUND);
        assertThat(recorder.events()).containsExactly("opened", "writable");
        assertThat(connection.queued()).isZero();
    }

    @Test
    void ignoringBackpressureClosesTheConnection() {
        TransportConnection connection = stalled(recorder);
        assertThat(connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND + 1))).isFalse();
        assertThat(connection.send(ConnectionFixture.bytes(ConnectionFixture.BOUND))).isFalse();
        assertThatThrownBy(() -> connection.send(ConnectionFixture.bytes(1))).isInstanceOf(IllegalStateException.class).hasMessageContaining("wait for writable()");
        assertThat(recorder.kind()).isEqualTo(Kind.OVERFLOW);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void writableIsCalledAgainAfterTheQueueWasRefilled() {
        RecordingHandler writer = new RecordingHandler() {
            @Override
            void onOpened(SwitchedConnection connection) {
                onWritable(connection);
            }

            @Override
            void onWritable(SwitchedConnection connection) {
                while (connection.send(ConnectionFixture.bytes(4000))) record("");
            }
        };
        stalled(writer);
        for (int i = 0; i < 5; i++) transport.peerReads(12_000);
        assertThat(writer.events()).filteredOn("writable"::equals).hasSize(5);
        assertThat(transport.peerReceived()).hasSize(60_000);
    }

    @Test
    void pausedHandlerReceivesNothingUntilResume() {
        RecordingHandler slow = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.pause();
            }
        };
        TransportConnection connection = fixture.connection(slow);
        transport.open(connection);
        transport.peerSends("one");
        transport.peerSends("two");
        transport.peerEnds();
        assertThat(slow.text()).isEqualTo("one");
        connection.resume();
        assertThat(slow.text()).isEqualTo("onetwo");
        assertThat(slow.events()).containsExactly("opened");
        connection.resume();
        assertThat(slow.events()).containsExactly("opened", "ended", "closed");
    }

    @Test
    void closeOfPausedConnectionDiscardsInput() {
        TransportConnection connection = fixture.connection(recorder);
        transport.open(connection);
        connection.pause();
        transport.peerSends("unheard");
        connection.close();
        transport.peerEnds();
        assertThat(recorder.events()).containsExactly("opened", "closed");
        assertThat(recorder.text()).isEmpty();
    }

    @Test
    @DisplayName("C15: small sends of a short callback are written together")
    void smallSendsOfOneCallbackAreWrittenTogether() {
        MemoryTransport counted = new MemoryTransport();
        AtomicInteger early = new AtomicInteger(-1);
        RecordingHandler chatty = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                long begun = System.nanoTime();
                for (int i = 0; i < 20; i++) connection.send(ConnectionFixture.bytes("."));
                if (System.nanoTime() - begun < 500_000) early.set(counted.peerReceived().length % 20);      // else the machine was slow
            }
        };
        counted.open(fixture.connection(chatty));
        int tries = 0;
        while (early.get() < 0 && tries++ < 100) counted.peerSends("x");
        assertThat(early).as("on the wire before the callback returned").hasValue(0);
        assertThat(counted.peerReceived()).hasSize(20 * tries);
    }
}
