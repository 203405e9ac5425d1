package io.github.changeover.servlet.innerrequest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses only the Servlet API, as on an unknown container. */
class InnerRequestsTest {
    private static final InnerRequestOrigin ORIGIN = new InnerRequestOrigin(new InetSocketAddress("192.0.2.1", 77), "https", Optional.empty(), "HTTP/2.0", "TLS_X", Fields.of("X-Forwarded-For", "192.0.2.1"));
    private static final int PORT = 4711;
    private final InnerRequests inner = InnerRequests.of(context());

    private static ServletContext context() {
        Map<Object, Object> attributes = new HashMap<>();
        return (ServletContext) Proxy.newProxyInstance(InnerRequestsTest.class.getClassLoader(), new Class<?>[] {ServletContext.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
                    case "hashCode" -> 1;
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    /** Returns a request from the container's own machine, without TLS and with this mark. */
    private static HttpServletRequest marked(String mark) {
        return marked(mark, PORT);
    }

    private static HttpServletRequest marked(String mark, int port) {
        Map<Object, Object> attributes = new HashMap<>();
        return (HttpServletRequest) Proxy.newProxyInstance(InnerRequestsTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getHeader" -> "Changeover-Inner".equalsIgnoreCase((String) arguments[0]) ? mark : "h";
                    case "getHeaders" -> Collections.enumeration("host".equalsIgnoreCase((String) arguments[0]) ? List.of("h") : List.of());
                    case "getHeaderNames" -> Collections.enumeration(List.of("host", "changeover-inner"));
                    case "getRemoteAddr", "getLocalAddr" -> "127.0.0.1";
                    case "getRemotePort" -> port;
                    case "getServerPort" -> 80;
                    case "getServerName" -> "h";
                    case "getRequestURI" -> "/x";
                    case "getProtocol" -> "HTTP/1.1";
                    case "isSecure" -> false;
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
                    case "startAsync", "getAsyncContext" -> asyncContext((ServletRequest) proxy);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static AsyncContext asyncContext(ServletRequest original) {
        return (AsyncContext) Proxy.newProxyInstance(InnerRequestsTest.class.getClassLoader(), new Class<?>[] {AsyncContext.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getRequest" -> original;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private InnerRequests.Mark newMark() {
        InnerRequests.Mark mark = inner.mark(ORIGIN);
        mark.sentFrom(PORT);
        return mark;
    }

    private static void assertShowsTheClient(HttpServletRequest request) {
        assertThat(request.getRemoteAddr()).isEqualTo("192.0.2.1");
        assertThat(request.getRemoteHost()).isEqualTo("192.0.2.1");
        assertThat(request.getRemotePort()).isEqualTo(77);
        assertThat(request.isSecure()).isTrue();
        assertThat(request.getScheme()).isEqualTo("https");
        assertThat(request.getProtocol()).isEqualTo("HTTP/2.0");
        assertThat(request.getServerPort()).isEqualTo(443);
        assertThat(request.getRequestURL()).hasToString("https://h/x");
        assertThat(request.getAttribute("jakarta.servlet.request.cipher_suite")).isEqualTo("TLS_X");
        assertThat(request.getHeader("Changeover-Inner")).isNull();
        assertThat(request.getHeaders("changeover-inner").hasMoreElements()).isFalse();
        assertThat(Collections.list(request.getHeaderNames())).containsExactly("host", "X-Forwarded-For");
        assertThat(Collections.list(request.getHeaders("x-forwarded-for"))).containsExactly("192.0.2.1");
    }

    @Test
    @DisplayName("S6: a mark shows where the request comes from and is not shown, in asynchronous processing too")
    void validMarkShowsTheClient() {
        InnerRequests.Mark mark = newMark();
        HttpServletRequest request = inner.requestFor(marked(mark.value()), null);
        assertShowsTheClient(request);
        assertShowsTheClient((HttpServletRequest) request.startAsync().getRequest());
        assertShowsTheClient((HttpServletRequest) request.getAsyncContext().getRequest());
        assertThat(mark.arrived()).isTrue();
        assertThat(InnerRequests.isInner(request)).isTrue();
        assertThat(InnerRequests.isInner(new HttpServletRequestWrapper(request))).isTrue();
    }

    @Test
    @DisplayName("S6: the container's request is shown the same on every dispatch, and is wrapped once")
    void everyDispatchShowsTheClient() {
        HttpServletRequest raw = marked(newMark().value());
        HttpServletRequest first = inner.requestFor(raw, null);
        assertShowsTheClient(inner.requestFor(raw, null));
        assertThat(inner.requestFor(first, null)).isSameAs(first);
        HttpServletRequest around = new HttpServletRequestWrapper(first);
        assertThat(inner.requestFor(around, null)).isSameAs(around);
    }

    @ParameterizedTest(name = "S1: the mark \"{0}\" is invalid, and the request is not served")
    @ValueSource(strings = {"", ".", "1", "1.", "1.00", "1.zz", "2.", "1.0", "x.y.z", "1. "})
    void invalidMarkIsRejected(String said) {
        newMark();
        HttpServletRequest request = marked(said);
        assertThat(inner.requestFor(request, null)).isNull();
        assertThat(inner.requestFor(request, null)).as("nor later").isNull();
        assertThat(InnerRequests.isInner(request)).isTrue();
    }

    @Test
    @DisplayName("S1: a mark is good once, for its request and its connection only")
    void markIsValidOnce() {
        InnerRequests.Mark first = newMark();
        InnerRequests.Mark second = newMark();
        assertThat(inner.requestFor(marked(first.value().split("\\.")[0] + "." + second.value().split("\\.")[1]), null)).isNull();
        assertThat(inner.requestFor(marked(first.value(), PORT + 1), null)).as("from another connection").isNull();
        assertThat(first.arrived()).isFalse();
        assertThat(inner.requestFor(marked(first.value()), null)).isNotNull();
        assertThat(inner.requestFor(marked(first.value()), null)).as("again").isNull();
        second.close();
        assertThat(inner.requestFor(marked(second.value()), null)).as("after the client no longer waits for the response").isNull();
        InnerRequests.Mark unsent = inner.mark(ORIGIN);
        assertThat(inner.requestFor(marked(unsent.value()), null)).as("before it is sent").isNull();
    }

    @Test
    void requestWithoutMarkIsUnchanged() {
        HttpServletRequest request = marked(null);
        assertThat(inner.requestFor(request, null)).isSameAs(request);
        assertThat(InnerRequests.isInner(request)).isFalse();
        assertThat(InnerRequests.find(context())).isEmpty();
    }

    // ---- behind a proxy

    private static UpgradeRequest upgradeRequest(Optional<UpgradeRequest.Forwarded> said, String... fields) {
        return UpgradeRequest.builder().fields(Fields.of(fields)).remote(new InetSocketAddress("10.0.0.2", 7))
                .local(new InetSocketAddress("10.0.0.1", 80)).forwarded(said.orElse(null)).build();
    }

    @Test
    @DisplayName("S9: behind a trusted proxy the client's address, scheme and host count")
    void trustedProxyDeterminesTheClient() {
        InnerRequestOrigin origin = InnerRequestOrigin.of(upgradeRequest(Optional.of(UpgradeRequest.Forwarded.of(new InetSocketAddress("203.0.113.9", 0), Optional.of("https"), Optional.of("example.com"), OptionalInt.empty())),
                "Host", "inside:8080", "X-Forwarded-For", "203.0.113.9", "X-Own", "1", "Via", "1.1 x"), false, "HTTP/2.0", "");
        assertThat(origin.address()).isEqualTo("203.0.113.9");
        assertThat(origin.secure()).isTrue();
        assertThat(origin.serverName()).contains("example.com");
        assertThat(origin.serverPort("inside:8080")).hasValue(443);
        assertThat(origin.proxyFields().toString()).contains("X-Forwarded-For: 203.0.113.9", "Via: 1.1 x").doesNotContain("X-Own", "Host");
    }

    @Test
    @DisplayName("S9: behind a proxy that is not trusted the application has the fields that it has for the first request")
    void untrustedProxyIsIgnored() {
        InnerRequestOrigin origin = InnerRequestOrigin.of(upgradeRequest(Optional.empty(), "Host", "h", "X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https"), false, "HTTP/2.0", "");
        assertThat(origin.address()).isEqualTo("10.0.0.2");
        assertThat(origin.secure()).isFalse();
        assertThat(origin.serverName()).isEmpty();
        assertThat(origin.serverPort("h")).isEmpty();
        assertThat(origin.proxyFields().values("x-forwarded-for")).containsExactly("203.0.113.9");
    }

    @ParameterizedTest(name = "S9: the forwarded host \"{0}\" is server {1}, port {2}")
    @CsvSource({"example.com,example.com,443", "example.com:8443,example.com,8443", "[2001:db8::1]:99,[2001:db8::1],99", "[2001:db8::1],[2001:db8::1],443", "'a b',none,0", "'a@b',none,0", "'',none,0", "a:b:c,none,0"})
    void forwardedHostIsParsed(String said, String name, int port) {
        InnerRequestOrigin origin = InnerRequestOrigin.of(upgradeRequest(Optional.of(UpgradeRequest.Forwarded.of(new InetSocketAddress("203.0.113.9", 0), Optional.of("https"), Optional.of(said), OptionalInt.empty())), "Host", "h:1"),
                false, "HTTP/2.0", "");
        assertThat(origin.serverName().orElse("none")).isEqualTo(name);
        assertThat(origin.serverPort("h:1").orElse(0)).isEqualTo(port);
    }

    @Test
    @DisplayName("S9: a client that its proxy hides is no address of this network")
    void hiddenClientAddressIsAnIdentifier() {
        InnerRequestOrigin origin = InnerRequestOrigin.of(upgradeRequest(Optional.of(UpgradeRequest.Forwarded.of(InetSocketAddress.createUnresolved("_hidden", 0), Optional.empty(), Optional.empty(), OptionalInt.empty()))), false, "HTTP/2.0", "");
        assertThat(origin.address()).isEqualTo("_hidden");
    }
}
