package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A callback of one connection that causes a callback of another one on the same thread, as in a proxy. */
class NestedCallbackTest {
    private final ConnectionFixture fixture = new ConnectionFixture();

    @Test
    void callbackBytesAreNotOverwrittenByANestedRead() {
        RecordingHandler other = new RecordingHandler();
        MemoryTransport otherTransport = new MemoryTransport();
        TransportConnection otherConnection = fixture.connection(other);
        otherTransport.open(otherConnection);
        otherConnection.pause();
        otherTransport.peerSends("SECRET OF ANOTHER");
        RecordingHandler first = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                otherConnection.resume();
            }
        };
        MemoryTransport transport = new MemoryTransport();
        transport.open(fixture.connection(first));
        transport.peerSends("mine");
        assertThat(other.text()).isEqualTo("SECRET OF ANOTHER");
        assertThat(first.text()).isEqualTo("mine");
    }
}
