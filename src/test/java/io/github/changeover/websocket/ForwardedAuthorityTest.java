package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The origin if a proxy terminates TLS or changes Host. */
class ForwardedAuthorityTest {
    private static UpgradeRequest request(Optional<UpgradeRequest.Forwarded> said) {
        return UpgradeRequest.builder().fields(Fields.of("Host", "inner:8080", "Origin", "https://example.com", "X-Forwarded-Host", "example.com"))
                .forwarded(said.orElse(null)).build();
    }

    private static Optional<UpgradeRequest.Forwarded> forwarded(String scheme, String host) {
        return Optional.of(UpgradeRequest.Forwarded.of(InetSocketAddress.createUnresolved("client", 0), Optional.ofNullable(scheme), Optional.ofNullable(host), OptionalInt.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "https, example.com,      https://example.com",
        "wss,   example.com,      https://example.com",
        "ws,    example.com:81,   http://example.com:81",
        "https, ,                 https://inner:8080",
        ",      example.com,      http://example.com",
        ",      ,                 ",
        "https, 'exa mple',       ",
        "https, 'a.example, b',   "})
    void forwardedSchemeAndHostOverrideTheRequest(String scheme, String host, String origin) {
        assertThat(ForwardedAuthority.TRUSTED.of(request(forwarded(scheme, host)))).map(Origin::toString).isEqualTo(origin == null ? java.util.List.of() : java.util.List.of(origin));
    }

    /** With two proxies, the inner one may send its own port. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "https, example.com,      8443, https://example.com https://example.com:8443",
        "https, example.com,      443,  https://example.com",
        "https, example.com:8443, 443,  https://example.com:8443 https://example.com",
        "http,  example.com,      80,   http://example.com",
        "https, -,                443,  https://inner:8080 https://inner",
        "-,     -,                8443, http://inner:8080 http://inner:8443"})
    void forwardedPortIsAlsoAccepted(String scheme, String host, int port, String origins) {
        UpgradeRequest.Forwarded said = UpgradeRequest.Forwarded.of(InetSocketAddress.createUnresolved("client", 0), Optional.ofNullable(scheme), Optional.ofNullable(host),
                java.util.OptionalInt.of(port));
        assertThat(ForwardedAuthority.TRUSTED.of(request(Optional.of(said)))).map(Origin::toString).containsExactly(origins.split(" "));
    }

    @Test
    void gateUsesForwardedValuesAndNoFields() {
        SameOrigin gate = SameOrigin.only().behind(ForwardedAuthority.TRUSTED);
        ProtocolToken websocket = ProtocolToken.of("websocket");
        assertThat(gate.check(request(forwarded("https", "example.com")), websocket)).isEmpty();
        assertThat(gate.check(request(Optional.empty()), websocket)).isPresent();
        assertThat(SameOrigin.only().check(request(forwarded("https", "example.com")), websocket)).isPresent();
    }
}
