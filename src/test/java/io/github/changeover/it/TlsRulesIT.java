package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.TrustAllTls;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that inside TLS by upgrade, everything is rejected that a server of HTTP/1.1 and TLS must reject (RFC 9112 sections 2 to 6, RFC 9325). */
@OnContainer
@OnceOnTomcat
class TlsRulesIT {
    private static final String CONTEXT = "/tlsrules";
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("tls-rules").app("inner").protocolLibraries().set("changeover.path./page/*.protocols", "TLS/1.2").set("changeover.linger", "500ms")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), CONTEXT);
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(CONTEXT);
    }

    private static Wire clear() throws IOException {
        Wire wire = Wire.connect(server.http()).send(RawHttp.upgrade(CONTEXT + "/page/nothing", "TLS/1.2"));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static Wire upgradedToTls() throws IOException {
        Wire wire = clear().startTls();
        assertThat(wire.readHead().status()).isEqualTo(204);
        return wire;
    }

    /** Expands a test case: {@code ~} is the path of the application, {@code |} is a line break. */
    private static String text(String request) {
        return request.replace("~", CONTEXT + "/page").replace("|", "\r\n").replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\0", "\0").replace("\\e", "\u00e9");
    }

    @ParameterizedTest(name = "S8: {0} is answered {1}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        // RFC 9112 sections 2.3 and 3: the request line
        "GET ~/served HTTP/2.0|Host: localhost||;505", "GET ~/served HTTP/1.2|Host: localhost||;505", "GET ~/served HTTP/3.0|Host: localhost||;505", "GET ~/served HTTP/0.9|Host: localhost||;505",
        "PRI * HTTP/2.0||SM||;505", "GET ~/served http/1.1|Host: localhost||;400", "GET ~/served HTTP/1.10|Host: localhost||;400", "GET ~/served HTTP/11|Host: localhost||;400",
        "GET ~/served ICY/1.1|Host: localhost||;400", "GET ~/served|Host: localhost||;400", "GET ~/served HTTP/1.1 |Host: localhost||;400", "GET ~/a b HTTP/1.1|Host: localhost||;400",
        "GET ~/\\e HTTP/1.1|Host: localhost||;400", "GET ~/#x HTTP/1.1|Host: localhost||;400", "GET page HTTP/1.1|Host: localhost||;400", "GET * HTTP/1.1|Host: localhost||;400", "G@T ~/served HTTP/1.1|Host: localhost||;400",
        "GET ~/served HTTP/1.1\\nHost: localhost\\n\\n;400",
        // section 3.2: Host
        "GET ~/served HTTP/1.1||;400", "GET ~/served HTTP/1.1|Host: localhost|Host: localhost||;400", "GET ~/served HTTP/1.1|Host: localhost|host: elsewhere||;400", "GET ~/served HTTP/1.0|Host: localhost|Host: localhost||;400",
        "GET ~/served HTTP/1.1|Host:||;400", "GET ~/served HTTP/1.1|Host: a b||;400", "GET ~/served HTTP/1.1|Host: user@localhost||;400", "GET ~/served HTTP/1.1|Host: localhost/||;400", "GET ~/served HTTP/1.1|Host: localhost:a||;400",
        "GET ~/served HTTP/1.1|Host: elsewhere||;421",
        // section 3.2.2: the target contains the host, and Host is ignored
        "GET https://elsewhere~/served HTTP/1.1|Host: localhost||;421", "GET http://localhost~/served HTTP/1.1|Host: localhost||;421", "GET https://user@localhost~/served HTTP/1.1|Host: localhost||;400",
        "GET ftp://localhost~/served HTTP/1.1|Host: localhost||;400", "GET https:~/served HTTP/1.1|Host: localhost||;400", "CONNECT localhost:80 HTTP/1.1|Host: localhost||;405", "TRACE ~/served HTTP/1.1|Host: localhost||;405",
        // section 5: fields
        "GET ~/served HTTP/1.1|Host : localhost||;400", "GET ~/served HTTP/1.1|Host: localhost|X : 1||;400", "GET ~/served HTTP/1.1| Host: localhost||;400", "GET ~/served HTTP/1.1|Host: localhost|X||;400",
        "GET ~/served HTTP/1.1|Host: localhost|: x||;400", "GET ~/served HTTP/1.1|Host: localhost|X: a\\0b||;400", "GET ~/served HTTP/1.1|Host: localhost|X: a\\rb||;400", "GET ~/served HTTP/1.1|Host: localhost|X: 1\\nY: 2||;400",
        "GET ~/served HTTP/1.1|Host: localhost| folded||;400", "GET ~/served HTTP/1.1|Host: localhost|X\\e: 1||;400",
        // section 6: framing
        "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: gzip, chunked||0||;501", "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: gzip|Transfer-Encoding: chunked||0||;501",
        "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: identity, chunked||0||;501", "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: gzip||x;400", "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: chunked, gzip||0||;400",
        "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: chunked, chunked||0||;400", "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: xchunked||0||;400", "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: ||0||;400",
        "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: chunked|Content-Length: 5||0||;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 5|Transfer-Encoding: chunked||0||;400",
        "POST ~/digest HTTP/1.0|Host: localhost|Transfer-Encoding: chunked||0||;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 1|Content-Length: 2||ab;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 1, 1||a;400",
        "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: +1||a;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: -1||a;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 0x1||a;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length:||a;400",
        "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 99999999999999999999||a;400", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 1 1||a;400",
        "GET ~/served HTTP/1.1|Host: localhost|Upgrade: WebSocket|Connection: Upgrade|Sec-WebSocket-Key1: a|Sec-WebSocket-Key2: b||12345678;400"})
    void invalidRequestIsRejected(String request, int status) throws IOException {
        try (Wire wire = upgradedToTls()) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire.send(text(request)));
            assertThat(answer.status()).as(answer.body()).isEqualTo(status);
            assertThat(answer.body()).isNotBlank();
            if (status == 421 || request.startsWith("TRACE")) return;        // the request was complete
            assertThat(answer.head().only("Connection")).isEqualTo("close");
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest(name = "S8: chunks written as {0} close the connection, and no request is read from them")
    @ValueSource(strings = {"1\\na\\n0\\n\\n", "1|ab|0||", "1|a0||", "ffffffffffffffff|a", "100000000|a", "-1|a|0||", "+1|a|0||", "0x1|a|0||", "1 x|a|0||", "|1|a|0||", "1|aXX0||", "1;x=\\n|a|0||", "0|X : y||", "0| X: y||"})
    void invalidChunksAreRejected(String chunks) throws IOException {
        try (Wire wire = upgradedToTls().send(text("POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||") + text(chunks) + text("GET ~/smuggled HTTP/1.1|Host: localhost||"))) {
            String rest = wire.readToEnd().text();
            assertThat(rest).doesNotContain("HTTP/1.1 200");
        }
        assertThat(ApplicationClient.of(server, CONTEXT).page("/page/smuggled-so-far")).as("requests within chunks that the application saw, of this case and of those before").isEqualTo("0");
    }

    @ParameterizedTest(name = "S8: {0} is served")
    @ValueSource(strings = {"GET ~/served HTTP/1.1|Host: localhost||", "GET ~/served HTTP/1.1|Host:localhost||", "GET ~/served HTTP/1.1|Host: \\tlocalhost \\t||", "||GET ~/served HTTP/1.1|Host: localhost||",
        "GET https://localhost~/served HTTP/1.1|Host: localhost||", "GET https://localhost~/served HTTP/1.1|Host: elsewhere||", "GET HTTPS://LOCALHOST~/served?x HTTP/1.1|Host: localhost||", "OPTIONS * HTTP/1.1|Host: localhost||",
        "OPTIONS https://localhost HTTP/1.1|Host: localhost||", "GET ~/served HTTP/1.0|Host: localhost||", "GET ~/served HTTP/1.0||", "GET ~/served HTTP/1.1|Host: localhost|X: a| b||", "GET ~/served HTTP/1.1|Host: localhost|X:||",
        "GET ~/served HTTP/1.1|Host: localhost|X: \\e||", "POST ~/digest HTTP/1.1|Host: localhost|Transfer-Encoding: Chunked||1;x=y|a|0|T: 1||", "POST ~/digest HTTP/1.1|Host: localhost|Content-Length: 01||a",
        "GET ~/served HTTP/1.1|Host: localhost|Connection: Host, Content-Length||"})
    void validRequestIsServed(String request) throws IOException {
        try (Wire wire = upgradedToTls()) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire.send(text(request)));
            if (server.isGrizzly() && request.contains("\\e")) {
                assertThat(answer.status()).as("Payara takes no byte above 127").isEqualTo(400);
                return;
            }
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            if (request.contains("HTTP/1.0")) assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
            else assertThat(RawHttp.readResponse(wire.send(text("GET ~/served HTTP/1.1|Host: localhost||"))).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("S8: a request line and fields that are too long are answered 414 and 431")
    void tooLongRequestLineAndFieldsAreRejected() throws IOException {
        try (Wire wire = upgradedToTls()) {
            assertThat(wire.send(RawHttp.get(CONTEXT + "/page/" + "x".repeat(9000))).readHead().status()).isEqualTo(414);
        }
        try (Wire wire = upgradedToTls()) {
            assertThat(wire.send(RawHttp.get(CONTEXT + "/page/served", "X: " + "x".repeat(17_000))).readHead().status()).isEqualTo(431);
        }
    }

    @Test
    @DisplayName("S8: the rejection of a HEAD has no content, and the next request is served")
    void rejectionOfHeadHasNoContent() throws IOException {
        try (Wire wire = upgradedToTls()) {
            assertThat(wire.send(RawHttp.request("HEAD", "/elsewhere")).readHead().status()).isEqualTo(421);
            assertThat(RawHttp.readResponse(wire.send(RawHttp.get(CONTEXT + "/page/served"))).status()).isEqualTo(200);
        }
    }

    // ---- TLS

    private static SSLSocket tls12(SSLContext context, Wire clear) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(clear.socket(), "localhost", clear.socket().getPort(), true);
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void assertServed(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(RawHttp.get(CONTEXT + "/page/served").getBytes());
        StringBuilder heads = new StringBuilder();
        while (!heads.toString().contains("HTTP/1.1 200")) {
            int next = socket.getInputStream().read();
            if (next < 0) throw new IOException("the end, after " + heads);
            heads.append((char) next);
        }
    }

    @Test
    @DisplayName("S8: a renegotiation of TLS 1.2 closes the connection, and a resumed session is served")
    void renegotiationClosesAndResumptionIsServed() throws Exception {
        SSLContext context = TrustAllTls.context();
        for (int i = 0; i < 2; i++) {
            try (Wire clear = clear(); SSLSocket socket = tls12(context, clear)) {
                socket.startHandshake();
                assertServed(socket);
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
                assertThatThrownBy(() -> {
                    socket.startHandshake();
                    assertServed(socket);
                }).isInstanceOf(IOException.class);
            }
        }
    }

    @ParameterizedTest(name = "S8: {0} is not negotiated")
    @ValueSource(strings = {"TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"})
    void weakCipherSuitesAreRejected(String suite) throws Exception {
        try (Wire clear = clear(); SSLSocket socket = tls12(TrustAllTls.context(), clear)) {
            assertThat(Arrays.asList(socket.getSupportedCipherSuites())).contains(suite);
            socket.setEnabledCipherSuites(new String[] {suite});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest(name = "S8: {0} is negotiated")
    @ValueSource(strings = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"})
    void strongCipherSuitesAreAccepted(String suite) throws Exception {
        try (Wire clear = clear(); SSLSocket socket = tls12(TrustAllTls.context(), clear)) {
            socket.setEnabledCipherSuites(new String[] {suite});
            socket.startHandshake();
            assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
        } catch (SSLHandshakeException unknown) {
            throw new AssertionError(unknown);
        }
    }
}
