package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A callback of one connection that makes another run on the same thread, as a proxy's does. */
class NestedTurnsTest {
    private final Rig rig = new Rig();

    @Test
    void theBytesOfACallbackAreItsOwnWhileAnotherConnectionReads() {
        Diary other = new Diary();
        MemoryTransport otherTransport = new MemoryTransport();
        TransportConnection otherConnection = rig.connection(other);
        otherTransport.open(otherConnection);
        otherConnection.pause();
        otherTransport.peerSends("SECRET OF ANOTHER");
        Diary first = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                otherConnection.resume();
            }
        };
        MemoryTransport transport = new MemoryTransport();
        transport.open(rig.connection(first));
        transport.peerSends("mine");
        assertThat(other.text()).isEqualTo("SECRET OF ANOTHER");
        assertThat(first.text()).isEqualTo("mine");
    }
}
