package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.HandshakeTable.HandshakeRow;
import io.github.changeover.websocket.OpeningHandshake.AcceptedHandshake;
import io.github.changeover.websocket.OpeningHandshake.RejectedHandshake;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Passes each row of handshakes.txt through the negotiation, the gate and the handshake. */
class HandshakeTableTest {
    private static final HandshakePolicy POLICY = HandshakePolicy.NOTHING
            .withSubprotocols("v1.echo", "v2.echo", "chat", "superchat").withDeflate(DeflatePolicy.JDK);

    private final AtomicInteger switched = new AtomicInteger();
    private final UpgradeProtocol websocket = new UpgradeProtocol() {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(OpeningHandshake.TOKEN);
        }

        @Override
        public Optional<String> clientField() {
            return Optional.of(OpeningHandshake.CLIENT_FIELD);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return OpeningHandshake.check(request, POLICY) instanceof AcceptedHandshake accepted
                    ? new Decision.Switch(List.of(offered), accepted.fields(), context -> (ConnectionHandler.Blocking) connection -> switched.incrementAndGet())
                    : ((RejectedHandshake) OpeningHandshake.check(request, POLICY)).refusal();
        }
    };
    private final PathPolicy paths = PathPolicy.of(PathRule.on("/chat").offer(websocket).gate(SameOrigin.only()).build());

    static Stream<HandshakeRow> startLineRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("start", "host", "upgrade", "connection");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.1-01", "RFC6455-4.2.1-02", "RFC6455-4.2.1-03", "RFC6455-4.2.1-04", "RFC6455-4.2.1-07", "RFC6455-4.2.2-03",
            "RFC9110-7.2-01", "RFC9110-7.6.1-01", "RFC9110-7.8-07", "RFC9110-7.8-10", "RFC9110-7.8-12", "RFC9110-7.8-14", "RFC9110-7.8-21"})
    void startLineRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    static Stream<HandshakeRow> keyRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("key", "accept");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.1-05", "RFC6455-4.2.1-07", "RFC6455-4.2.2-04", "RFC9110-15.5.1-01", "MDN-10"})
    void keyRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    static Stream<HandshakeRow> versionRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("version");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.1-06", "RFC6455-4.2.1-07", "RFC6455-4.4-01", "RFC9110-15.5.22-01", "MDN-09"})
    void versionRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    static Stream<HandshakeRow> subprotocolRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("subprotocol");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.2-05", "RFC6455-4.2.2-07", "RFC6455-4.2.2-08", "RFC6455-4.2.1-07", "RFC9110-5.6.1-01", "RFC9110-5.6.1-02", "MDN-08"})
    void subprotocolRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    static Stream<HandshakeRow> extensionRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("extension");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.2-06", "RFC6455-4.2.2-08", "RFC6455-4.2.1-07", "RFC9110-5.6.1-01", "RFC9110-5.6.1-02", "RFC9110-5.5-01", "MDN-07"})
    void extensionRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    static Stream<HandshakeRow> deflateRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("deflate");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.2-06", "RFC7692-5-01", "RFC7692-5.1-01", "RFC7692-7.1.1.1-01", "RFC7692-7.1.1.2-01", "RFC7692-7.1.2.1-01", "RFC7692-7.1.2.2-01"})
    void deflateRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    static Stream<HandshakeRow> originRowsAreAnsweredAsListed() {
        return HandshakeTable.rows("origin");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @Covers({"RFC6455-4.2.2-01", "RFC6455-4.2.1-07"})
    void originRowsAreAnsweredAsListed(HandshakeRow row) {
        assertResponse(row);
    }

    @Test
    void tableHasEnoughRowsWithUniqueNames() {
        List<String> names = HandshakeTable.rows().map(HandshakeRow::toString).toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(340).doesNotHaveDuplicates();
        assertThat(Stream.of(startLineRowsAreAnsweredAsListed(), keyRowsAreAnsweredAsListed(), versionRowsAreAnsweredAsListed(), subprotocolRowsAreAnsweredAsListed(), extensionRowsAreAnsweredAsListed(), deflateRowsAreAnsweredAsListed(), originRowsAreAnsweredAsListed()).flatMap(rows -> rows).count())
                .isEqualTo(names.size());
    }

    private void assertResponse(HandshakeRow row) {
        Verdict verdict = Negotiator.negotiate(row.request(), paths.match("/chat"), new ProtocolToggles());
        Decision decision = verdict.decision();
        if (row.status().isEmpty()) {
            assertThat(decision).isInstanceOf(Decision.Ignore.class);
        } else if (row.status().get() == 101) {
            assertThat(decision).isInstanceOfSatisfying(Decision.Switch.class, change -> {
                assertThat(change.layers()).containsExactly(OpeningHandshake.TOKEN);
                assertThat(change.fields().values("Sec-WebSocket-Accept")).hasSize(1);
                Fields rest = row.fields().contains("Sec-WebSocket-Accept") ? change.fields() : change.fields().without("Sec-WebSocket-Accept");
                assertThat(rest).isEqualTo(row.fields());
            });
        } else {
            assertThat(decision).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> {
                assertThat(refuse.status()).isEqualTo(row.status().get());
                assertThat(refuse.reason()).contains(row.word()).matches("[ -~]{20,480}");
                assertThat(refuse.fields()).isEqualTo(row.fields());
            });
            assertThat(verdict.upgradeList()).isEqualTo(row.status().get() == 426 ? List.of(OpeningHandshake.TOKEN) : List.of());
        }
        assertThat(switched).as("no handler is created before the 101").hasValue(0);
    }
}
