package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.TrustAllTls;
import io.github.changeover.testkit.Wire;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks TLS by upgrade (RFC 2817): the connection continues inside TLS, first with the response to the request that was upgraded. */
@OnContainer
class TlsUpgradeIT {
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("tls").app("inner").protocolLibraries()
                .set("changeover.path./page/*.protocols", "TLS/1.2").set("changeover.path./page/facts.protocols", "TLS/1.2").set("changeover.path./page/facts.required", "true")
                .set("changeover.path./page/served.protocols", "TLS/1.2").set("changeover.path./page/served.advertise", "true")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD)
                .set("changeover.queue.max", "64K").set("changeover.capture.max", "4M").set("changeover.tls.handshake", "2s").set("changeover.linger", "500ms")
                .webXml(SecurityIT.LOGIN.replace("/secret/*", "/page/session")).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES).build(), "/tls");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/tls");
    }

    private static String upgrade(String method, String path, String... more) {
        return RawHttp.request(method, "/tls/page" + path, RawHttp.offering("TLS/1.2", more));
    }

    /** Sends the request and reads the 101. TLS starts after it. */
    private static Wire clear(String request) throws IOException {
        Wire wire = Wire.connect(server.http()).send(request);
        Head head = wire.readHead();
        assertThat(head.status()).as(head.raw()).isEqualTo(101);
        assertThat(head.only("Connection")).isEqualTo("Upgrade");
        return wire;
    }

    /** A connection inside TLS, after the first response. */
    private static Wire upgradedToTls() throws IOException {
        Wire wire = clear(upgrade("GET", "/nothing")).startTls();
        assertThat(wire.readHead().status()).isEqualTo(204);
        return wire;
    }

    private static RawHttp.RawResponse ask(Wire wire, String path, String... fields) throws IOException {
        return RawHttp.readResponse(wire.send(RawHttp.get("/tls/page" + path, fields)));
    }

    @Test
    @Covers({"RFC2817-3.3-01", "RFC2817-3.3-02", "RFC2817-3.3-03", "RFC2817-3.3-07", "RFC2817-8-01"})
    void firstResponseAndFurtherRequestsAreInsideTls() throws IOException {
        try (Wire clear = Wire.connect(server.http()).send(upgrade("GET", "/digest"))) {
            assertThat(clear.readHead().only("Upgrade")).isEqualTo("TLS/1.2, HTTP/1.1");
            Wire wire = clear.startTls();
            RawHttp.RawResponse first = RawHttp.readResponse(wire);        // no request was sent inside TLS
            assertThat(first.body()).isEqualTo("0 0");
            assertThat(first.head().only("X-Guard")).isEqualTo("seen");
            for (int i = 0; i < 3; i++) {
                String facts = ask(wire, "/facts", "X-Own: 1").body();
                assertThat(facts).contains("protocol=HTTP/1.1\n", "scheme=https\n", "secure=true\n", "remote=127.0.0.1:" + clear.localPort(), "url=https://localhost/tls/page/facts\n",
                        "port=443\n", "cipher=TLS_", "mark=null\n").containsIgnoringCase("field x-own: 1").doesNotContainIgnoringCase("changeover-inner");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"TLS/1.0;TLS/1.0", "TLS/1.2, TLS/1.1, TLS/1.0;TLS/1.2", "TLS/1.0, TLS/1.2, foo;TLS/1.2", "tls/1.3;TLS/1.3"})
    @Covers({"RFC2817-3.3-05", "RFC2817-3.3-06"})
    void tokenNamesTheFamilyAndTheHandshakeTheVersion(String offer, String taken) throws IOException {
        try (Wire clear = Wire.connect(server.http()).send(RawHttp.upgrade("/tls/page/nothing", offer))) {
            assertThat(clear.readHead().only("Upgrade")).isEqualTo(taken + ", HTTP/1.1");
            Wire wire = clear.startTls();
            assertThat(((SSLSocket) wire.socket()).getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(wire.readHead().status()).isEqualTo(204);
        }
    }

    @Test
    @Covers({"RFC2817-3.2-01", "RFC2817-3.3-08"})
    void firstRequestMayBeOptionsOrHaveContent() throws IOException {
        try (Wire wire = clear(upgrade("OPTIONS", "/nothing")).startTls()) {
            assertThat(wire.readHead().status()).isEqualTo(204);
            assertThat(ask(wire, "/served").status()).isEqualTo(200);
            RawHttp.RawResponse star = RawHttp.readResponse(wire.send(RawHttp.raw("OPTIONS * HTTP/1.1", "Host: localhost")));
            assertThat(star.status()).isEqualTo(200);
            assertThat(star.head().only("Content-Length")).isEqualTo("0");
        }
        byte[] content = ProbeClient.pattern(70_000);
        try (Wire wire = Wire.connect(server.http()).send(upgrade("POST", "/digest", "Content-Length: 70000")).send(content)) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(RawHttp.readResponse(wire.startTls()).body()).isEqualTo(H2cClientsIT.digest(content));
        }
    }

    @Test
    @Covers("RFC2817-3.3-03")
    void largeFirstResponseIsSentAsTheClientReads() throws IOException, InterruptedException {
        try (Wire wire = clear(upgrade("GET", "/big?size=3000000")).startTls()) {
            wire.send(RawHttp.get("/tls/page/nothing"));
            Thread.sleep(500);      // the client reads nothing for a while
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo(H2cClientsIT.big(3_000_000));
            assertThat(wire.readHead().status()).isEqualTo(204);
        }
    }

    @Test
    void halfClosedClientIsAnswered() throws IOException {
        try (Wire wire = upgradedToTls()) {
            wire.send(RawHttp.get("/tls/page/big?size=100000")).shutdownOutput();
            assertThat(RawHttp.readResponse(wire).body()).hasSize(100_000);
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    /** The container would trust these fields, because they come from its own machine. */
    @Test
    @Covers("GEN-10")
    void proxyFieldsAreNotForwarded() throws IOException {
        try (Wire wire = upgradedToTls()) {
            assertThat(ask(wire, "/facts", "X-Forwarded-For: 192.0.2.7", "Forwarded: for=192.0.2.7", "X-Real-IP: 192.0.2.7").body()).doesNotContain("192.0.2.7");
            assertThat(ask(wire, "/facts", "Changeover-Inner: 1.00").body()).contains("secure=true", "mark=null");
            assertThat(RawHttp.readResponse(wire.send(RawHttp.raw("GET /tls/page/facts HTTP/1.1", "Host: elsewhere"))).status()).isEqualTo(421);
        }
    }

    @Test
    void rootApplicationServesNoOtherApplication(ContainerUnderTest container) throws IOException {
        container.deploy(War.with("tls-root").app("inner").protocolLibraries().set("changeover.path./page/*.protocols", "TLS/1.2")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), "");
        try (Wire clear = Wire.connect(server.http()).send(RawHttp.upgrade("/page/nothing", "TLS/1.2"))) {
            assertThat(clear.readHead().status()).isEqualTo(101);
            Wire wire = clear.startTls();
            assertThat(wire.readHead().status()).isEqualTo(204);
            assertThat(RawHttp.readResponse(wire.send(RawHttp.get("/page/served"))).status()).isEqualTo(200);
            assertThat(RawHttp.readResponse(wire.send(RawHttp.get("/tls/page/served"))).status()).isEqualTo(421);
            assertThat(RawHttp.readResponse(wire.send(RawHttp.get("/%74ls/page/served"))).status()).isEqualTo(421);
        } finally {
            container.undeploy("");
        }
    }

    @Test
    void contentIsSentInBothDirections() throws IOException {
        byte[] content = ProbeClient.pattern(1_000_000);
        try (Wire wire = upgradedToTls()) {
            wire.send(RawHttp.request("POST", "/tls/page/digest", "Content-Length: 1000000")).send(content);
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo(H2cClientsIT.digest(content));
            wire.send(RawHttp.request("POST", "/tls/page/digest", "Transfer-Encoding: chunked", "Expect: 100-continue"));
            assertThat(wire.readHead().status()).isEqualTo(100);
            wire.send("f4240\r\n").send(content).send("\r\n0\r\n\r\n");
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo(H2cClientsIT.digest(content));
            assertThat(ask(wire, "/big?size=3000000").body()).isEqualTo(H2cClientsIT.big(3_000_000));
            Head head = wire.send(RawHttp.request("HEAD", "/tls/page/big?size=10")).readHead();
            assertThat(head.only("Content-Length")).isEqualTo("10");
            wire.send(RawHttp.get("/tls/page/nothing") + RawHttp.get("/tls/page/big?size=3") + RawHttp.get("/tls/page/none"));
            assertThat(wire.readHead().status()).isEqualTo(204);
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("abc");
            assertThat(RawHttp.readResponse(wire).status()).isEqualTo(404);
        }
    }

    @Test
    @Covers({"RFC2817-4.2-01", "RFC2817-4.2-02", "RFC2817-4.2-03", "RFC2817-8-03"})
    void requiredPathIs426OnlyInCleartext() throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(RawHttp.get("/tls/page/facts"))) {
            RawHttp.RawResponse refused = RawHttp.readResponse(wire);
            assertThat(refused.status()).isEqualTo(426);
            assertThat(refused.head().only("Upgrade")).isEqualTo("TLS/1.2, HTTP/1.1");
            assertThat(refused.head().only("Connection")).containsIgnoringCase("upgrade");
            assertThat(refused.body()).contains("protocol upgrade");
            assertThat(wire.send(upgrade("GET", "/facts")).readHead().status()).isEqualTo(101);
            assertThat(RawHttp.readResponse(wire.startTls()).status()).isEqualTo(200);
        }
        try (Wire wire = Wire.connect(server.https()).send(RawHttp.get("/tls/page/facts"))) {
            assertThat(RawHttp.readResponse(wire).status()).isEqualTo(200);
        }
    }

    @Test
    @Covers("RFC2817-4.1-01")
    void tlsIsAdvertisedInCleartextResponses() throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            for (int i = 0; i < 2; i++) {
                RawHttp.RawResponse answer = ask(wire, "/served");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.head().only("Upgrade")).isEqualTo("TLS/1.2, HTTP/1.1");
                assertThat(answer.head().only("Connection")).containsIgnoringCase("upgrade");
            }
            assertThat(wire.send(upgrade("GET", "/served")).readHead().status()).isEqualTo(101);
            Wire secure = wire.startTls();
            assertThat(RawHttp.readResponse(secure).head().all("Upgrade")).isEmpty();
            assertThat(ask(secure, "/served").head().all("Upgrade")).isEmpty();
        }
    }

    /** A field that a proxy should have removed has no effect. A client that wants TLS with this server first requests a tunnel from the proxy. */
    @Test
    @Covers("RFC2817-5-01")
    void upgradeThroughAProxyNeedsATunnel() throws Exception {
        try (HttpConnectProxy proxy = new HttpConnectProxy(); Wire wire = proxy.connect()) {
            assertThat(RawHttp.exchange(server, RawHttp.get("/tls/page/digest", "Upgrade: TLS/1.2")).status()).isEqualTo(200);
            String authority = server.http().getAuthority();
            assertThat(wire.send(RawHttp.raw("CONNECT " + authority + " HTTP/1.1", "Host: " + authority)).readHead().status()).isEqualTo(200);
            assertThat(wire.send(upgrade("GET", "/digest")).readHead().status()).isEqualTo(101);
            Wire secure = wire.startTls();
            assertThat(RawHttp.readResponse(secure).body()).isEqualTo("0 0");
            assertThat(ask(secure, "/facts").body()).contains("secure=true");
        }
    }

    @Test
    @Covers({"RFC2817-8-02", "RFC7540-3.2-02", "RFC2817-3.1-01"})
    void nothingIsUpgradedInsideTls() throws IOException {
        try (Wire wire = upgradedToTls()) {
            assertThat(ask(wire, "/served", "Connection: Upgrade", "Upgrade: TLS/1.2, h2c").status()).isEqualTo(200);
            assertThat(ask(wire, "/facts", "Connection: Upgrade", "Upgrade: TLS/1.2").body()).doesNotContainIgnoringCase("field upgrade");
        }
        try (Wire wire = Wire.connect(server.https()).send(upgrade("GET", "/served"))) {
            assertThat(wire.readHead().status()).isEqualTo(200);
        }
    }

    @Test
    @Covers({"RFC9110-11.6-01", "GEN-11"})
    void filtersConstraintsAndSessionsApplyToLaterRequests() throws IOException {
        try (Wire wire = upgradedToTls()) {
            assertThat(ask(wire, "/served?blocked").status()).isEqualTo(403);
            assertThat(ask(wire, "/session").status()).isEqualTo(401);
            RawHttp.RawResponse first = ask(wire, "/session", Logins.basic(Logins.MEMBER));
            assertThat(first.body()).isEqualTo("1");
            String cookie = first.head().all("Set-Cookie").stream().filter(set -> set.startsWith("JSESSIONID=")).findFirst().orElseThrow().split(";")[0];
            assertThat(ask(wire, "/session", Logins.basic(Logins.MEMBER), "Cookie: " + cookie).body()).isEqualTo("2");
            assertThat(ask(wire, "/../../other").status()).isEqualTo(421);
        }
    }

    @Test
    void cleartextAfterTheRequestIsNeverRead() throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(upgrade("GET", "/nothing") + RawHttp.get("/tls/page/smuggled"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.text()).doesNotContain("HTTP/");
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
        assertThat(ApplicationClient.of(server, "/tls").page("/page/smuggled-so-far")).isEqualTo("0");
    }

    @Test
    @Covers("RFC2817-3.3-04")
    void invalidTlsClosesTheConnectionWithoutCleartext() throws IOException {
        try (Wire wire = clear(upgrade("GET", "/digest")).send(RawHttp.get("/tls/page/digest"))) {
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.text()).doesNotContain("HTTP/").doesNotContain("0 0");
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
        assertThat(server.log()).doesNotContainPattern("WARNING [^\\n]*The handler of connection \\S+ \\(TLS");      // an error of the client, not of the handler
    }

    /** A ClientHello of TLS 1.0 without extensions. 70 is protocol_version. */
    @Test
    @Covers("RFC2817-3.3-04")
    void oldTlsVersionIsRejectedWithAnAlert() throws IOException {
        byte[] hello = HexFormat.of().parseHex("160301002d" + "01000029" + "0301" + "00".repeat(32) + "00" + "0002002f" + "0100");
        try (Wire wire = clear(upgrade("GET", "/digest")).send(hello)) {
            byte[] alert = wire.readExactly(7);
            assertThat(alert[0]).isEqualTo((byte) 21);
            assertThat(alert).endsWith(2, 70);
            assertThat(wire.readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
    }

    /** The victim of such an attack has sent no upgrade: its first response would be the response to the request of another client (CVE-2025-49812). */
    @Test
    void handshakeWithAlpnIsRejected() throws IOException {
        try (Wire wire = clear(upgrade("GET", "/digest"))) {
            SSLSocket victim = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(wire.socket(), "localhost", 443, true);
            SSLParameters parameters = victim.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            victim.setSSLParameters(parameters);
            assertThatThrownBy(victim::startHandshake).isInstanceOf(SSLException.class).hasMessageContaining("no_application_protocol");
        }
    }

    @Test
    @Covers("RFC8446-5.1-01")
    void recordsMayArriveByteByByte() throws IOException {
        try (Wire wire = clear(upgrade("GET", "/digest"))) {
            SSLSocket socket = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(new BytewiseSocket(wire.socket()), "localhost", 443, true);
            socket.startHandshake();
            byte[] start = socket.getInputStream().readNBytes(12);
            assertThat(new String(start)).isEqualTo("HTTP/1.1 200");
        }
    }

    @Test
    @Covers("RFC8446-4.6.3-01")
    void keyUpdateKeepsTheConnection() throws IOException {
        try (Wire wire = upgradedToTls()) {
            ((SSLSocket) wire.socket()).startHandshake();       // in TLS 1.3 this is a KeyUpdate
            assertThat(ask(wire, "/served").status()).isEqualTo(200);
        }
    }

    @Test
    @Covers("RFC8446-6.1-01")
    void connectionEndsWithCloseNotify() throws IOException {
        try (TlsTestClient talk = tlsClient()) {
            TlsTestClient.TlsRest rest = talk.send(RawHttp.get("/tls/page/served", "Connection: close")).readToEnd(10_000);
            assertThat(new String(rest.bytes(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 200").containsIgnoringCase("\r\nconnection: close\r\n");
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
        }
        try (TlsTestClient talk = tlsClient()) {
            TlsTestClient.TlsRest rest = talk.send("no HTTP\r\n\r\n").readToEnd(10_000);
            assertThat(new String(rest.bytes(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 400");
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
        }
    }

    /** A client inside TLS, after the first response. It distinguishes close_notify from a FIN. */
    private static TlsTestClient tlsClient() throws IOException {
        Socket socket = new Socket(server.http().getHost(), server.http().getPort());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(upgrade("GET", "/nothing").getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) head.append((char) socket.getInputStream().read());
        assertThat(head).startsWith("HTTP/1.1 101");
        TlsTestClient talk = TlsTestClient.over(socket);
        assertThat(talk.readHead()).startsWith("HTTP/1.1 204");
        return talk;
    }

    @Test
    void missingTlsHandshakeTimesOut() throws IOException {
        try (Wire wire = clear(upgrade("GET", "/digest"))) {
            assertThat(wire.send(new byte[] {22, 3, 1}).readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
    }

    @Test
    void applicationBlocksForAClientThatReadsNothing() throws IOException, InterruptedException {
        ApplicationClient asking = ApplicationClient.of(server, "/tls");
        long before = Long.parseLong(asking.page("/page/written"));
        try (Wire wire = upgradedToTls().send(RawHttp.get("/tls/page/big?size=100000000"))) {
            long last = -1;
            long now = Long.parseLong(asking.page("/page/written"));
            while (now != last) {
                Thread.sleep(300);      // no event shows that nothing more happens
                last = now;
                now = Long.parseLong(asking.page("/page/written"));
            }
            assertThat(now - before).isLessThan(50_000_000);
        }
    }

    /** A socket that sends every byte in a segment of its own. */
    private static final class BytewiseSocket extends Socket {
        private final Socket socket;

        BytewiseSocket(Socket socket) {
            this.socket = socket;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(socket.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    for (byte b : Arrays.copyOfRange(bytes, offset, offset + length)) {
                        out.write(b);
                        out.flush();
                    }
                }
            };
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
