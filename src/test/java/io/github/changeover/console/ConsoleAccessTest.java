package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.forwarded.AddressRange;
import io.github.changeover.forwarded.TrustedProxies;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleAccessTest {
    private static final ConsoleToken CONSOLE = new ConsoleToken("", System::currentTimeMillis);
    private static final ConsoleAccess HERE = ConsoleAccess.withToken(CONSOLE, new TrustedProxies(List.of(AddressRange.parse("127.0.0.9").orElseThrow())), "secret");

    /** Returns a request with a valid cookie. */
    private static HttpServletRequest from(String address, String host, String... fields) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (host != null) all.put("Host", host);
        for (int i = 0; i < fields.length; i += 2) all.put(fields[i], fields[i + 1]);
        return (HttpServletRequest) Proxy.newProxyInstance(ConsoleAccessTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (proxy, method, given) ->
                switch (method.getName()) {
                    case "getRemoteAddr" -> address;
                    case "getHeader" -> all.get((String) given[0]);
                    case "getHeaders" -> Collections.enumeration(all.containsKey((String) given[0]) ? List.of(all.get((String) given[0])) : List.of());
                    case "getHeaderNames" -> Collections.enumeration(all.keySet());
                    case "getScheme" -> "http";
                    case "getMethod" -> "GET";
                    case "getProtocol" -> "HTTP/1.1";
                    case "getQueryString", "getAttribute" -> null;
                    case "isSecure" -> false;
                    case "getServerPort" -> 80;
                    case "getCookies" -> new Cookie[] {new Cookie("changeover-console-80", CONSOLE.cookie())};
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static boolean isAllowed(HttpServletRequest request) throws IOException {
        return HERE.denied(request, null).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1,localhost", "127.0.0.1,LOCALHOST:8080", "127.1.2.3,127.0.0.1:80", "::1,[::1]:8080", "0:0:0:0:0:0:0:1,localhost:1", "0:0:0:0:0:0:0:1%0,[::1]"})
    void localRequestIsAllowed(String address, String host) throws IOException {
        assertThat(isAllowed(from(address, host))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "10.0.0.1", "0.0.0.0", "::", "2001:db8::1", "::ffff:192.0.2.1", "localhost", "", "1", "127.0.0.1.example.com", "x:y"})
    void remoteRequestIsRejected(String address) throws IOException {
        assertThat(isAllowed(from(address, "localhost"))).isFalse();
        assertThat(isAllowed(from(null, "localhost"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1:80:80", "", "localhost:", "evil@localhost", "128.0.0.1"})
    void otherHostNameIsRejectedAgainstDnsRebinding(String host) throws IOException {
        assertThat(isAllowed(from("127.0.0.1", host))).isFalse();
        assertThat(isAllowed(from("127.0.0.1", null))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Anything", "Via", "X-Real-IP", "forwarded", "CDN-Loop", "x-cluster-client-ip"})
    void requestOfALocalProxyIsRejected(String field) throws IOException {
        assertThat(isAllowed(from("127.0.0.1", "localhost", field, ""))).isFalse();
    }

    @Test
    void requestOfATrustedProxyIsRejected() throws IOException {
        assertThat(isAllowed(from("127.0.0.8", "localhost"))).isTrue();
        assertThat(isAllowed(from("127.0.0.9", "localhost"))).isFalse();
    }

    @Test
    void commandNeedsTheTokenAndOurOrigin() {
        assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1", ConsoleAccess.TOKEN, "secret"))).isTrue();
        assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1", ConsoleAccess.TOKEN, "secret", "Origin", "http://localhost:1", "Sec-Fetch-Site", "same-origin"))).isTrue();
        assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1"))).isFalse();
        assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1", ConsoleAccess.TOKEN, "Secret"))).isFalse();
        assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1", ConsoleAccess.TOKEN, ""))).isFalse();
        for (String origin : List.of("http://localhost:2", "https://localhost:1", "null", "http://evil.example", "")) {
            assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1", ConsoleAccess.TOKEN, "secret", "Origin", origin))).as(origin).isFalse();
        }
        for (String site : List.of("cross-site", "same-site", "", "Same-Origin")) {
            assertThat(HERE.isOperation(from("127.0.0.1", "localhost:1", ConsoleAccess.TOKEN, "secret", "Sec-Fetch-Site", site))).as(site).isFalse();
        }
    }
}
