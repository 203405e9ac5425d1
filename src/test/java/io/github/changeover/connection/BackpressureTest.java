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

/** A slow peer holds the sender back, and a slow handler the peer. */
@Covers("GEN-08")
class BackpressureTest {
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();

    private TransportConnection stalled(Diary handler) {
        TransportConnection connection = rig.connection(handler);
        transport.window(0).open(connection);
        return connection;
    }

    @Test
    void theSenderIsToldToWaitAtTheBoundAndToGoOnAtHalf() {
        TransportConnection connection = stalled(diary);
        assertThat(connection.send(Rig.bytes(Rig.BOUND))).isTrue();
        assertThat(connection.send(Rig.bytes(1))).isFalse();
        assertThat(connection.queued()).isEqualTo(Rig.BOUND + 1);
        transport.peerTakes(Rig.BOUND / 2);
        assertThat(diary.told()).containsExactly("opened");
        transport.peerTakes(1);
        assertThat(diary.told()).containsExactly("opened", "writable");
        transport.peerTakes(Rig.BOUND);
        assertThat(diary.told()).containsExactly("opened", "writable");
        assertThat(connection.queued()).isZero();
    }

    @Test
    void whatIsSentUnheededIsBounded() {
        TransportConnection connection = stalled(diary);
        assertThat(connection.send(Rig.bytes(Rig.BOUND + 1))).isFalse();
        assertThat(connection.send(Rig.bytes(Rig.BOUND))).isFalse();
        assertThatThrownBy(() -> connection.send(Rig.bytes(1))).isInstanceOf(IllegalStateException.class).hasMessageContaining("wait for writable()");
        assertThat(diary.kind()).isEqualTo(Kind.OVERFLOW);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void aWriterThatFillsAgainInWritableIsToldAgain() {
        Diary writer = new Diary() {
            @Override
            void onOpened(SwitchedConnection connection) {
                onWritable(connection);
            }

            @Override
            void onWritable(SwitchedConnection connection) {
                while (connection.send(Rig.bytes(4000))) tell("");
            }
        };
        stalled(writer);
        for (int i = 0; i < 5; i++) transport.peerTakes(12_000);
        assertThat(writer.told()).filteredOn("writable"::equals).hasSize(5);
        assertThat(transport.taken()).hasSize(60_000);
    }

    @Test
    void aPausedHandlerIsGivenNothingUntilItResumes() {
        Diary slow = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                connection.pause();
            }
        };
        TransportConnection connection = rig.connection(slow);
        transport.open(connection);
        transport.peerSends("one");
        transport.peerSends("two");
        transport.peerEnds();
        assertThat(slow.text()).isEqualTo("one");
        connection.resume();
        assertThat(slow.text()).isEqualTo("onetwo");
        assertThat(slow.told()).containsExactly("opened");
        connection.resume();
        assertThat(slow.told()).containsExactly("opened", "ended", "closed");
    }

    @Test
    void aCloseOfAPausedConnectionTakesWhatThePeerStillSends() {
        TransportConnection connection = rig.connection(diary);
        transport.open(connection);
        connection.pause();
        transport.peerSends("unheard");
        connection.close();
        transport.peerEnds();
        assertThat(diary.told()).containsExactly("opened", "closed");
        assertThat(diary.text()).isEmpty();
    }

    @Test
    @DisplayName("C15: small sends of a callback that is quick leave together")
    void smallSendsOfACallbackLeaveTogether() {
        MemoryTransport counted = new MemoryTransport();
        AtomicInteger early = new AtomicInteger(-1);
        Diary chatty = new Diary() {
            @Override
            void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
                long begun = System.nanoTime();
                for (int i = 0; i < 20; i++) connection.send(Rig.bytes("."));
                if (System.nanoTime() - begun < 500_000) early.set(counted.taken().length % 20);      // else the machine was busy: they may leave before
            }
        };
        counted.open(rig.connection(chatty));
        int tries = 0;
        while (early.get() < 0 && tries++ < 100) counted.peerSends("x");
        assertThat(early).as("on the wire before the callback returned").hasValue(0);
        assertThat(counted.taken()).hasSize(20 * tries);
    }
}
