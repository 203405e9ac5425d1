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

/** Bytes that arrive before the 101. The limit is 5 bytes in these tests, and each of them is delivered. */
@Timeout(20)
class EarlyBytesTest {
    private final ConnectionFixture fixture = new ConnectionFixture(new ConnectionLimits(ConnectionFixture.BOUND, Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 5),
            BlockingHandlerThreads.of(1, Thread::new));
    private final MemoryTransport transport = new MemoryTransport();
    private final RecordingHandler recorder = new RecordingHandler();

    @Test
    void earlyBytesUpToTheLimitAreDeliveredFirst() {
        transport.peerSends("ab");
        transport.peerSends("cde");
        transport.open(fixture.connection(recorder));
        transport.peerSends("later and more of them");
        assertThat(recorder.text()).isEqualTo("abcdelater and more of them");
        assertThat(recorder.events()).containsExactly("opened");
    }

    @Test
    void earlyBytesBeyondTheLimitCloseTheConnectionBeforeOpened() {
        transport.peerSends("ab");
        transport.peerSends("cdef");
        transport.open(fixture.connection(recorder));
        assertThat(recorder.kind()).isEqualTo(Kind.EARLY_DATA);
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(transport.aborts()).isEqualTo(1);
    }

    @Test
    void forbiddenEarlyBytesCloseTheConnection() {
        transport.peerSends("a");
        transport.open(fixture.connection(recorder, EarlyData.REFUSE));
        assertThat(recorder.kind()).isEqualTo(Kind.EARLY_DATA);
    }

    @Test
    void endAfterEarlyBytesIsReportedAfterThem() {
        transport.peerSends("abc");
        transport.peerEnds();
        transport.open(fixture.connection(recorder));
        assertThat(recorder.text()).isEqualTo("abc");
        assertThat(recorder.events()).containsExactly("opened", "ended", "closed");
        assertThat(recorder.kind()).isEqualTo(Kind.PEER);
    }

    @Test
    void earlyBytesAreDeliveredAfterResumeIfOpenedPauses() {
        RecordingHandler pauses = new RecordingHandler() {
            @Override
            void onOpened(SwitchedConnection connection) {
                connection.pause();
            }
        };
        transport.peerSends("abc");
        TransportConnection connection = fixture.connection(pauses);
        transport.open(connection);
        assertThat(pauses.text()).isEmpty();
        connection.resume();
        assertThat(pauses.text()).isEqualTo("abc");
    }

    @Test
    void connectionThatFailsWhileOpeningIsOpenedFirst() {
        transport.readsFail(new IOException("reset"));
        transport.open(fixture.connection(recorder));
        assertThat(recorder.events()).containsExactly("opened", "closed");
        assertThat(recorder.kind()).isEqualTo(Kind.BROKEN);
    }
}
