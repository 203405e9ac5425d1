package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The handshake is not called if the request is rejected or redirected before it. */
@Covers("RFC6455-4.2.2-02")
class RejectionBeforeHandshakeTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final UpgradeProtocol websocket = new UpgradeProtocol() {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(OpeningHandshake.TOKEN);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            asked.incrementAndGet();
            return new Decision.Ignore("asked");
        }
    };

    @Test
    void missingLoginIsRejectedBeforeTheHandshake() {
        assertThat(decide(PathRule.on("/chat").offer(websocket).roles("user"))).isInstanceOfSatisfying(Decision.Refuse.class,
                refuse -> assertThat(refuse.status()).isEqualTo(401));
        assertThat(asked).hasValue(0);
    }

    @Test
    void redirectPrecedesTheHandshake() {
        Gate elsewhere = (request, candidate) -> Optional.of(new Decision.Refuse(307, Fields.of("Location", "/other"), "It is at /other."));
        assertThat(decide(PathRule.on("/chat").offer(websocket).gate(elsewhere))).isInstanceOfSatisfying(Decision.Refuse.class,
                refuse -> assertThat(refuse.status()).isEqualTo(307));
        assertThat(asked).hasValue(0);
    }

    @Test
    void foreignOriginIsRejectedBeforeTheHandshake() {
        assertThat(decide(PathRule.on("/chat").offer(websocket).gate(SameOrigin.only()))).isInstanceOfSatisfying(Decision.Refuse.class,
                refuse -> assertThat(refuse.status()).isEqualTo(403));
        assertThat(asked).hasValue(0);
    }

    private static Decision decide(PathRule.Builder rule) {
        UpgradeRequest request = HandshakeTable.example("Origin: http://evil.example");
        return Negotiator.negotiate(request, PathPolicy.of(rule.build()).match("/chat"), new ProtocolToggles()).decision();
    }
}
