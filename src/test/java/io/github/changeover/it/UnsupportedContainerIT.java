package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.it.container.Unsupported;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks containers that are not supported: no protocol is offered, ordinary HTTP is as without our JAR, and requests for required paths are rejected. */
@Unsupported
class UnsupportedContainerIT {
    private static final String CLASSES = "WEB-INF/classes/META-INF/services/io.github.changeover.spi.UpgradeProtocol";
    private static ContainerUnderTest server;
    private static String started;

    @BeforeAll
    static void start() {
        server = Containers.start(System.getProperty("changeover.test.container"), ListenerPorts.any());
        int before = server.log().length();
        server.deploy(with(War.with("unsupported")).build(), "/own");
        started = server.log().substring(before);
        server.deploy(with(War.plain("unsupported-alone")).build(), "/non");
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static War with(War war) {
        return war.app("untouched").file(CLASSES, "untouched.Echo\n").set("changeover.path./whole/ruled.protocols", "foo/2")
                .set("changeover.path./only.protocols", "foo/2").set("changeover.path./only.required", "true");
    }

    private static boolean isUndertow() {
        return server.name().equals("undertow-hidden");
    }

    @Test
    @DisplayName("H6: one warning names the detected class and what is supported, and the log offers nothing")
    void oneWarningNamesTheContainer() {
        List<String> warnings = started.lines().filter(line -> line.contains("WARNING") && line.contains("changeover")).toList();
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0)).contains(isUndertow() ? "io.undertow.servlet.spec.ServletContextImpl" : "org.eclipse.jetty.ee10.")
                .contains("Apache Tomcat 10.1 and 11").contains("Payara 6").contains("changeover.container=unchecked");
        assertThat(started).contains("no protocol is offered").contains("/own/only is set to required, so requests are rejected with 503").doesNotContain(" offers foo/2");
    }

    /** Also where the container itself reacts to an Upgrade, such as Jetty's 400 to an Upgrade without {@code Connection: Upgrade}. */
    @ParameterizedTest(name = "H6: {0} gets the response of the same application without our JAR")
    @ValueSource(strings = {"GET /CTX/whole/x|", "HEAD /CTX/whole/x|", "POST /CTX/whole/x|Content-Length: 5", "PUT /CTX/whole/x|Transfer-Encoding: chunked",
        "OPTIONS /CTX/whole/x|", "DELETE /CTX/unread/x|", "GET /CTX/whole/ruled|Connection: Upgrade|Upgrade: foo/2", "GET /CTX/whole/x|Connection: Upgrade|Upgrade: foo/2",
        "POST /CTX/whole/ruled|Connection: Upgrade|Upgrade: foo/2|Content-Length: 5", "POST /CTX/whole/ruled|Connection: Upgrade|Upgrade: unknown/7|Transfer-Encoding: chunked",
        "GET /CTX/whole/x|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "GET /CTX/whole/ruled|Upgrade: foo/2"})
    void ordinaryHttpIsTheSameWithoutOurJar(String text) throws IOException {
        assertThat(ask(text, "own")).isEqualTo(ask(text, "non"));
    }

    private static String ask(String text, String context) throws IOException {
        String[] lines = text.replace("CTX", context).split("\\|");
        String content = text.contains("chunked") ? "5\r\nhello\r\n0\r\n\r\n" : text.contains("Content-Length") ? "hello" : "";
        String head = lines[0] + " HTTP/1.1\r\nHost: localhost\r\n" + Stream.of(lines).skip(1).map(line -> line + "\r\n").reduce("", String::concat) + "\r\n";
        try (Wire wire = Wire.connect(server.http()).send(head + content)) {
            Head answer = wire.readHead();
            String body = text.startsWith("HEAD") ? "" : wire.readBodyText(answer);
            String next;
            try {
                next = wire.send("GET /" + context + "/whole/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").readToEnd().text();
            } catch (IOException ended) {
                next = "";
            }
            return (answer.raw().replaceAll("(?m)^Date:.*\r\n", "") + body + "\n" + next.startsWith("HTTP/1.1 200")).replace("/" + context + "/", "/");
        }
    }

    @ParameterizedTest(name = "H6: {0} of a required path is answered 503 with a reason and the settings")
    @ValueSource(strings = {"GET /own/only HTTP/1.1|Host: a", "GET /own/only HTTP/1.0", "POST /own/only HTTP/1.1|Host: a|Content-Length: 0",
        "GET /own/only HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: foo/2", "GET /own/only/ HTTP/1.1|Host: a", "GET /own//only HTTP/1.1|Host: a", "GET /own/only;a=b HTTP/1.1|Host: a"})
    void requiredPathIsRejected(String text) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(text.replace("|", "\r\n") + "\r\n\r\n")) {
            Head head = wire.readHead();
            if (head.status() == 400) return;       // Jetty rejects ambiguous paths
            assertThat(head.status()).isEqualTo(503);
            assertThat(wire.readBodyText(head)).contains("changeover.container").contains("The rule for /only is set to required").doesNotContain("content ");
        }
    }

    @Test
    @DisplayName("H1: a path that requires TLS never responds with the protected content, over HTTP/1.0 and 1.1")
    void pathThatRequiresTlsIsRejected() throws IOException {
        server.deploy(War.with("unsupported-tls").app("untouched").protocolLibraries().set("changeover.path./secure/*.protocols", "TLS/1.2")
                .set("changeover.path./secure/*.required", "true").set("changeover.tls.key-store", TestKeyStore.get().toString())
                .set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), "/tls");
        try {
            for (String request : List.of("GET /tls/secure/x HTTP/1.0\r\n\r\n", "GET /tls/secure/x HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET /tls/secure HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n", "POST /tls/secure/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")) {
                try (Wire wire = Wire.connect(server.http()).send(request)) {
                    Head head = wire.readHead();
                    assertThat(head.status()).isEqualTo(503);
                    assertThat(wire.readBodyText(head)).doesNotContain("content ");
                }
            }
        } finally {
            server.undeploy("/tls");
        }
    }

    @Test
    @DisplayName("H6: our ServerContainer is not installed: the engine of the container would serve")
    void serverContainerIsNotInstalled() throws IOException {
        server.deploy(War.with("unsupported-websocket").app("untouched").webSocketLibraries().build(), "/websocket");
        try {
            assertThat(body("/websocket/whole/attribute")).contains("server container null");
        } finally {
            server.undeploy("/websocket");
        }
    }

    private static String body(String path) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            return wire.readBodyText(head);
        }
    }

    @Test
    @DisplayName("H6: changeover.container=off is the same without a warning, and an unknown value stops the deployment")
    void disabledContainerSupportHasNoWarning() throws IOException {
        int before = server.log().length();
        server.deploy(with(War.with("unsupported-off")).set("changeover.container", "off").build(), "/off");
        try {
            assertThat(server.log().substring(before).lines().filter(line -> line.contains("WARNING") && line.contains("changeover"))).isEmpty();
            try (Wire wire = Wire.connect(server.http()).send("GET /off/only HTTP/1.1\r\nHost: a\r\n\r\n")) {
                Head head = wire.readHead();
                assertThat(head.status()).isEqualTo(503);
                assertThat(wire.readBodyText(head)).contains("changeover.container=off");
            }
            assertThat(body("/off/whole/x")).contains("GET /off/whole/x");
        } finally {
            server.undeploy("/off");
        }
        assertThatThrownBy(() -> server.deploy(with(War.with("unsupported-wrong")).set("changeover.container", "on").build(), "/wrong")).isInstanceOf(DeploymentFailed.class);
        server.undeploy("/wrong");
        assertThat(server.log()).contains("The setting changeover.container is 'on'. Allowed: auto or unchecked or off");
    }

    /** Not on Jetty, which would read the bytes of a switched connection as HTTP. */
    @Test
    @Tag("undertow-only")
    @DisplayName("H6: changeover.container=unchecked serves with the Servlet API alone and logs it, and Undertow echoes 1 MB")
    void uncheckedModeServes() throws IOException {
        int before = server.log().length();
        server.deploy(with(War.with("unsupported-unchecked")).set("changeover.container", "unchecked").build(), "/servlet");
        try {
            assertThat(server.log().substring(before)).contains("io.undertow.servlet.spec.ServletContextImpl").contains("using the Servlet API only (changeover.container=unchecked)")
                    .contains("/servlet/whole/ruled offers foo/2");
            byte[] all = ProbeClient.pattern(1 << 20);
            try (Wire wire = Wire.connect(server.http()).send(RawHttp.upgrade("/servlet/whole/ruled", "foo/2"))) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                // alternately, because Undertow itself writes bytes twice if a client reads slowly
                for (int at = 0; at < all.length; at += 4096) {
                    byte[] part = Arrays.copyOfRange(all, at, at + 4096);
                    ProbeClient.assertSame(wire.send(part).readExactly(part.length), part);
                }
            }
            assertThat(body("/servlet/whole/x")).as("and ordinary requests are not 404").contains("GET /servlet/whole/x");
            try (Wire wire = Wire.connect(server.http()).send("GET /servlet/only HTTP/1.1\r\nHost: a\r\n\r\n")) {
                assertThat(wire.readHead().status()).isEqualTo(426);
            }
        } finally {
            server.undeploy("/servlet");
        }
    }
}
