package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks all upgrade tokens in IANA's registry: WebSocket is supported where there is an endpoint, h2c and TLS where a setting offers them
 * (H2cIT, TlsUpgradeIT), and every other token is ignored, as RFC 9110 section 7.8 allows.
 */
@OnContainer
class TokenRegistryIT {
    private static final String ECHO = OnContainer.CONTEXT + "/echo";

    @Test
    @Covers("IANA-01")
    void webSocketIsServed(ContainerUnderTest container) throws IOException {
        assertThat(RawHttp.head(container, Frames.handshake(ECHO)).status()).isEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2.0", "h2c", "TLS/1.0", "TLS/1.3", "connect-udp", "connect-ip", "connect-tcp"})
    @Covers("IANA-01")
    void unsupportedTokenIsIgnored(String token, ContainerUnderTest container) throws IOException {
        RawHttp.RawResponse answer = RawHttp.exchange(container.withoutHttp2(), RawHttp.upgrade(ECHO, token));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("example/1");       // the protocol that this path offers
    }
}
