package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks that bytes that a client has sent on a switched connection, and that the handler has not read, are never read as a request: a proxy in front has
 * forwarded them unchecked, as bytes of the new protocol. Each connection sends only requests, one after another.
 */
@OnContainer
@Portable
@EmbeddedOnly
class UnreadBytesIT {
    private static final String AT = "/leftover";
    private static final int AT_ONCE = 5, EACH = 12;
    private static ContainerUnderTest container;
    private static ApplicationClient asking;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("leftover").app("leftover").set("changeover.linger", "1s").build(), AT);
        asking = ApplicationClient.of(container, AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    @ParameterizedTest(name = "the handler {0}, the client resets: {1}, over {2}")
    @CsvSource({"returns, false, http", "throws, false, http", "returns, true, http", "throws, true, http", "throws, false, https", "throws, true, https"})
    @DisplayName("H6: no byte of a switched connection is ever read as a request")
    void unreadBytesAreNeverARequest(String how, boolean resets, String scheme) throws Exception {
        URI server = scheme.equals("https") ? container.https() : container.http();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Thread client = new Thread(() -> {
                try {
                    for (int n = 0; n < EACH; n++) exchange(server, how, resets);
                } catch (IOException | AssertionError failure) {
                    failures.add(failure);
                }
            });
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) client.join(120_000);
        assertThat(failures).isEmpty();
        assertThat(asking.page("/hits")).as("requests that no client has sent").isEqualTo("0");
    }

    private static void exchange(URI server, String how, boolean resets) throws IOException {
        try (Wire wire = Wire.connect(server)) {
            wire.send("GET " + AT + "/leaves?" + how + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: leftover\r\n\r\n");
            assertThat(wire.readHead().status()).isEqualTo(101);
            String request = "GET " + AT + "/hit HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";
            request += "x".repeat(128 - 4 - request.length()) + "\r\n\r\n";      // a request begins wherever a container may continue in its buffer
            try {
                wire.send(request.repeat(512).getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException gone) {
                return;         // the server has closed earlier
            }
            if (resets) wire.reset();
            else wire.readToEnd();
        }
    }
}
