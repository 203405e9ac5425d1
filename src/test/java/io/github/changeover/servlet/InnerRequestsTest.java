package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InnerRequestsTest {
    private static final InnerRequests.Origin ORIGIN = new InnerRequests.Origin(new InetSocketAddress("192.0.2.1", 77), "https", "HTTP/2.0", "TLS_X");
    private final InnerRequests inner = InnerRequests.of(context());

    private static ServletContext context() {
        Map<Object, Object> attributes = new HashMap<>();
        return (ServletContext) Proxy.newProxyInstance(InnerRequestsTest.class.getClassLoader(), new Class<?>[] {ServletContext.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    /** A request of the container's, in clear from its own machine, with this mark. */
    private static HttpServletRequest marked(String mark) {
        return (HttpServletRequest) Proxy.newProxyInstance(InnerRequestsTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getHeader" -> "Changeover-Inner".equalsIgnoreCase((String) arguments[0]) ? mark : "h";
                    case "getHeaders" -> Collections.enumeration(List.of("h"));
                    case "getHeaderNames" -> Collections.enumeration(List.of("host", "changeover-inner"));
                    case "getRemoteAddr" -> "127.0.0.1";
                    case "getServerPort" -> 80;
                    case "getRequestURL" -> new StringBuffer("http://h/");
                    case "setAttribute" -> null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void aMarkShowsWhereTheRequestComesFromAndIsNotShown() {
        HttpServletRequest request = inner.unwrap(marked(inner.mark(ORIGIN).value()));
        assertThat(request.getRemoteAddr()).isEqualTo("192.0.2.1");
        assertThat(request.getRemoteHost()).isEqualTo("192.0.2.1");
        assertThat(request.getRemotePort()).isEqualTo(77);
        assertThat(request.isSecure()).isTrue();
        assertThat(request.getScheme()).isEqualTo("https");
        assertThat(request.getProtocol()).isEqualTo("HTTP/2.0");
        assertThat(request.getServerPort()).isEqualTo(443);
        assertThat(request.getRequestURL()).hasToString("https://h/");
        assertThat(request.getHeader("Changeover-Inner")).isNull();
        assertThat(request.getHeaders("changeover-inner").hasMoreElements()).isFalse();
        assertThat(Collections.list(request.getHeaderNames())).containsExactly("host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "1", "1.", "1.00", "1.zz", "2.", "1.0", "x.y.z", "1. "})
    void aMarkThatIsNotOursChangesNothing(String said) {
        inner.mark(ORIGIN);
        HttpServletRequest request = marked(said);
        assertThat(inner.unwrap(request)).isSameAs(request);
    }

    @Test
    void aMarkIsGoodForItsRequestOnly() {
        InnerRequests.Mark first = inner.mark(ORIGIN);
        InnerRequests.Mark second = inner.mark(ORIGIN);
        HttpServletRequest crossed = marked(first.value().split("\\.")[0] + "." + second.value().split("\\.")[1]);
        assertThat(inner.unwrap(crossed)).isSameAs(crossed);
        first.close();
        HttpServletRequest late = marked(first.value());
        assertThat(inner.unwrap(late)).isSameAs(late);
        assertThat(inner.unwrap(marked(second.value())).getRemoteAddr()).isEqualTo("192.0.2.1");
    }

    @Test
    void aRequestWithoutMarkIsItself() {
        HttpServletRequest request = marked(null);
        assertThat(inner.unwrap(request)).isSameAs(request);
        assertThat(InnerRequests.in(context())).isEmpty();
    }
}
