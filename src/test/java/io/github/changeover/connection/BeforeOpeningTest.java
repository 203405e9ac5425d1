package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Ends that come before the container has opened the connection, or while it does. */
class BeforeOpeningTest {
    private final Rig rig = new Rig();
    private final Diary diary = new Diary();
    private final MemoryTransport transport = new MemoryTransport();

    @Test
    @Covers("GEN-06")
    void anEvictionBeforeOpeningIsToldOnceAndTheSocketThatComesIsEnded() {
        TransportConnection connection = rig.connection(diary);
        connection.abort();
        assertThat(diary.told()).containsExactly("closed");
        assertThat(diary.kind()).isEqualTo(Kind.EVICTED);
        transport.open(connection);
        assertThat(transport.aborts()).isPositive();
        assertThat(diary.told()).containsExactly("closed");
        assertThat(rig.application.registry().live()).isEmpty();
    }

    @Test
    @Covers("GEN-06")
    void aContainerMayDestroyBeforeItInitialises() {
        TransportConnection connection = rig.connection(diary);
        connection.released();
        transport.open(connection);
        connection.released();
        assertThat(diary.told()).containsExactly("closed");
        assertThat(rig.application.registry().live()).isEmpty();
    }

    @Test
    void anErrorBeforeOpeningEndsIt() {
        TransportConnection connection = rig.connection(diary);
        connection.broke(new IOException("gone"));
        transport.open(connection);
        assertThat(diary.told()).containsExactly("closed");
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void callbacksBeforeOpeningWaitForIt() {
        TransportConnection connection = rig.connection(diary);
        transport.peerSends("early");
        connection.readable();
        connection.writable();
        assertThat(diary.told()).isEmpty();
        transport.open(connection);
        assertThat(diary.told()).containsExactly("opened");
        assertThat(diary.text()).isEqualTo("early");
    }

    @Test
    void aConnectionThatComesWhileTheApplicationGoesIsOpenedAndThenDrained() {
        rig.application.registry().stop(Duration.ZERO);
        Diary late = new Diary();
        transport.open(rig.connection(late));
        assertThat(late.told()).endsWith("closed").doesNotContain("OVERLAP");
        assertThat(late.told().indexOf("opened")).isLessThanOrEqualTo(Math.max(0, late.told().indexOf("drain")));
        assertThat(rig.application.registry().live()).isEmpty();
    }

    @Test
    void aProtocolThatForbidsEarlyBytesIsNeverOpenedWithThem() {
        transport.peerSends("too soon");
        transport.open(rig.connection(diary, EarlyData.REFUSE));
        assertThat(diary.told()).containsExactly("closed");
        assertThat(diary.kind()).isEqualTo(Kind.EARLY_DATA);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void aProtocolThatForbidsEarlyBytesTakesThoseAfterThe101() {
        transport.open(rig.connection(diary, EarlyData.REFUSE));
        transport.peerSends("in time");
        assertThat(diary.text()).isEqualTo("in time");
    }

    @Test
    void aCloseInOpenedIsAnOrderlyEnd() {
        Diary brief = new Diary() {
            @Override
            void onOpened(SwitchedConnection connection) {
                connection.send(Rig.bytes("bye"));
                connection.close();
            }
        };
        transport.peerSends("unheard");
        transport.open(rig.connection(brief));
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(brief.told()).containsExactly("opened");
        transport.peerEnds();
        assertThat(brief.told()).containsExactly("opened", "closed");
        assertThat(brief.text()).isEmpty();
        assertThat(transport.closes()).isPositive();
    }

    @Test
    void anEvictionInOpenedLetsNothingFollowButTheEnd() {
        Diary brief = new Diary() {
            @Override
            void onOpened(SwitchedConnection connection) {
                connection.execute(() -> tell("task"));
                connection.abort();
            }
        };
        transport.peerSends("unheard");
        transport.open(rig.connection(brief));
        assertThat(brief.told()).containsExactly("opened", "closed");
        assertThat(brief.text()).isEmpty();
    }
}
