package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import io.github.changeover.websocket.HandshakeTable.HandshakeRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks rows of the handshake table against one application. Where a container itself responds before any application sees the request,
 * the response must be an HTTP error, and never a 101.
 *
 * @param own whether the engine of Changeover is used; the engine of the container negotiates extensions itself
 */
record HandshakeCheck(ContainerUnderTest container, String context, boolean own) {
    /** Statuses of responses by the container: 400 for a bad request, 405 and 501 for methods, 505 for the version. */
    private static final Set<Integer> CONTAINERS_OWN = Set.of(400, 405, 501, 505);

    void check(HandshakeRow row) throws IOException {
        List<String> request = new ArrayList<>();
        request.add(row.requestLine().replaceFirst(" /", " " + context + "/"));
        request.addAll(row.lines());
        try (Wire wire = Wire.connect(row.secure() ? container.https() : container.http())) {
            wire.send(String.join("\r\n", request) + "\r\n\r\n");
            Head head = wire.readHead();
            if (row.status().isEmpty()) {
                assertThat(head.status()).as("%s", head).isIn(Stream.concat(Stream.of(200), CONTAINERS_OWN.stream()).toList());
                if (head.status() == 200) assertThat(head.only("Upgrade")).isNull();
            } else if (row.status().get() == 101) {
                assertAccepted(row, head);
            } else {
                assertRejected(row, head, wire);
            }
        }
    }

    private void assertAccepted(HandshakeRow row, Head head) {
        if (row.name().equals("an underscore") && container.isTomcat()) {
            assertThat(head.status()).as("Tomcat takes no underscore in a host: %s", head).isEqualTo(400);
            return;
        }
        if (container.isGrizzly() && row.lines().stream().flatMapToInt(String::chars).anyMatch(b -> b > 127)) {
            assertThat(head.status()).as("Payara takes no byte above 127 in a field value: %s", head).isEqualTo(400);
            return;
        }
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        assertThat(head.only("Upgrade")).isEqualToIgnoringCase("websocket");
        assertThat(head.only("Connection")).isEqualToIgnoringCase("upgrade");
        if (own) assertThat(head.only("Connection")).isEqualTo("Upgrade");
        String key = row.lines().stream().filter(line -> line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")).findFirst().orElseThrow().split(":", 2)[1].strip();
        assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo(acceptKey(key));
        if (own) assertThat(head.all("Sec-WebSocket-Extensions")).isEqualTo(row.values("Sec-WebSocket-Extensions"));
        for (String name : List.of("Sec-WebSocket-Protocol", "Sec-WebSocket-Version", "Content-Length", "Transfer-Encoding", "Content-Type")) {
            assertThat(head.all(name)).as(name).isEqualTo(row.values(name));
        }
    }

    private void assertRejected(HandshakeRow row, Head head, Wire wire) throws IOException {
        String body = wire.readBodyText(head);
        boolean ours = "text/plain;charset=utf-8".equals(head.only("Content-Type"));
        if (!ours) {
            boolean odd = row.lines().stream().flatMapToInt(String::chars).anyMatch(c -> c > 0x7e || c < 0x20 && c != '\t');
            if (!odd) assertThat(row.section()).as("only HTTP errors are answered by the container: %s", head).isIn("start", "host");
            boolean payarasHost = container.isGrizzly() && head.status() == 200 && body.isEmpty() && "close".equals(head.only("Connection"));
            assertThat(payarasHost || CONTAINERS_OWN.contains(head.status())).as("%s", head).isTrue();
            return;
        }
        assertThat(head.status()).as("%s", head).isEqualTo(row.status().get());
        assertThat(body).contains(row.word());
        for (String line : row.answer()) assertThat(head.all(line.split(":")[0])).as(line).isEqualTo(row.values(line.split(":")[0]));
        if (head.status() == 426) {
            assertThat(head.only("Upgrade")).isEqualTo("websocket");
            boolean old = row.requestLine().endsWith("HTTP/1.0");
            List<String> connection = head.all("Connection").stream().map(line -> line.toLowerCase(Locale.ROOT)).toList();
            if (!old) assertThat(connection).containsExactly("upgrade");
            else if (container.isGrizzly()) assertThat(connection).as("Payara's own, instead of ours").containsExactly("close");
            else assertThat(connection).as("Tomcat adds its own").first().isEqualTo("upgrade");
        }
    }

    private static String acceptKey(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
