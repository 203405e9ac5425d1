package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Checks that the packaged WAR serves ordinary requests, over TCP and TLS. */
@OnContainer
final class DemoPageIT {

    @Test
    void pageIsServed(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http())) {
            wire.send("GET /changeover/index.html HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).contains("<h1>Changeover</h1>");
        }
    }

    @Test
    void contextRootServesTheSamePage(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http())) {
            wire.send("GET /changeover/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).contains("<h1>Changeover</h1>");
        }
    }

    @Test
    void requestPageShowsLineFieldsAndBody(ContainerUnderTest container) throws IOException {
        assertRequestPage(container.http());
    }

    @Test
    void requestPageWorksOverTls(ContainerUnderTest container) throws IOException {
        assertRequestPage(container.https());
    }

    private static void assertRequestPage(URI server) throws IOException {
        try (Wire wire = Wire.connect(server)) {
            wire.send("POST /changeover/request?a=b HTTP/1.1\r\nHost: localhost\r\nX-One: 1\r\nX-One: 2\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head))
                    .contains("?a=b HTTP/1.1\n", "x-one: 1\nx-one: 2\n", "\n\nbody-length: 5\n",
                            "body-sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n");
        }
    }

    @Test
    void tlsUsesTheCertificateOfTheBuild(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.https())) {
            X509Certificate certificate = (X509Certificate) ((SSLSocket) wire.socket()).getSession().getPeerCertificates()[0];
            assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
        }
    }

    @Test
    void connectionCloseEndsTheConnection(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http())) {
            wire.send("GET /changeover/request HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            wire.readHead();
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }
}
