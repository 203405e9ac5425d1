package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.websocket.HandshakeTable;
import io.github.changeover.websocket.HandshakeTable.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of opening handshakes, octet for octet on a container's connectors. What a container answers by itself before any
 * application sees the request is held to one rule: it is an error of HTTP's, and never a 101.
 */
@OnContainer
class WebSocketHandshakeIT {
    /** 400 bad request, 405 and 501 methods, 505 version. */
    private static final Set<Integer> CONTAINERS_OWN = Set.of(400, 405, 501, 505);
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("handshake").webSocket().app("handshake").build(), "/handshake");
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("/handshake");
    }

    static Stream<Row> rows() {
        return HandshakeTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @Covers({"RFC6455-4.2.1-01", "RFC6455-4.2.1-02", "RFC6455-4.2.1-03", "RFC6455-4.2.1-04", "RFC6455-4.2.1-05", "RFC6455-4.2.1-06", "RFC6455-4.2.1-07",
            "RFC6455-4.2.2-01", "RFC6455-4.2.2-03", "RFC6455-4.2.2-04", "RFC6455-4.2.2-05", "RFC6455-4.2.2-06", "RFC6455-4.2.2-07", "RFC6455-4.2.2-08",
            "RFC6455-4.4-01", "RFC7692-5-01", "RFC7692-5.1-01", "RFC7692-7.1.1.1-01", "RFC7692-7.1.2.1-01", "RFC7692-7.1.2.2-01",
            "MDN-07", "MDN-08", "MDN-09", "MDN-10", "MDN-12"})
    void row(Row row) throws IOException {
        List<String> request = new ArrayList<>();
        request.add(row.requestLine().replaceFirst(" /", " /handshake/"));
        request.addAll(row.lines());
        try (Wire wire = Wire.connect(row.secure() ? container.https() : container.http())) {
            wire.send(String.join("\r\n", request) + "\r\n\r\n");
            Head head = wire.readHead();
            if (row.status().isEmpty()) {
                assertThat(head.status()).as("%s", head).isIn(Stream.concat(Stream.of(200), CONTAINERS_OWN.stream()).toList());
                if (head.status() == 200) assertThat(head.only("Upgrade")).isNull();
            } else if (row.status().get() == 101) {
                accepted(row, head);
            } else {
                refused(row, head, wire);
            }
        }
    }

    private static void accepted(Row row, Head head) {
        if (row.name().equals("an underscore") && container.isTomcat()) {
            assertThat(head.status()).as("Tomcat takes no underscore in a host: %s", head).isEqualTo(400);
            return;
        }
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        assertThat(head.only("Upgrade")).isEqualToIgnoringCase("websocket");
        assertThat(head.only("Connection")).isEqualTo("Upgrade");
        String key = row.lines().stream().filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("sec-websocket-key:")).findFirst().orElseThrow().split(":", 2)[1].strip();
        assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo(accept(key));
        for (String name : List.of("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Version", "Content-Length", "Transfer-Encoding", "Content-Type")) {
            assertThat(head.all(name)).as(name).isEqualTo(row.values(name));
        }
    }

    private static void refused(Row row, Head head, Wire wire) throws IOException {
        String body = wire.readBodyText(head);
        boolean ours = "text/plain;charset=utf-8".equals(head.only("Content-Type"));
        if (!ours) {
            assertThat(row.section()).as("only what is wrong with HTTP itself is the container's: %s", head).isIn("start", "host");
            boolean payarasHost = container.isPayara() && head.status() == 200 && body.isEmpty() && "close".equals(head.only("Connection"));
            assertThat(payarasHost || CONTAINERS_OWN.contains(head.status())).as("%s", head).isTrue();
            return;
        }
        assertThat(head.status()).as("%s", head).isEqualTo(row.status().get());
        assertThat(body).contains(row.word());
        for (String line : row.answer()) assertThat(head.all(line.split(":")[0])).as(line).isEqualTo(row.values(line.split(":")[0]));
        if (head.status() == 426) {
            assertThat(head.only("Upgrade")).isEqualTo("websocket");
            assertThat(head.only("Connection")).isEqualToIgnoringCase("upgrade");
        }
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
