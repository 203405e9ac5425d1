package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What came before the 101: at most 5 bytes here, and every one of them is delivered. */
@Timeout(20)
class InboundBufferTest {
    private final Rig rig = new Rig(new ConnectionLimits(Rig.BOUND, Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 5),
            BlockingHandlerThreads.of(1, Thread::new));
    private final MemoryTransport transport = new MemoryTransport();
    private final Diary diary = new Diary();

    @Test
    void asManyAsMayComeAreTheFirstBytes() {
        transport.peerSends("ab");
        transport.peerSends("cde");
        transport.open(rig.connection(diary));
        transport.peerSends("later and more of them");
        assertThat(diary.text()).isEqualTo("abcdelater and more of them");
        assertThat(diary.told()).containsExactly("opened");
    }

    @Test
    void oneMoreEndsTheConnectionBeforeTheHandlerOpens() {
        transport.peerSends("ab");
        transport.peerSends("cdef");
        transport.open(rig.connection(diary));
        assertThat(diary.kind()).isEqualTo(Kind.EARLY_DATA);
        assertThat(diary.told()).containsExactly("closed");
        assertThat(transport.aborts()).isEqualTo(1);
    }

    @Test
    void whoForbidsThemTakesNone() {
        transport.peerSends("a");
        transport.open(rig.connection(diary, EarlyData.REFUSE));
        assertThat(diary.kind()).isEqualTo(Kind.EARLY_DATA);
    }

    @Test
    void theEndBehindThemIsToldAfterThem() {
        transport.peerSends("abc");
        transport.peerEnds();
        transport.open(rig.connection(diary));
        assertThat(diary.text()).isEqualTo("abc");
        assertThat(diary.told()).containsExactly("opened", "ended", "closed");
        assertThat(diary.kind()).isEqualTo(Kind.PEER);
    }

    @Test
    void whoPausesWhileOpeningGetsThemAfterwards() {
        Diary pauses = new Diary() {
            @Override
            void onOpened(SwitchedConnection connection) {
                connection.pause();
            }
        };
        transport.peerSends("abc");
        TransportConnection connection = rig.connection(pauses);
        transport.open(connection);
        assertThat(pauses.text()).isEmpty();
        connection.resume();
        assertThat(pauses.text()).isEqualTo("abc");
    }

    @Test
    void aConnectionThatBreaksMeanwhileOpensFirst() {
        transport.readsFail(new IOException("reset"));
        transport.open(rig.connection(diary));
        assertThat(diary.told()).containsExactly("opened", "closed");
        assertThat(diary.kind()).isEqualTo(Kind.BROKEN);
    }
}
