package io.github.changeover.it.arquillian;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks the packaged WAR, deployed by Arquillian. */
@ArquillianTest
@RunAsClient
@Tag("arquillian")
class ArquillianEchoIT {
    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("changeover.war")));
    }

    @Test
    void pageIsServed() throws IOException {
        try (Wire wire = Wire.connect(base.getHost(), base.getPort())) {
            wire.send("GET " + base.getPath() + "index.html HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).contains("<h1>Changeover</h1>");
        }
    }

    @Test
    void everyByteIsEchoed() throws IOException {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        try (Wire wire = Wire.connect(base.getHost(), base.getPort())) {
            wire.send("GET " + base.getPath() + "echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).as(head.raw()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("echo");
            assertThat(wire.send(bytes).readExactly(bytes.length)).isEqualTo(bytes);
            wire.shutdownOutput();
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }
}
