package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Checks connections on which the container uses its own HTTP/2. HTTP/2 has no upgrade mechanism, so Changeover switches nothing inside them. */
@OnContainer
class ContainerHttp2IT {
    private static final String SETTINGS = "\0\0\0\4\0\0\0\0\0";
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS;

    /** A header field as a literal without indexing. Its name is a literal, too. */
    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        for (String text : new String[] {name, value}) {
            block.write(text.length());
            block.writeBytes(text.getBytes(ISO_8859_1));
        }
    }

    private static byte[] headers(String path, String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "GET");
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, ":authority", "localhost");
        for (int i = 0; i < fields.length; i += 2) field(block, fields[i], fields[i + 1]);
        int length = block.size();
        return ByteBuffer.allocate(9 + length).put((byte) 0).putShort((short) length).put((byte) 1).put((byte) 5).putInt(1).put(block.toByteArray()).array();
    }

    /** The types of the frames up to the end of stream 1, and the data on it. */
    private static String responseOnStream1(Wire wire) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (true) {
            ByteBuffer head = ByteBuffer.wrap(wire.readExactly(9));
            int length = (head.get() & 0xff) << 16 | (head.get() & 0xff) << 8 | head.get() & 0xff;
            int type = head.get();
            int flags = head.get();
            int stream = head.getInt();
            String payload = wire.readText(length);
            seen.append(type == 0 ? payload : "[" + type + "]");
            if (type == 7 || type == 3 && stream == 1 || stream == 1 && type <= 1 && (flags & 1) != 0) return seen.toString();
        }
    }

    @Test
    @PayaraOnly
    @Covers({"MDN-11", "GEN-12"})
    void payaraAnswersH2cAndIgnoresOtherOffers(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(RawHttp.get(OnContainer.CONTEXT + "/echo", "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: echo", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("h2c");
            assertThat(responseOnStream1(wire.send(PREFACE))).contains("[1]").contains("This connection can be upgraded from HTTP/1.1 to");
        }
    }

    private static Wire echoWithHttp2Settings(ContainerUnderTest container, String context) throws IOException {
        Wire wire = Wire.connect(container.http()).send(RawHttp.get(context + "/echo", "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c, echo", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"));
        assertThat(wire.readHead().only("Upgrade")).isEqualTo("echo");
        return wire;
    }

    @Test
    @PayaraOnly
    void connectionWithHttp2SettingsIsServed(ContainerUnderTest container) throws IOException {
        try (Wire wire = echoWithHttp2Settings(container, OnContainer.CONTEXT)) {
            assertThat(wire.send("bytes").readText(5)).isEqualTo("bytes");
            assertThat(wire.shutdownOutput().readToEnd().text()).isEmpty();
        }
    }

    /** Payara's own HTTP/2 reads the first bytes after such a head as the preface, and closes the connection. */
    @Test
    @PayaraOnly
    void withoutLoopsPayaraClosesAConnectionWithHttp2Settings(ContainerUnderTest container) throws IOException {
        container.deploy(War.demo("settings-without-loops").set("changeover.loops", "0").build(), "/settings-without-loops");
        try (Wire wire = echoWithHttp2Settings(container, "/settings-without-loops")) {
            Wire.Rest rest = wire.send("bytes").readToEnd();
            assertThat(rest.text()).isEmpty();
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        } finally {
            container.undeploy("/settings-without-loops");
        }
    }

    @Test
    @PayaraOnly
    @Covers({"MDN-11", "RFC9113-3.3-01"})
    void offerInsideHttp2IsIgnored(ContainerUnderTest container) throws IOException {
        for (String path : new String[] {"/echo", "/upgrade-only"}) {
            try (Wire wire = Wire.connect(container.http()).send(PREFACE)) {
                wire.send(headers(OnContainer.CONTEXT + path, "upgrade", "echo, foo/2"));
                String answer = responseOnStream1(wire);
                assertThat(answer).doesNotContain("HTTP/1.1 101");
                wire.send("no frame, and no echo");
                assertThat(answer).contains(path.equals("/echo") ? "This connection can be upgraded" : "repeat the request over HTTP/1.1");
            }
        }
    }

    @Test
    @TomcatOnly
    @Covers({"MDN-11", "RFC9113-3.3-01"})
    void tomcatHasNoHttp2ByDefault(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(PREFACE)) {
            assertThat(wire.readToEnd().text()).isEmpty();
        }
        assertThat(RawHttp.exchange(container, RawHttp.upgrade(OnContainer.CONTEXT + "/echo", "h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")).status()).isEqualTo(200);
    }
}
