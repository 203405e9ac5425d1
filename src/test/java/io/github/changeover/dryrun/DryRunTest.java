package io.github.changeover.dryrun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DryRunTest {
    private record DryRunProtocol(String token, Decision decision) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(token));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return decision;
        }
    }

    private static final Decision SWITCH = new Decision.Switch(List.of(ProtocolToken.of("foo/2")), Fields.of("X-Foo", "1", "Connection", "close", "Content-Length", "5"),
            context -> {
                throw new AssertionError("a handler was made");
            });
    private static final PathPolicy POLICY = PathPolicy.of(
            PathRule.on("/foo").offer(new DryRunProtocol("foo/2", SWITCH)).build(),
            PathRule.on("/required").offer(new DryRunProtocol("foo/2", SWITCH)).required(true).build(),
            PathRule.on("/advertised").offer(new DryRunProtocol("foo/2", SWITCH)).advertise(true).closeOnRefuse(true).build(),
            PathRule.on("/room/{name}").offer(new DryRunProtocol("foo/2", SWITCH)).roles("guest").build(),
            PathRule.on("/busy").offer(new DryRunProtocol("foo/2", new Decision.Refuse(503, Fields.of("Retry-After", "5"), "Später wieder."))).build(),
            PathRule.on("/late").withoutProtocol().required(true).advertise(true).roles("guest").build(),
            PathRule.on("/later").withoutProtocol().advertise(true).build(),
            PathRule.on("/broken").offer(new DryRunProtocol("foo/2", null)).build());

    private static DryRun run(TypedRequest typed) {
        return DryRun.of(((TypedRequest.ParseResult.ParsedRequest) typed.read()).request(), POLICY, new ProtocolToggles());
    }

    private static String responseBytes(String method, String path, String... lines) {
        return new String(run(TypedRequest.of(method, path, "HTTP/1.1", List.of(lines))).bytes(), StandardCharsets.UTF_8);
    }

    private static TypedRequest offer(String path, String user, String... roles) {
        return new TypedRequest("GET", path, "HTTP/1.1", List.of("Host: a", "Connection: upgrade", "Upgrade: foo/2"), Optional.of(user), Set.of(roles));
    }

    @Test
    void switchIs101AndCreatesNoHandler() {
        assertThat(responseBytes("GET", "/foo", "Host: a", "Connection: upgrade", "Upgrade: bar, foo/2"))
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo/2\r\nConnection: Upgrade\r\nX-Foo: 1\r\n\r\n");
    }

    @Test
    void rejectionIsComplete() {
        assertThat(responseBytes("GET", "/busy", "Host: a", "Connection: upgrade", "Upgrade: foo/2"))
                .isEqualTo("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Length: 16\r\n\r\nSpäter wieder.\n");
        assertThat(responseBytes("GET", "/required")).startsWith("HTTP/1.1 426 Upgrade Required\r\nUpgrade: foo/2\r\nConnection: upgrade\r\nContent-Type:");
        assertThat(responseBytes("HEAD", "/required")).endsWith("\r\n\r\n");
    }

    /** The same response as a client gets: RequiredPathIT. */
    @Test
    void requiredPathWithoutAProtocolIs503() {
        String said = "This resource requires a protocol upgrade, but this server supports none. No protocol is offered on this path. (The rule for /late is set to required.)\n";
        for (String offer : List.of("foo/2", "unknown")) {
            assertThat(responseBytes("GET", "/late", "Host: a", "Connection: upgrade", "Upgrade: " + offer))
                    .isEqualTo("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Length: " + said.length() + "\r\n\r\n" + said);
        }
        assertThat(responseBytes("GET", "/late")).contains("503", said);
        DryRun later = run(TypedRequest.of("GET", "/later", "HTTP/1.1", List.of("Host: a", "Connection: upgrade", "Upgrade: unknown")));
        assertThat(later.response()).isEqualTo(new UpgradeResponse.Ordinary(UpgradeResponse.UpgradeOffer.NONE));
        assertThat(later.verdict().explanation().reason()).isEqualTo("no rule matches this path");
    }

    @Test
    void ordinaryResponseGetsTheFieldsOfTheRule() {
        assertThat(run(TypedRequest.of("GET", "/none", "HTTP/1.1", List.of("Upgrade: foo/2", "Connection: upgrade"))).response())
                .isEqualTo(new UpgradeResponse.Ordinary(UpgradeResponse.UpgradeOffer.NONE));
        assertThat(run(TypedRequest.of("GET", "/advertised", "HTTP/1.1", List.of("Upgrade: bar", "Connection: upgrade"))))
                .satisfies(played -> assertThat(played.response()).isInstanceOf(UpgradeResponse.Ordinary.class))
                .returns(Fields.of("Upgrade", "foo/2", "Connection", "upgrade, close"), DryRun::fields).returns("Upgrade: foo/2\r\nConnection: upgrade, close\r\n", DryRun::head);
        assertThat(run(TypedRequest.of("GET", "/advertised", "HTTP/1.0", List.of())))
                .satisfies(played -> assertThat(played.response()).isInstanceOf(UpgradeResponse.Ordinary.class))
                .returns(Fields.of("Upgrade", "foo/2", "Connection", "upgrade"), DryRun::fields).returns("Upgrade: foo/2\r\nConnection: upgrade\r\n", DryRun::head);
    }

    @Test
    void typedUserHasTheTypedRoles() {
        assertThat(run(TypedRequest.of("GET", "/room/tea", "HTTP/1.1", List.of("Host: a", "Connection: upgrade", "Upgrade: foo/2"))).response()).isEqualTo(new UpgradeResponse.Login());
        assertThat(run(offer("/room/tea", "ann", "host")).verdict().explanation().status()).hasValue(403);
        DryRun played = run(offer("/room/tea", "ann", "guest", "host"));
        assertThat(played.verdict().decision()).isInstanceOf(Decision.Switch.class);
        assertThat(played.request().roles()).containsExactly("guest");
        assertThat(played.request().pathParameter("name")).isEqualTo("tea");
    }

    @Test
    void disabledTokenIsNotSwitched() {
        ProtocolToggles toggles = new ProtocolToggles();
        toggles.off(ProtocolToken.of("foo/2"));
        DryRun played = DryRun.of(((TypedRequest.ParseResult.ParsedRequest) offer("/foo", "ann").read()).request(), POLICY, toggles);
        assertThat(played.response()).isEqualTo(new UpgradeResponse.Ordinary(UpgradeResponse.UpgradeOffer.NONE));
        assertThat(played.verdict().explanation().candidates().get(0).why()).contains("disabled");
    }

    @Test
    void failureOfAProtocolIsThrown() {
        assertThatThrownBy(() -> run(offer("/broken", "ann"))).isInstanceOf(IllegalStateException.class).hasMessageContaining("null");
    }
}
