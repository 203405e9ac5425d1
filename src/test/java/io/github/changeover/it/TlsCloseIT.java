package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatEdgeOnly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks how a connection ends that was switched over TLS, on the container's own listener. */
@OnContainer
class TlsCloseIT {
    private static final String AT = "/ends";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("ends").app("ends").set("changeover.linger", "2s").set("changeover.queue.max", "8M").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    private static String request(String name) {
        return "GET " + AT + "/ends?" + name + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ends\r\n\r\n";
    }

    private static TlsTestClient switched(String protocol, int receiveBuffer, String name) throws IOException {
        TlsTestClient talk = TlsTestClient.to(container.https(), protocol, receiveBuffer).send(request(name));
        assertThat(talk.readHead()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\n");
        return talk;
    }

    /** The last bytes of the client and its close_notify may arrive in one read. No byte is lost. */
    @NotOnTomcatServletEdge      // there, Tomcat itself drops bytes that arrive in one read with close_notify
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 20_000, 100_000})
    @DisplayName("C11: every byte before the client's close_notify is echoed, followed by close_notify of the server")
    @Covers("RFC8446-6.1-01")
    void bytesBeforeCloseNotifyAreEchoed(int length) throws IOException {
        byte[] bytes = bytes(length);
        try (TlsTestClient talk = switched("TLSv1.3", 0, "echoed-" + length)) {
            TlsTestClient.TlsRest rest = talk.sendLast(bytes).readToEnd(5000);
            assertThat(rest.bytes()).isEqualTo(bytes);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
        }
    }

    /** Below TLS 1.3, a client that sends close_notify expects no response: the server drops what it has not sent yet (RFC 5246 section 7.2.1). */
    @NotOnTomcatServletEdge      // there, Tomcat itself drops bytes that arrive in one read with close_notify
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 20_000, 100_000})
    @DisplayName("C11: below TLS 1.3 every byte before the client's close_notify is received")
    void bytesBeforeCloseNotifyAreReceivedBelowTls13(int length) throws IOException {
        try (TlsTestClient talk = switched("TLSv1.2", 0, "received-" + length)) {
            assertThat(talk.sendLast(bytes(length)).readToEnd(5000).end()).isNotEqualTo(TlsTestClient.TlsEnd.TIMEOUT);
        }
        assertThat(receivedByServer("received-" + length)).startsWith(length + " bytes");
    }

    @TomcatEdgeOnly      // on Tomcat's streams, and on Payara, the container ends the connection
    @ParameterizedTest
    @ValueSource(strings = {"", "xyz"})
    @DisplayName("C11: a client that sends close_notify directly after its request gets its response, and the connection closes")
    void closeNotifyAfterTheRequestIsAnswered(String early) throws IOException {
        try (TlsTestClient talk = TlsTestClient.to(container.https(), "TLSv1.3", 0).sendLast((request("at-once") + early).getBytes(StandardCharsets.ISO_8859_1))) {
            assertThat(talk.readHead()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\n");
            TlsTestClient.TlsRest rest = talk.readToEnd(5000);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
            assertThat(rest.bytes()).asString().isEqualTo(early);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(11).nextBytes(bytes);
        for (int i = 0; i < length; i++) bytes[i] |= (byte) 0x80;     // no byte is a command
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @DisplayName("C11: close_notify of the server follows everything that was sent, also to a slow client")
    @Covers("RFC8446-6.1-01")
    void closeNotifyOfTheServerFollowsAllBytes(String protocol) throws IOException {
        try (TlsTestClient talk = switched(protocol, 4096, "full").send("f")) {
            LockSupport.parkNanos(700_000_000);     // meanwhile the buffers of both sides fill
            TlsTestClient.TlsRest rest = talk.readToEnd(5000);
            assertThat(rest.bytes()).hasSize(4_000_000);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
        }
    }

    /** Below TLS 1.3, a client that receives close_notify drops what it has not sent yet (RFC 8446 section 6.1). So the end of the output is delayed. */
    @NotOnTomcatServletEdge      // there, the output cannot end separately
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @DisplayName("C11: from TLS 1.3 on, the output ends separately")
    @Covers("RFC8446-6.1-01")
    void outputEndsSeparatelyFromTls13(String protocol) throws IOException {
        try (TlsTestClient talk = switched(protocol, 0, "alone-" + protocol).send("h")) {
            assertThat(talk.read(3)).isEqualTo("bye");
            TlsTestClient.TlsEnd before = talk.readToEnd(500).end();
            boolean alone = protocol.equals("TLSv1.3");
            assertThat(before).isEqualTo(alone ? TlsTestClient.TlsEnd.CLOSE_NOTIFY : TlsTestClient.TlsEnd.TIMEOUT);
            talk.sendLast("and more".getBytes());
            if (!alone) assertThat(talk.readToEnd(5000).end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
        }
        assertThat(receivedByServer("alone-" + protocol)).startsWith("and more ");
    }

    /** What the handler has received, after its connection has closed. */
    private static String receivedByServer(String name) throws IOException {
        return ApplicationClient.of(container, AT).pageOnce(heard -> !heard.isEmpty(), Duration.ofSeconds(10), "/heard?" + name);
    }
}
