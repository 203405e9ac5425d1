package io.github.changeover.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InnerRequestTargetPolicyTest {
    private static final UpgradeRequest SWITCHED = UpgradeRequest.builder().contextPath("/app").fields(Fields.of("Host", "h:80"))
            .remote(new InetSocketAddress("192.0.2.1", 7)).local(new InetSocketAddress("192.0.2.2", 80)).build();
    private final InnerRequestTargetPolicy app = new InnerRequestTargetPolicy("/app", asked -> !asked.path().decoded().matches("/app/admin(/.*)?"));
    private final InnerRequestTargetPolicy root = new InnerRequestTargetPolicy("", asked -> !asked.path().decoded().matches("/manager(/.*)?"));

    private static InnerRequest request(String method, String target, String host) {
        return new InnerRequest(method, target, Fields.of("Host", host), false, new InnerRequestSource(SWITCHED, false, "HTTP/2.0", ""));
    }

    private static int rejectionStatus(InnerRequestTargetPolicy policy, String target) {
        return policy.decide(request("GET", target, "h:80")) instanceof InnerRequestTargetPolicy.Reject refused ? refused.status() : 0;
    }

    @ParameterizedTest(name = "S1: {0} is a target of the application")
    @ValueSource(strings = {"/app", "/app/", "/app/page", "/app/a;v=1", "/app/;v=1", "/app/%20", "/%61pp/x", "/app/..x", "/app/a+b", "/app?x", "/app/administrator", "/app/admin2"})
    void targetsOfTheApplicationAreAllowed(String target) {
        assertThat(rejectionStatus(app, target)).isZero();
        assertThat(rejectionStatus(root, target)).isZero();
    }

    @ParameterizedTest(name = "S1: {0} is not a target of the application")
    @ValueSource(strings = {"/", "/?/app/", "/other", "/application", "/App/x", "/app;x", "/app;x/y", "/app/admin", "/app/admin/", "/app/adm%69n/x", "/app/admin;x", "/app/../other", "/app/%2e%2e/other", "/app/..;/other",
        "/app/%2f..%2fother", "/app/..%5cother", "/app/%3b/../x", "/app//x", "//app/x", "/;x/app", "/app%00/x", "/app%2fx"})
    void otherTargetsAreMisdirected(String target) {
        assertThat(rejectionStatus(app, target)).isEqualTo(421);
    }

    @ParameterizedTest(name = "S1: {0} is not a target of the root application")
    @ValueSource(strings = {"//manager/html", "///manager", "/manager/html", "/%6danager/html", "/manager;x", "/manager;x/html", "/manager%3bx/html", "//manager;x/html", "/./manager", "/x/../manager", "/manager%2fhtml"})
    void targetsOfOtherApplicationsAreMisdirectedFromTheRoot(String target) {
        assertThat(rejectionStatus(root, target)).isEqualTo(421);
    }

    @Property
    @Label("S1: no path with a dot segment is allowed")
    void dotSegmentsAreMisdirected(@ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'z') String before, @ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'z') String after) {
        for (String dots : new String[] {"..", ".", "%2e%2E", ".%2e", "..;" + after, "%2e;" + after}) {
            assertThat(rejectionStatus(root, "/" + before + "/" + dots + "/manager" + after)).as(dots).isEqualTo(421);
        }
    }

    @Property
    @Label("S1: an allowed target is sent in the form that was checked")
    void allowedTargetsStayBelowTheContextPath(@ForAll @StringLength(max = 40) @CharRange(from = '!', to = '~') String path) {
        String target = "/app/" + path.replace('#', '/');
        if (app.decide(request("GET", target, "h:80")) instanceof InnerRequestTargetPolicy.Send send) {
            assertThat(send.target()).startsWith("/app").matches("[!-~]+");
            assertThat(send.target().replaceAll("[;?].*", "")).doesNotContain("//", "%2F", "%5C", "%3B", "/../", "/./");
            assertThat(send.target().contains("?")).isEqualTo(target.contains("?"));
        }
    }

    @Test
    @DisplayName("S1: only the host of the upgrade request is served")
    void onlyTheHostOfTheConnectionIsServed() {
        assertThat(app.decide(request("GET", "/app/", "H:80"))).isInstanceOf(InnerRequestTargetPolicy.Send.class);
        for (String host : new String[] {"h", "h:81", "other:80", "h.:80", ""}) {
            assertThat(app.decide(request("GET", "/app/", host))).isInstanceOf(InnerRequestTargetPolicy.Reject.class);
            assertThat(app.decide(request("OPTIONS", "*", host))).isInstanceOf(InnerRequestTargetPolicy.Reject.class);
        }
    }

    @Test
    void traceAndConnectAreRejected() {
        for (String method : new String[] {"TRACE", "CONNECT"}) {
            assertThat(app.decide(request(method, "/app/", "h:80"))).isEqualTo(new InnerRequestTargetPolicy.Reject(405, "The method " + method + " is not supported inside a switched connection."));
        }
        assertThat(app.decide(request("OPTIONS", "*", "h:80"))).isEqualTo(new InnerRequestTargetPolicy.RespondForServer());
    }

    @Test
    void rejectionNamesTheTarget() {
        InnerRequestTargetPolicy.Reject refused = (InnerRequestTargetPolicy.Reject) app.decide(request("GET", "/other/" + "x".repeat(200), "h:80"));
        assertThat(refused.reason()).contains("'/other/xxx").contains("...'").contains("'/app/'").hasSizeLessThan(300);
    }
}
