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

/** Connections that end before the container has opened them, or while it opens them. */
class BeforeOpeningTest {
    private final ConnectionFixture fixture = new ConnectionFixture();
    private final RecordingHandler recorder = new RecordingHandler();
    private final MemoryTransport transport = new MemoryTransport();

    @Test
    @Covers("GEN-06")
    void abortBeforeOpeningClosesOnceAndAbortsTheTransport() {
        TransportConnection connection = fixture.connection(recorder);
        connection.abort();
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(recorder.kind()).isEqualTo(Kind.EVICTED);
        transport.open(connection);
        assertThat(transport.aborts()).isPositive();
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(fixture.application.registry().live()).isEmpty();
    }

    @Test
    @Covers("GEN-06")
    void containerMayReleaseBeforeOpening() {
        TransportConnection connection = fixture.connection(recorder);
        connection.released();
        transport.open(connection);
        connection.released();
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(fixture.application.registry().live()).isEmpty();
    }

    @Test
    void errorBeforeOpeningClosesTheConnection() {
        TransportConnection connection = fixture.connection(recorder);
        connection.transportFailed(new IOException("gone"));
        transport.open(connection);
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(recorder.kind()).isEqualTo(Kind.BROKEN);
    }

    @Test
    void eventsBeforeOpeningAreDeliveredAfterOpened() {
        TransportConnection connection = fixture.connection(recorder);
        transport.peerSends("early");
        connection.readable();
        connection.writable();
        assertThat(recorder.events()).isEmpty();
        transport.open(connection);
        assertThat(recorder.events()).containsExactly("opened");
        assertThat(recorder.text()).isEqualTo("early");
    }

    @Test
    void connectionOpenedDuringShutdownIsDrained() {
        fixture.application.registry().stop(Duration.ZERO);
        RecordingHandler late = new RecordingHandler();
        transport.open(fixture.connection(late));
        assertThat(late.events()).endsWith("closed").doesNotContain("OVERLAP");
        assertThat(late.events().indexOf("opened")).isLessThanOrEqualTo(Math.max(0, late.events().indexOf("drain")));
        assertThat(fixture.application.registry().live()).isEmpty();
    }

    @Test
    void earlyBytesCloseAConnectionThatForbidsThem() {
        transport.peerSends("too soon");
        transport.open(fixture.connection(recorder, EarlyData.REFUSE));
        assertThat(recorder.events()).containsExactly("closed");
        assertThat(recorder.kind()).isEqualTo(Kind.EARLY_DATA);
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    void bytesAfterThe101AreDeliveredWhereEarlyBytesAreForbidden() {
        transport.open(fixture.connection(recorder, EarlyData.REFUSE));
        transport.peerSends("in time");
        assertThat(recorder.text()).isEqualTo("in time");
    }

    @Test
    void closeInOpenedSendsQueuedBytesFirst() {
        RecordingHandler brief = new RecordingHandler() {
            @Override
            void onOpened(SwitchedConnection connection) {
                connection.send(ConnectionFixture.bytes("bye"));
                connection.close();
            }
        };
        transport.peerSends("unheard");
        transport.open(fixture.connection(brief));
        assertThat(transport.text()).isEqualTo("bye");
        assertThat(transport.outputEnded()).isTrue();
        assertThat(brief.events()).containsExactly("opened");
        transport.peerEnds();
        assertThat(brief.events()).containsExactly("opened", "closed");
        assertThat(brief.text()).isEmpty();
        assertThat(transport.closes()).isPositive();
    }

    @Test
    void abortInOpenedIsFollowedOnlyByClosed() {
        RecordingHandler brief = new RecordingHandler() {
            @Override
            void onOpened(SwitchedConnection connection) {
                connection.execute(() -> record("task"));
                connection.abort();
            }
        };
        transport.peerSends("unheard");
        transport.open(fixture.connection(brief));
        assertThat(brief.events()).containsExactly("opened", "closed");
        assertThat(brief.text()).isEmpty();
    }
}
