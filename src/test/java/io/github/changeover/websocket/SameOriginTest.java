package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gate with lists and proxies. The handshake table tests it without them. */
@Covers("RFC6455-4.2.2-01")
class SameOriginTest {
    private static final AllowedOrigins LISTED = AllowedOrigins.of(List.of("https://app.example.org", "http://localhost:3000",
            "https://*.example.com", "https://*.dev.example.net:8443", "https://b\u00fccher.example", "http://[::1]:8080", "capacitor://localhost",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop"));

    @ParameterizedTest(name = "[{index}] {0}: {1}")
    @CsvSource({
            "http://server.example.com,              in",
            "https://app.example.org,                in",
            "https://APP.example.org:443,            in",
            "http://app.example.org,                 403",
            "https://app.example.org:8443,           403",
            "https://app.example.org.evil.example,   403",
            "https://evilapp.example.org,            403",
            "https://a.app.example.org,              403",
            "https://app.example.org@evil.example,   403",
            "http://localhost:3000,                  in",
            "http://localhost,                       403",
            "http://localhost:3001,                  403",
            "https://a.example.com,                  in",
            "https://a.b.example.com,                in",
            "https://A.EXAMPLE.COM,                  in",
            "https://example.com,                    403",
            "https://.example.com,                   403",
            "https://evilexample.com,                403",
            "https://a.example.com.evil.example,     403",
            "https://a.example.com:8443,             403",
            "http://a.example.com,                   403",
            "https://evil.example#.example.com,      403",
            "https://evil.example/.example.com,      403",
            "https://evil.example?.example.com,      403",
            "https://evil.example\\.example.com,     403",
            "https://evil@a.example.com,             403",
            "https://*.example.com,                  403",
            "https://a.dev.example.net:8443,         in",
            "https://a.dev.example.net,              403",
            "https://xn--bcher-kva.example,          in",
            "https://b\u00fccher.example,            403",
            "http://[0:0::1]:8080,                   in",
            "http://[::2]:8080,                      403",
            "capacitor://localhost,                  in",
            "capacitor://localhost:80,               403",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop, in",
            "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba, 403",
            "null,                                   403",
            "'',                                     403"})
    void listedOriginsAreAcceptedBesideTheOwn(String origin, String answer) {
        assertThat(status(SameOrigin.only().allowing(LISTED), "Origin: " + origin)).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "nullable", "**", "\"\"", "\"", "\"a b\"", "\"a\"b\"", "wss://example.com/", "//example.com", "https:example.com", "https://", "https://*", "https://*.", "https://*.com",
            "https://*example.com", "https://a.*.com", "https://*.*.com", "https://*.0.0.1", "https://*.[::1]", "https:///", "https://*.example.com/",
            "https://user@example.com", "https://user@example.com/", "https://b\u00fccher.example/", "https://example.com:", "https://example.com:port", "https://example.com:65536", "wss://example.com",
            "ws://example.com", "https://example.com https://example.org", "https://example..com", " https://example.com", ""})
    void invalidListIsRejected(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> AllowedOrigins.of(List.of("https://good.example", text)))
                .withMessageStartingWith("Not an origin: '" + text + "'. Please ");
    }

    /** The values that Cordova, Electron, devices and browser extensions send can be listed unchanged. */
    @ParameterizedTest(name = "[{index}] {0}: {1}")
    @CsvSource({
            "null, in",
            "file://, in",
            "file:///, 403",
            "https://device.example/, in",
            "https://device.example, 403",
            "https://DEVICE.example/, 403",
            "https://charger.example/ocpp/1.6, in",
            "https://charger.example/ocpp, 403",
            "https://charger.example, 403",
            "moz-extension://4e3c0d4e-7b60-4f3a-9d8e-1a0f8a8d9b11, in",
            "charger, in",
            "wss://charger.example, in",
            "NULL, 403",
            "nul, 403",
            "https://other.example/, 403"})
    void literalValuesAreComparedUnchanged(String origin, String answer) {
        AllowedOrigins literals = AllowedOrigins.of(List.of("null", "file://", "https://device.example/", "https://charger.example/ocpp/1.6",
                "moz-extension://4e3c0d4e-7b60-4f3a-9d8e-1a0f8a8d9b11", "\"charger\"", "\"wss://charger.example\""));
        assertThat(status(SameOrigin.only().allowing(literals), "Origin: " + origin)).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "", "http://evil.example", "http://evil.example/", "b\u00fccher", "a b"})
    void starAcceptsEveryOrigin(String origin) {
        SameOrigin all = SameOrigin.only().allowing(AllowedOrigins.of(List.of("*")));
        assertThat(status(all, "Origin: " + origin)).isEqualTo("in");
        assertThat(status(all, "Origin: " + origin, "+Origin: http://server.example.com")).isEqualTo("400");
        assertThat(status(SameOrigin.only(), "Origin: " + origin)).isEqualTo("403");
    }

    @Test
    void listWithUniversalOriginsHasAWarning() {
        assertThat(AllowedOrigins.of(List.of("*", "https://a.example")).warning()).hasValueSatisfying(why -> assertThat(why).startsWith("* accepts every Origin"));
        assertThat(AllowedOrigins.of(List.of("null")).warning()).hasValueSatisfying(why -> assertThat(why).startsWith("null is an Origin that pages of any site"));
        assertThat(AllowedOrigins.of(List.of("https://a.example", "file://", "https://*.a.example")).warning()).isEmpty();
    }

    /** RemoteIpValve and ForwardedHeaderFilter change these values, but not Host. */
    @ParameterizedTest
    @CsvSource({
        "http,  server.example.com:80,    http://server.example.com,       in",
        "http,  www.example.com:80,       http://www.example.com,          in",
        "http,  www.example.com:80,       http://server.example.com,       in",
        "http,  www.example.com:80,       https://www.example.com,         403",
        "https, www.example.com:443,      https://www.example.com,         in",
        "https, www.example.com:443,      https://server.example.com,      in",
        "https, www.example.com:443,      http://www.example.com,          403",
        "https, www.example.com:8443,     https://www.example.com:8443,    in",
        "https, www.example.com:8443,     https://www.example.com,         403",
        "https, www.example.com:80,       https://www.example.com:80,      in",
        "http,  [::1]:8080,               http://[0:0::1]:8080,            in",
        "http,  'odd name:80',            http://server.example.com,       in"})
    void authorityOfContainerAndFiltersIsTheOwnOrigin(String scheme, String authority, String origin, String answer) {
        UpgradeRequest request = HandshakeTable.example("Origin: " + origin);
        UpgradeRequest told = HandshakeTable.request("GET /chat HTTP/1.1", request.fields().lines().stream().map(line -> line.name() + ": " + line.value()).toList(),
                scheme.equals("https")).toBuilder().authority(authority).build();
        assertThat(SameOrigin.only().check(told, OpeningHandshake.TOKEN).map(refuse -> String.valueOf(refuse.status())).orElse("in")).isEqualTo(answer);
    }

    @Test
    void trustedProxyOverridesTheContainer() {
        SameOrigin gate = SameOrigin.only().behind(request -> List.of(Origin.of("https", "www.example.com").orElseThrow()));
        UpgradeRequest told = HandshakeTable.example("Origin: http://inner.example").toBuilder().authority("inner.example:80").build();
        assertThat(gate.check(told, OpeningHandshake.TOKEN)).isPresent();
    }

    @Test
    void rejectionNamesBothOriginsAndOnlyTheLogHasTheList() {
        UpgradeRequest request = HandshakeTable.example("Origin: http://\u00fcevil.example/" + "x".repeat(300)).toBuilder().authority("www.example.com:80").build();
        Decision.Refuse refuse = SameOrigin.only().allowing(AllowedOrigins.of(List.of("https://secret.example", "null"))).check(request, OpeningHandshake.TOKEN).orElseThrow();
        assertThat(refuse.reason()).startsWith("Origin 'http://?evil.example/xxx").contains("...' is rejected: the origin of this application is http://server.example.com or http://www.example.com,")
                .doesNotContain("secret").matches("[ -~]{100,480}");
        assertThat(refuse.remark()).isEqualTo("changeover.websocket.origins lists [https://secret.example, null]");
    }

    @Test
    void listToStringShowsItsOrigins() {
        assertThat(AllowedOrigins.of(List.of("HTTPS://App.Example.org:443", "https://*.example.com:8443", "https://b\u00fccher.example")))
                .hasToString("[https://app.example.org, https://*.example.com:8443, https://xn--bcher-kva.example]");
    }

    @Test
    void missingOriginIsAcceptedUnlessRequired() {
        assertThat(SameOrigin.only().check(HandshakeTable.example(), OpeningHandshake.TOKEN)).isEmpty();
        assertThat(SameOrigin.only().requiringOrigin(true).check(HandshakeTable.example(), OpeningHandshake.TOKEN)).hasValueSatisfying(refuse -> {
            assertThat(refuse.status()).isEqualTo(403);
            assertThat(refuse.reason()).contains("changeover.websocket.origin-required");
        });
        assertThat(status(SameOrigin.only().requiringOrigin(true), "Origin: http://server.example.com")).isEqualTo("in");
    }

    @Test
    void originOfATrustedProxyIsTheOwn() {
        SameOrigin gate = SameOrigin.only().behind(request -> Origin.of("https", "www.example.com").stream().toList());
        assertThat(status(gate, "Origin: https://www.example.com")).isEqualTo("in");
        assertThat(status(gate, "Origin: http://www.example.com")).isEqualTo("403");
        assertThat(status(gate, "Origin: http://server.example.com")).as("the request of the proxy reaches no page").isEqualTo("403");
    }

    @Test
    void withoutForwardedValuesTheRequestDetermines() {
        SameOrigin gate = SameOrigin.only().behind(request -> List.of());
        assertThat(status(gate, "Origin: http://server.example.com")).isEqualTo("in");
        assertThat(status(gate, "Origin: https://server.example.com")).isEqualTo("403");
    }

    @Test
    void rejectionNamesTheSettings() {
        Decision.Refuse refuse = SameOrigin.only().check(HandshakeTable.example("Origin: http://evil.example"), OpeningHandshake.TOKEN).orElseThrow();
        assertThat(refuse.reason()).contains("changeover.websocket.origins", "changeover.trusted-proxies", "'http://evil.example'", "http://server.example.com");
    }

    @Test
    void withoutExactlyOneHostNoOriginIsAccepted() {
        assertThat(status(SameOrigin.only(), "-Host", "Origin: http://server.example.com")).isEqualTo("403");
        assertThat(status(SameOrigin.only(), "+Host: evil.example", "Origin: http://server.example.com")).isEqualTo("403");
        assertThat(status(SameOrigin.only(), "Host: server.example.com:x", "Origin: http://server.example.com")).isEqualTo("403");
    }

    private static String status(SameOrigin gate, String... changes) {
        return gate.check(HandshakeTable.example(changes), OpeningHandshake.TOKEN).map(refuse -> String.valueOf(refuse.status())).orElse("in");
    }
}
