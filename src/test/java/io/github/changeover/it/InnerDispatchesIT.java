package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that on every dispatch, everything that an application can inspect shows a request inside a switched connection as a request of the client. The client is
 * at 127.0.0.2, so that it differs from the server's own machine.
 */
@OnContainer
@EmbeddedOnly
@LongRunning
@NotOnTomcatServletEdge
class InnerDispatchesIT {
    private static final String CONTEXT = "/dispatches", CLIENT = "127.0.0.2";
    private static ContainerUnderTest server;

    private static War war(String name) {
        return war(War.with(name));
    }

    private static War war(War war) {
        return war.app("dispatches").protocolLibraries().webXml("""
                <listener><listener-class>dispatches.Watching</listener-class></listener>
                <error-page><error-code>418</error-code><location>/end</location></error-page>
                <error-page><exception-type>java.lang.IllegalStateException</exception-type><location>/end</location></error-page>
                <security-constraint><web-resource-collection><web-resource-name>c</web-resource-name><url-pattern>/way/confidential</url-pattern></web-resource-collection>
                  <user-data-constraint><transport-guarantee>CONFIDENTIAL</transport-guarantee></user-data-constraint></security-constraint>
                """)
                .set("changeover.path./way/plain.protocols", "h2c, TLS/1.2").set("changeover.linger", "500ms")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD);
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(war("dispatches").build(), CONTEXT);
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(CONTEXT);
    }

    /** Sends a request inside TLS. */
    private static String overTls(String from, String path, String... first) throws IOException {
        try (Wire clear = Wire.connectFrom(from, server.http()).send(RawHttp.request("GET", CONTEXT + "/way/plain", RawHttp.offering("TLS/1.2", first)))) {
            assertThat(clear.readHead().status()).isEqualTo(101);
            Wire wire = clear.startTls();
            RawHttp.readResponse(wire);
            return RawHttp.readResponse(wire.send(RawHttp.get(CONTEXT + path, "X-Own: 1"))).body().replace(":" + clear.localPort(), ":PORT").replace("port=" + clear.localPort(), "port=PORT");
        }
    }

    /** Sends a request inside HTTP/2. */
    private static String overHttp2(String from, String path, String... first) throws IOException {
        Wire wire = Wire.connectFrom(from, server.http());
        try (Http2Wire http = Http2Wire.upgrade(wire, "GET", CONTEXT + "/way/plain", new int[] {3, 100}, first).preface()) {
            http.get(3, CONTEXT + path, "x-own", "1");
            List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == 3 && frame.ends());
            return Http2Wire.text(answer, 3).replace("port=" + wire.localPort(), "port=PORT");
        }
    }

    private static final String INNER_TLS = "address=" + CLIENT + " host=" + CLIENT + " port=PORT scheme=https secure=true protocol=HTTP/1.1 server=localhost:443 local=127.0.0.1 url=https://localhost cipher=TLS_";
    private static final String INNER_HTTP2 = "address=" + CLIENT + " host=" + CLIENT + " port=PORT scheme=http secure=false protocol=HTTP/2.0 server=localhost:80 local=127.0.0.1 url=http://localhost cipher=null";

    /** @param lines the smallest number of places at which the request was recorded */
    private static void assertShowsTheClient(String seen, String facts, int lines) {
        List<String> all = seen.lines().toList();
        assertThat(all).as(seen).hasSizeGreaterThanOrEqualTo(lines);
        for (String line : all) {
            assertThat(line).containsPattern("^[A-Za-z ]+: address").contains(facts(line, facts), "x-own=1", "mark=null", "inner=true").doesNotContain("127.0.0.1:", "address=127.0.0.1").doesNotContainIgnoringCase("changeover-inner");
        }
    }

    /** On Payara, the container's own request and listeners have HTTP/1.1, because Payara frames its responses by the protocol of its own request. */
    private static String facts(String line, String facts) {
        boolean containersOwn = line.startsWith("listener:") || line.startsWith("attribute listener:") || line.startsWith("unwrapped:") || line.startsWith("destroyed:");
        return server.isGrizzly() && containersOwn ? facts.replace("HTTP/2.0", "HTTP/1.1") : facts;
    }

    @ParameterizedTest(name = "S6: {0} shows the client")
    @ValueSource(strings = {"plain", "unwrapped", "started", "started-with", "dispatched", "dispatched-with", "dispatched-to", "timed-out", "error", "thrown", "forwarded", "included", "named"})
    void everyDispatchShowsTheClient(String way) throws IOException {
        assertShowsTheClient(overTls(CLIENT, "/way/" + way), INNER_TLS, 4);
        assertShowsTheClient(overHttp2(CLIENT, "/way/" + way), INNER_HTTP2, 4);
    }

    @Test
    @DisplayName("S6: a listener that is called at the end of a request sees the client")
    void listenerOfTheRequestEndSeesTheClient() throws Exception {
        for (String way : new String[] {"plain", "dispatched", "error"}) {
            overTls(CLIENT, "/way/" + way + "?key=tls-" + way);
            overHttp2(CLIENT, "/way/" + way + "?key=h2c-" + way);
            // The client has the response before the container reports the end of the request.
            assertThat(ended("tls-" + way)).contains("address=" + CLIENT, "secure=true", "mark=null").doesNotContainIgnoringCase("changeover-inner");
            assertThat(ended("h2c-" + way)).contains("address=" + CLIENT, "secure=false", "mark=null").doesNotContainIgnoringCase("changeover-inner");
        }
    }

    private static String ended(String key) throws Exception {
        for (int i = 0; i < 100; i++) {
            try (Wire wire = Wire.connect(server.http()).send(RawHttp.get(CONTEXT + "/way/ended?of=" + key, "Connection: close"))) {
                String line = RawHttp.readResponse(wire).body().lines().filter(text -> text.startsWith("destroyed: ")).findFirst().orElseThrow();
                if (!line.equals("destroyed: null")) return line;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no end of " + key);
    }

    @Test
    @DisplayName("S6: a CONFIDENTIAL constraint is met inside TLS, and not inside cleartext HTTP/2")
    void confidentialConstraintIsMetInsideTlsOnly() throws IOException {
        assertShowsTheClient(overTls(CLIENT, "/way/confidential"), INNER_TLS, 4);
        try (Wire wire = Wire.connectFrom(CLIENT, server.http())) {
            Http2Wire http = Http2Wire.upgrade(wire, "GET", CONTEXT + "/way/plain", new int[] {3, 100}).preface();
            http.get(3, CONTEXT + "/way/confidential");
            Http2Frame head = http.first(frame -> frame.is(Http2Wire.HEADERS, 3));
            assertThat(new String(head.payload(), java.nio.charset.StandardCharsets.ISO_8859_1)).containsAnyOf("302", "403");
        }
    }

    @Test
    @DisplayName("S6: on an unknown container, filters and servlets see the client on every dispatch")
    void dispatchesShowTheClientWithTheServletApiOnly(ContainerUnderTest container) throws IOException {
        container.deploy(war(War.withAllBut("portable", "META-INF/services/io.github.changeover.servlet.innerrequest.InnerRequestSupport")).build(), "/portable");
        try (Wire clear = Wire.connectFrom(CLIENT, server.http()).send(RawHttp.request("GET", "/portable/way/plain", RawHttp.offering("TLS/1.2")));
             Http2Wire http = Http2Wire.upgrade(Wire.connectFrom(CLIENT, server.http()), "GET", "/portable/way/plain", new int[] {3, 100}).preface()) {
            assertThat(clear.readHead().status()).isEqualTo(101);
            Wire secure = clear.startTls();
            RawHttp.readResponse(secure);
            int stream = 1;
            for (String way : new String[] {"plain", "started", "started-with", "dispatched", "dispatched-with", "dispatched-to", "timed-out", "error", "thrown", "forwarded", "included", "named"}) {
                assertFiltersAndServletsSeeTheClient(RawHttp.readResponse(secure.send(RawHttp.get("/portable/way/" + way, "X-Own: 1"))).body(), "secure=true protocol=HTTP/1.1", "cipher=TLS_");
                int next = stream += 2;
                http.get(next, "/portable/way/" + way, "x-own", "1");
                assertFiltersAndServletsSeeTheClient(Http2Wire.text(http.readUntil(frame -> frame.stream() == next && frame.ends()), next), "secure=false protocol=HTTP/2.0", "cipher=null");
            }
            assertThat(RawHttp.readResponse(secure.send(RawHttp.get(CONTEXT + "/way/plain"))).status()).as("another application").isEqualTo(421);
        } finally {
            container.undeploy("/portable");
        }
    }

    private static void assertFiltersAndServletsSeeTheClient(String seen, String... facts) {
        List<String> lines = seen.lines().filter(line -> !line.startsWith("listener:") && !line.startsWith("attribute listener:") && !line.startsWith("unwrapped:")).toList();
        assertThat(lines).as(seen).hasSizeGreaterThanOrEqualTo(2).allSatisfy(line -> assertThat(line).contains("address=" + CLIENT + " host=" + CLIENT).contains(facts)
                .contains("x-own=1", "mark=null", "inner=true").doesNotContainIgnoringCase("changeover-inner"));
    }

    @Test
    @TomcatOnly
    @DisplayName("S6: a valve of the application sees the client")
    void valveSeesTheClient(ContainerUnderTest container) throws IOException {
        container.deploy(war("valved").file("META-INF/context.xml", "<Context><Valve className='org.apache.catalina.valves.RemoteAddrValve' deny='127\\.0\\.0\\.1'/></Context>").build(), "/valved");
        try (Http2Wire http = Http2Wire.upgrade(Wire.connectFrom(CLIENT, server.http()), "GET", "/valved/way/plain", new int[] {3, 100}).preface()) {
            assertThat(RawHttp.exchange(container, RawHttp.get("/valved/way/plain")).status()).isEqualTo(403);
            http.get(3, "/valved/way/plain", "x-own", "1");
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3)).contains("address=" + CLIENT);
        } finally {
            container.undeploy("/valved");
        }
    }

    @Test
    @DisplayName("S2: a request over HTTP/1.1 is not an inner request, and one over cleartext HTTP/2 of the container is")
    void onlyHttp2OfTheContainerCountsAsInner(ContainerUnderTest container) throws IOException {
        assertThat(RawHttp.exchange(container, RawHttp.get(CONTEXT + "/way/plain")).body()).contains("inner=false").doesNotContain("inner=true");
        try (Wire wire = Wire.connect(container.https())) {
            assertThat(RawHttp.readResponse(wire.send(RawHttp.get(CONTEXT + "/way/plain"))).body()).contains("inner=false").doesNotContain("inner=true");
        }
        if (!container.isGrizzly()) return;      // Tomcat supports HTTP/2 only if configured
        try (Http2Wire http = Http2Wire.upgrade(container, CONTEXT + "/way/plain", 3, 100).preface()) {
            http.get(3, CONTEXT + "/way/plain");
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3)).contains("protocol=HTTP/2.0", "inner=true").doesNotContain("inner=false");
        }
    }

    // ---- behind a proxy

    @Test
    @DisplayName("S9: behind a trusted proxy inner requests show the client that it forwards")
    void innerRequestsShowTheClientOfATrustedProxy(ContainerUnderTest container) throws IOException {
        container.deploy(war("trusting").set("changeover.trusted-proxies", CLIENT).build(), "/trusting");
        try {
            String[] fields = {"X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: example.com", "X-Real-IP: 203.0.113.9"};
            String seen;
            try (Http2Wire http = Http2Wire.upgrade(Wire.connectFrom(CLIENT, server.http()), "GET", "/trusting/way/plain", new int[] {3, 100}, fields).preface()) {
                http.get(3, "/trusting/way/dispatched", "x-own", "1", "x-forwarded-for", "10.9.9.9", "x-real-ip", "10.9.9.9", "true-client-ip", "10.9.9.9");
                seen = Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3);
            }
            for (String line : seen.lines().toList()) {
                assertThat(line).contains("address=203.0.113.9 host=203.0.113.9 port=0 scheme=https secure=true", "server=example.com:443", "url=https://example.com ",
                        "x-forwarded-for=203.0.113.9", "x-real-ip=203.0.113.9").doesNotContain("10.9.9.9");
            }
        } finally {
            container.undeploy("/trusting");
        }
    }

    @Test
    @DisplayName("S9: behind an untrusted proxy, inner requests have the fields that it added to the first request")
    void innerRequestsKeepFieldsOfAnUntrustedProxy() throws IOException {
        for (String line : overHttp2(CLIENT, "/way/dispatched", "X-Forwarded-For: 203.0.113.9", "Via: 1.1 proxy").lines().toList()) {
            assertThat(line).contains("address=" + CLIENT, "x-forwarded-for=203.0.113.9", "via=1.1 proxy");
        }
        for (String line : overTls(CLIENT, "/way/error", "X-Forwarded-For: 203.0.113.9").lines().toList()) assertThat(line).contains("address=" + CLIENT, "secure=true", "x-forwarded-for=203.0.113.9");
    }
}
