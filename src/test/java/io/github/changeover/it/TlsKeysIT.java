package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A client that renews its keys on a switched connection, on the container's own listener: by a KeyUpdate of TLS 1.3, or a renegotiation before. */
@OnContainer
class TlsKeysIT {
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

    private static TlsTalk switched(String protocol) throws IOException {
        TlsTalk talk = TlsTalk.to(container.https(), protocol, 0);
        talk.send("GET " + AT + "/ends?keys HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ends\r\n\r\n");
        assertThat(talk.readHead()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\n");
        return talk;
    }

    @Test
    @DisplayName("The server renews its keys before it sends the next bytes")
    void theServerRenewsItsKeys() throws IOException {
        try (TlsTalk talk = switched("TLSv1.3")) {
            assertThat(talk.send("x").read(1)).isEqualTo("x");
            int before = talk.recordsWithoutBytes();
            for (int i = 1; i <= 20; i++) {
                assertThat(talk.renewKeys().send("y").read(1)).isEqualTo("y");
                assertThat(talk.recordsWithoutBytes()).as("records without bytes").isEqualTo(before + i);
            }
        }
    }

    /** A second demand before the first is answered ends the connection on Tomcat, which keeps one answer at most. */
    @NotOnTomcatServletEdge      // there Tomcat answers on the thread that reads, while another encrypts
    @RepeatedTest(5)
    @DisplayName("No byte is lost or garbled when a client renews its keys while the server sends")
    void whileTheServerSends() throws Exception {
        try (TlsTalk talk = switched("TLSv1.3").send("m")) {
            int before = 0;
            while (before < 3_000_000) {
                int records = talk.renewKeys().recordsWithoutBytes();
                while (talk.recordsWithoutBytes() == records && before < 4_000_000) before += talk.read(1).length();
            }
            TlsTalk.Rest rest = talk.readToEnd(5000);
            assertThat(rest.end()).isEqualTo(TlsTalk.End.CLOSE_NOTIFY);
            assertThat(before + rest.bytes().length).isEqualTo(4_000_000);
        }
    }

    /** A client that does not go on with it would keep the server from sending anything, and busy with trying. */
    @NotOnTomcatServletEdge      // there Tomcat itself reads the records
    @Test
    @DisplayName("S8: a renegotiation of TLS 1.2 ends the connection")
    void renegotiation() throws IOException {
        try (TlsTalk talk = switched("TLSv1.2")) {
            assertThat(talk.send("x").read(1)).isEqualTo("x");
            assertThat(talk.renewKeys().readToEnd(5000).end()).isNotEqualTo(TlsTalk.End.TIMEOUT);
        }
    }
}
