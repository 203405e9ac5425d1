package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Checks clients that update their keys on a switched connection, on the container's own listener: by a KeyUpdate of TLS 1.3, or by a renegotiation
 * before TLS 1.3.
 */
@OnContainer
@EmbeddedOnly
class TlsKeyUpdateIT {
    private static final String AT = "/keys";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("ends").app("ends").set("changeover.queue.max", "8M").set("changeover.linger", "60s").set("changeover.closing", "60s").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    private static TlsTestClient switched(String protocol, int receiveBuffer, String name) throws IOException {
        TlsTestClient talk = TlsTestClient.to(container.https(), protocol, receiveBuffer);
        talk.send("GET " + AT + "/ends?" + name + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ends\r\n\r\n");
        assertThat(talk.readHead()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\n");
        return talk;
    }

    @NotOnTomcatServletEdge      // there, Tomcat responds on the reading thread while another thread may still be writing
    @Test
    @DisplayName("The server updates its keys before it sends the next bytes")
    void serverUpdatesItsKeys() throws IOException {
        try (TlsTestClient talk = switched("TLSv1.3", 0, "sends")) {
            assertThat(talk.send("x").read(1)).isEqualTo("x");
            int before = talk.recordsWithoutBytes();
            for (int i = 1; i <= 20; i++) {
                assertThat(talk.updateKeys().send("y").read(1)).isEqualTo("y");
                assertThat(talk.recordsWithoutBytes()).as("records without bytes").isEqualTo(before + i);
            }
        }
    }

    @NotOnTomcatServletEdge      // there, Tomcat responds on the reading thread while another thread encrypts
    @RepeatedTest(5)
    @DisplayName("No byte is lost or corrupted when a client updates its keys while the server sends")
    void keyUpdateWhileTheServerSends() throws Exception {
        try (TlsTestClient talk = switched("TLSv1.3", 0, "sends").send("m")) {
            int before = 0;
            while (before < 3_000_000) {
                int records = talk.updateKeys().recordsWithoutBytes();
                while (talk.recordsWithoutBytes() == records && before < 4_000_000) before += talk.read(1).length();
            }
            TlsTestClient.TlsRest rest = talk.readToEnd(5000);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
            assertThat(before + rest.bytes().length).isEqualTo(4_000_000);
        }
    }

    @NotOnTomcatServletEdge      // there, Tomcat responds on the reading thread, and closes the connection if it cannot send the response
    @Test
    @DisplayName("Bytes after key update requests are read, also while the server cannot answer them, and the end is detected")
    void keyUpdateWhileTheServerCannotSend() throws IOException {
        try (TlsTestClient talk = switched("TLSv1.3", 8192, "waits").send("w")) {
            talk.updateKeys().send("abc").updateKeys().updateKeys().send("de");
            assertThat(receivedSoFar("waits", 5)).isEqualTo("5 bytes");
            byte[] last = new byte[40_000];
            Arrays.fill(last, (byte) 'x');
            TlsTestClient.TlsRest rest = talk.updateKeys().sendLast(last).readToEnd(5000);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
            assertThat(rest.bytes()).hasSize(7_000_000 + 5 + last.length);
        }
    }

    @Test
    @DisplayName("A client may send for a long time after a key update request that the server does not answer because it has nothing to send")
    void keyUpdateWhileTheServerIsSilent() throws IOException {
        try (TlsTestClient talk = switched("TLSv1.3", 0, "silent").send("q").updateKeys().send(new byte[3_000_000])) {
            assertThat(receivedSoFar("silent", 3_000_000)).isEqualTo("3000000 bytes");
        }
    }

    /** Waits until the handler has received this number of bytes. */
    private static String receivedSoFar(String name, int count) throws IOException {
        return ApplicationClient.of(container, AT).pageOnce((count + " bytes")::equals, Duration.ofSeconds(5), "/heard?so-far-" + name);
    }

    /** A client that does not continue the renegotiation would block all sends of the server, and keep the server busy with attempts. */
    @NotOnTomcatServletEdge      // there, Tomcat itself reads the records
    @Test
    @DisplayName("S8: a renegotiation of TLS 1.2 closes the connection")
    void renegotiationClosesTheConnection() throws IOException {
        try (TlsTestClient talk = switched("TLSv1.2", 0, "renegotiates")) {
            assertThat(talk.send("x").read(1)).isEqualTo("x");
            assertThat(talk.updateKeys().readToEnd(5000).end()).isNotEqualTo(TlsTestClient.TlsEnd.TIMEOUT);
        }
    }
}
