package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.TrustAllTls;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the access to a console without a role: it requires the token from the log and a browser on this machine. */
@OnContainer
@EmbeddedOnly
class ConsoleAccessIT {
    private static final String CONTEXT = "/access", PROXIED = "/access-proxied";
    private static final List<String> READS = List.of("/console", "/console/", "/console/console.js", "/console/icon.svg", "/console/api/about", "/console/api/state", "/console/none");
    private static ContainerUnderTest server;
    private static String token;
    private static String cookie;
    private static String orderToken;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws IOException {
        server = container;
        container.deploy(War.with("access").app("stranger").app("inner").protocolLibraries().set("changeover.console", "true").set("changeover.linger", "500ms")
                .set("changeover.path./page/*.protocols", "h2c, TLS/1.2")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), CONTEXT);
        container.deploy(War.with("access-proxied").app("foreign").set("changeover.console", "true").set("changeover.trusted-proxies", "10.0.0.0/8, 127.0.0.1").build(), PROXIED);
        token = ConsoleLogin.token(container, CONTEXT);
        cookie = ConsoleLogin.cookie(container, CONTEXT);
        Matcher order = Pattern.compile("\"token\":\"([0-9a-f]+)\"").matcher(get(CONTEXT + "/console/api/about", cookie).body());
        assertThat(order.find()).isTrue();
        orderToken = "X-Changeover-Token: " + order.group(1);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(CONTEXT);
        container.undeploy(PROXIED);
    }

    private static RawHttp.RawResponse send(Message message) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(message)) {
            return RawHttp.readResponse(wire);
        }
    }

    private static RawHttp.RawResponse get(String path, String... fields) throws IOException {
        return send(Message.of("GET " + path, fields));
    }

    private static RawHttp.RawResponse command(String what, String... fields) throws IOException {
        return send(Message.of("POST " + CONTEXT + "/console/api/" + what, fields).content(new byte[0], Message.Framing.LENGTH));
    }

    private static int live(String context, String... fields) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(Frames.handshake(context + "/console/live", fields))) {
            return wire.readHead().status();
        }
    }

    /** Checks that a request is rejected, and that the response reveals nothing. */
    private static void assertRejected(RawHttp.RawResponse answer, String sentence) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(403);
        assertThat(answer.body()).contains(sentence).doesNotContain(token).hasSizeLessThan(500);
        assertThat(answer.head().raw()).doesNotContain(token);
        assertThat(answer.head().has("Set-Cookie")).isFalse();
    }

    @Test
    @DisplayName("S2: without the token every request is rejected, whatever it contains")
    void requestsWithoutTheTokenAreRejected() throws IOException {
        for (String path : READS) {
            assertRejected(get(CONTEXT + path), "log");
            assertRejected(get(CONTEXT + path, "Origin: http://localhost", "Sec-Fetch-Site: same-origin", "Referer: http://localhost/console/"), "log");
            assertRejected(get(CONTEXT + path, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"), "log");
        }
        assertRejected(command("drain"), "log");
        assertRejected(command("drain", orderToken), "log");
        assertRejected(command("drain", orderToken, "Origin: http://localhost"), "log");
        assertThat(live(CONTEXT)).isEqualTo(403);
        assertThat(live(CONTEXT, "Origin: http://localhost", "Sec-Fetch-Site: same-origin")).isEqualTo(403);
        assertThat(get(CONTEXT + "/console/api/state", cookie).body()).contains("\"draining\":false");
    }

    static Stream<String> wrongTokens() {
        String swapped = token.charAt(0) == 'A' ? "B" + token.substring(1) : "A" + token.substring(1);
        return Stream.of("", "x", token.substring(1), token + "A", swapped, token.substring(0, 42) + (char) (token.charAt(42) ^ 1), "x".repeat(4000), "%00", token + "%20", "&token=" + token);
    }

    @ParameterizedTest(name = "S2: a wrong token is answered like a missing one ({index})")
    @MethodSource("wrongTokens")
    void wrongTokenIsRejected(String wrong) throws IOException {
        assertRejected(get(CONTEXT + "/console/?token=" + wrong), "log");
        assertRejected(get(CONTEXT + "/console/?token=" + wrong, cookie), "log");
        assertThat(get(CONTEXT + "/console/?token=" + wrong).body()).isEqualTo(get(CONTEXT + "/console/").body());
    }

    @Test
    @DisplayName("S2: the token is exchanged for a cookie, and the redirect has no token")
    void tokenIsExchangedForACookie() throws IOException {
        for (String path : List.of("/console", "/console/", "/console/console.js", "/console/api/state")) {
            RawHttp.RawResponse answer = get(CONTEXT + path + "?token=" + token);
            Head head = answer.head();
            assertThat(head.status()).as(head.raw()).isEqualTo(302);
            assertThat(head.only("Location")).endsWith(CONTEXT + path);
            assertThat(head.raw()).doesNotContain(token);
            assertThat(answer.body()).doesNotContain(token);
            assertThat(head.only("Cache-Control")).isEqualTo("no-store");
            assertThat(head.only("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(head.only("Set-Cookie")).matches("changeover-console-80=[0-9]+\\.[A-Za-z0-9_-]{43}; Path=/access/console; HttpOnly; SameSite=Strict");
            assertThat(get(CONTEXT + "/console/", "Cookie: " + head.only("Set-Cookie").split(";")[0]).status()).isEqualTo(200);
        }
        assertThat(get(CONTEXT + "/console/api/state?decision=1&token=" + token + "&sample=2").head().only("Location")).endsWith("/console/api/state?decision=1&sample=2");
        try (Wire wire = Wire.connect(server.http()).send(Message.of("HEAD " + CONTEXT + "/console/?token=" + token, "Connection: close"))) {
            assertThat(wire.readHead().status()).isEqualTo(302);
        }
        for (String odd : List.of("/console/%2F%2Fevil.example", "/console//evil.example", "/console/;/evil.example", "/console/%5C%5Cevil.example")) {
            assertThat(get(CONTEXT + odd + "?token=" + token).head().all("Location")).allSatisfy(location -> assertThat(location).matches("(http://localhost(:[0-9]+)?)?/access/console/[a-z.]*"));
        }
        assertThat(get(CONTEXT + "/console/x%0d%0aX-Injected:%201?token=" + token).head().has("X-Injected")).isFalse();
    }

    @Test
    @DisplayName("S2: over TLS the cookie is Secure")
    void cookieIsSecureOverTls() throws IOException {
        try (Wire wire = Wire.connectTls(server.https().getHost(), server.https().getPort()).send(Message.of("GET " + CONTEXT + "/console/?token=" + token))) {
            assertThat(wire.readHead().only("Set-Cookie")).matches("changeover-console-443=.*; Path=/access/console; HttpOnly; SameSite=Strict; Secure");
        }
    }

    @Test
    @DisplayName("S2: a browser that follows the redirects reaches the page, over TLS in the HTTP version that the container negotiates")
    void browserReachesThePage() throws Exception {
        HttpClient browser = HttpClient.newBuilder().sslContext(TrustAllTls.context()).cookieHandler(new CookieManager()).followRedirects(HttpClient.Redirect.NORMAL).build();
        HttpRequest request = HttpRequest.newBuilder(server.https().resolve(CONTEXT + "/console/?token=" + token)).build();
        HttpResponse<String> answer = browser.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("<h1>Changeover</h1>");
        assertThat(answer.uri()).isEqualTo(server.https().resolve(CONTEXT + "/console/"));
        assertThat(answer.version()).isEqualTo(server.isGrizzly() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
    }

    @Test
    @PayaraOnly
    @DisplayName("S2: a request over cleartext HTTP/2 of the container is rejected with the cookie and with the token")
    void requestOverTheContainersHttp2IsRejected() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, CONTEXT + "/page/facts", 3, 100).preface()) {
            assertRejectedOverHttp2(http);
        }
    }

    @Test
    @DisplayName("S2: the cookie opens the page, its data and its WebSocket, and with the token of the page its commands")
    void cookieOpensPageDataWebSocketAndCommands() throws IOException {
        for (String path : READS.subList(1, READS.size() - 1)) assertThat(get(CONTEXT + path, cookie).status()).as(path).isEqualTo(200);
        assertThat(live(CONTEXT, cookie, "Origin: http://localhost")).isEqualTo(101);
        assertThat(command("stopDraining", cookie, orderToken).status()).isEqualTo(200);
        assertThat(command("stopDraining", cookie).status()).isEqualTo(403);
        assertThat(command("stopDraining", cookie, "X-Changeover-Token: " + token).status()).isEqualTo(403);
        assertThat(command("stopDraining?token=" + token, orderToken).status()).as("a command needs the cookie").isEqualTo(403);
        assertThat(command("stopDraining", cookie, orderToken, "Origin: http://evil.example").status()).isEqualTo(403);
        assertThat(live(CONTEXT, cookie, "Origin: http://evil.example")).isEqualTo(403);
        try (Wire wire = Wire.connect(server.http()).send(Frames.handshake(CONTEXT + "/console/live?token=" + token))) {
            assertThat(wire.readHead().status()).as("so does the WebSocket").isEqualTo(403);
        }
    }

    static Stream<String> forgedCookies() {
        String value = cookie.substring(cookie.indexOf('=') + 1);
        String mac = value.substring(value.indexOf('.') + 1);
        String until = value.substring(0, value.indexOf('.'));
        String name = "Cookie: changeover-console-80=";
        return Stream.of(name, name + token, name + value.replace(until, until + "0"), name + value.replace(until, "999999999999999"), name + until, name + until + ".",
                name + until + "." + "A".repeat(43), name + value + "A", name + mac, "Cookie: changeover-console=" + value, "Cookie: changeover-console-8080=" + value);
    }

    @ParameterizedTest(name = "S2: a forged cookie gives no access ({index})")
    @MethodSource("forgedCookies")
    void forgedCookieIsRejected(String forged) throws IOException {
        assertRejected(get(CONTEXT + "/console/api/state", forged), "log");
        assertThat(live(CONTEXT, forged)).isEqualTo(403);
    }

    @Test
    @DisplayName("S2: a cookie of the console of another application opens nothing")
    void cookieOfAnotherApplicationIsRejected() throws IOException {
        server.deploy(War.with("access-other").app("foreign").set("changeover.console", "true").build(), "/access-other");
        try {
            String other = ConsoleLogin.cookie(server, "/access-other");
            assertThat(get("/access-other/console/", other).status()).isEqualTo(200);
            assertRejected(get(CONTEXT + "/console/", other), "log");
            assertThat(get("/access-other/console/", cookie).status()).isEqualTo(403);
            assertThat(get("/access-other/console/?token=" + token).status()).isEqualTo(403);
        } finally {
            server.undeploy("/access-other");
        }
    }

    @Test
    @DisplayName("S2: the address is logged once, with the port of the connector, and the token nowhere else")
    void addressIsLoggedOnce() throws IOException {
        get(CONTEXT + "/console/");
        get(CONTEXT + "/console/?token=" + token);
        String log = server.log();
        assertThat(log.split(Pattern.quote(token), -1)).hasSize(2);
        URI address = ConsoleLogin.address(server, CONTEXT);
        assertThat(address.getScheme()).isEqualTo("http");
        assertThat(address.getAuthority()).isIn("127.0.0.1:" + server.http().getPort(), "127.0.0.1:" + server.withoutHttp2().http().getPort());
        assertThat(ConsoleLogin.cookie(address, CONTEXT, token)).isNotEmpty();
        assertThat(token).matches("[A-Za-z0-9_-]{43}");
        assertThat(log.split(Pattern.quote(cookie.substring(cookie.indexOf('.') + 1)), -1)).hasSize(1);
    }

    /** Header fields that proxies add and that no browser on this machine sends. */
    static Stream<String> elsewhere() {
        return Stream.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Anything", "X-Real-IP", "X-Original-Forwarded-For", "X-Cluster-Client-IP",
                "True-Client-IP", "CF-Connecting-IP", "CDN-Loop", "X-Client-IP", "Client-IP", "Fastly-Client-IP", "X-Envoy-External-Address", "x-real-ip");
    }

    @ParameterizedTest(name = "S2: with {0} neither the cookie nor the token gives access")
    @MethodSource("elsewhere")
    void requestWithAProxyFieldIsRejected(String name) throws IOException {
        String field = name + ": 127.0.0.1";
        assertRejected(get(CONTEXT + "/console/", cookie, field), "not through a proxy");
        assertRejected(get(CONTEXT + "/console/?token=" + token, field), "not through a proxy");
        assertRejected(command("drain", cookie, orderToken, field), "not through a proxy");
        assertThat(live(CONTEXT, cookie, field)).isEqualTo(403);
    }

    @ParameterizedTest(name = "S2: from {0} neither the cookie nor the token gives access")
    @ValueSource(strings = {"192.0.2.7", "10.0.0.1", "2001:db8::7", "0.0.0.0"})
    void requestFromARemoteAddressIsRejected(String address) throws IOException {
        String field = "X-Test-From: " + address;
        assertRejected(get(CONTEXT + "/console/", cookie, field), "only from this machine");
        assertRejected(get(CONTEXT + "/console/?token=" + token, field), "only from this machine");
        assertThat(live(CONTEXT, cookie, field)).isEqualTo(403);
    }

    @Test
    @DisplayName("S2: HTTP/1.0, which a plain proxy_pass uses, and another Host are rejected with the cookie and with the token")
    void http10AndOtherHostsAreRejected() throws IOException {
        for (String path : List.of("/console/", "/console/?token=" + token, "/console/api/about")) {
            for (String head : List.of(" HTTP/1.0\r\nHost: localhost\r\n", " HTTP/1.1\r\nHost: evil.example\r\n", " HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n")) {
                try (Wire wire = Wire.connect(server.http()).send("GET " + CONTEXT + path + head + cookie + "\r\n\r\n")) {
                    assertRejected(RawHttp.readResponse(wire), "over HTTP/1.1");
                }
            }
        }
    }

    @Test
    @DisplayName("S2: a peer that is a trusted proxy is rejected with the cookie and with the token")
    void requestOfATrustedProxyIsRejected() throws IOException {
        String other = ConsoleLogin.token(server, PROXIED);
        RawHttp.RawResponse answer = get(PROXIED + "/console/?token=" + other);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.head().has("Set-Cookie")).isFalse();
        assertThat(get(PROXIED + "/console/").status()).isEqualTo(403);
        assertThat(live(PROXIED)).isEqualTo(403);
    }

    private static void assertRejectedOverHttp2(Wire wire, String... first) throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(wire, "GET", CONTEXT + "/page/facts", new int[] {3, 100}, first).preface()) {
            assertRejectedOverHttp2(http);
        }
    }

    private static void assertRejectedOverHttp2(Http2Wire http) throws IOException {
        List<String> all = new ArrayList<>();
        int stream = 3;
        for (String path : List.of("/console/", "/console/api/about", "/console/?token=" + token)) {
            http.get(stream, CONTEXT + path, "cookie", cookie.substring(8));
            all.add(answer(http, stream));
            stream += 2;
        }
        http.send(Http2Wire.HEADERS, Http2Wire.END_STREAM | Http2Wire.END_HEADERS, stream,
                Http2Wire.request("POST", CONTEXT + "/console/api/drain", "cookie", cookie.substring(8), "x-changeover-token", orderToken.substring(orderToken.indexOf(' ') + 1)));
        all.add(answer(http, stream));
        assertThat(all).hasSize(4).allSatisfy(body -> assertThat(body).contains("only from this machine"));
    }

    private static String answer(Http2Wire http, int stream) throws IOException {
        return Http2Wire.text(http.readUntil(frame -> frame.stream() == stream && frame.ends()), stream);
    }

    @Test
    @NotOnTomcatServletEdge
    @DisplayName("S2: a request inside HTTP/2 or TLS is rejected with the cookie and with the token, also if a local proxy has forwarded the upgrade")
    void innerRequestsAreRejected() throws IOException {
        ContainerUnderTest own = server.withoutHttp2();
        for (String[] first : new String[][] {{}, {"X-Forwarded-For: 203.0.113.9"}}) {
            assertRejectedOverHttp2(Wire.connect(own.http()), first);
            try (Wire clear = Wire.connect(own.http()).send(RawHttp.request("GET", CONTEXT + "/page/facts", RawHttp.offering("TLS/1.2", first)))) {
                assertThat(clear.readHead().status()).isEqualTo(101);
                Wire wire = clear.startTls();
                RawHttp.readResponse(wire);
                for (String path : List.of("/console/", "/console/api/about", "/console/?token=" + token)) assertRejected(RawHttp.readResponse(wire.send(RawHttp.get(CONTEXT + path, cookie))), "only from this machine");
                assertRejected(RawHttp.readResponse(wire.send(Message.of("POST " + CONTEXT + "/console/api/drain", cookie, orderToken).content(new byte[0], Message.Framing.LENGTH))), "only from this machine");
            }
        }
        assertThat(get(CONTEXT + "/console/api/state", cookie).body()).contains("\"draining\":false");
    }

    @Test
    @DisplayName("S2: no other protocol can be offered on the path of the console")
    void consolePathOffersNothingElse() {
        for (String setting : List.of("greet/1", "websocket, greet/1")) {
            assertThatThrownBy(() -> server.deploy(War.with("access-taken").app("wire").set("changeover.console", "true")
                    .set("changeover.path./console/live.protocols", setting).build(), "/access-taken")).isInstanceOf(DeploymentFailed.class);
            assertThat(server.log()).contains("The path /console/live belongs to Changeover");
        }
    }
}
