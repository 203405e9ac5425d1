package io.github.changeover.spring;

import static io.github.changeover.spring.ForkedServer.basic;
import static io.github.changeover.spring.ForkedServer.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.forked.ForkedApplication;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An executable JAR in a JVM of its own, used by clients of other projects. */
@Tag("full")
@DisplayName("an executable JAR")
class ForkedApplicationTest {
    @TempDir
    private static Path folder;
    private static Path jar, clients;
    private ForkedServer server;

    @BeforeAll
    static void build() throws Exception {
        jar = ExecutableJar.make(folder, ForkedApplication.class);
        clients = Files.createDirectories(folder.resolve("clients"));
        try (Stream<Path> files = Files.list(Path.of("src/test/clients"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) Files.copy(file, clients.resolve(file.getFileName()));
        }
        ForkedServer.run(folder, List.of("npm", "ci", "--prefix", clients.toString(), "--ignore-scripts", "--no-audit", "--no-fund"));
    }

    @ParameterizedTest(name = "on JDK {0}, virtual threads: {1}, {2}")
    @CsvSource({"17, false, JAR", "25, true, JAR", "25, false, exploded"})
    void servesClientsOfOtherProjects(int jdk, boolean virtual, String form) throws Exception {
        Path java = jdk == 17 ? ForkedServer.JAVA : Path.of(System.getProperty("jdk25.home"), "bin", "java"), program = jar;
        if (form.equals("exploded")) {
            ForkedServer.run(folder, List.of(java.toString(), "-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", folder.resolve("exploded").toString(), "--force"));
            program = folder.resolve("exploded/executable.jar");
        }
        try (ForkedServer started = ForkedServer.start(folder, List.of(java.toString(), "-Xmx512m", "-jar", program.toString()), "spring.threads.virtual.enabled=" + virtual, "management.endpoints.web.exposure.include=*",
                "management.endpoint.changeover.access=unrestricted", "management.endpoint.health.probes.enabled=true", "changeover.drain=10s")) {
            server = started;
            server.await(() -> server.status("/actuator/health/readiness") == 200);
            protocolsAndSecurity();
            webSocketClients();
            operation();
            drainOnTermination();
            assertThat(server.log()).containsPattern("WebSocket on \\[/echo/\\{name}] by Tyrus [^ ]*2\\.2\\.2[^ ]* of the application").doesNotContain("ERROR", "SEVERE", "Exception");
        }
    }

    private void protocolsAndSecurity() throws IOException {
        try (Wire wire = server.line()) {
            assertThat(wire.send("hello\n").readLine()).isEqualTo("1 hello\n");
        }
        assertThat(server.statusOf("/lines/garden", "line/1")).isEqualTo(401);
        assertThat(server.statusOf("/lines/garden", "line/1", user("bob"))).isEqualTo(403);
        try (Wire wire = server.upgrade("/echo/x", "websocket", WebSocketWire.fields("Origin: https://evil.example\r\n"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(403);
            assertThat(wire.readBodyText(head)).contains("https://evil.example");
        }
        try (WebSocketWire socket = server.webSocket("/sock/000/abcdefgh/websocket", user("bob"))) {
            assertThat(socket.text()).isEqualTo("o");
            assertThat(socket.send("[\"hello\"]").text()).isEqualTo("a[\"spring hello\"]");
        }
    }

    private void webSocketClients() throws Exception {
        String address = "ws://127.0.0.1:" + server.port;
        assertThat(ForkedServer.run(folder, List.of("node", clients.resolve("ws.js").toString(), address + "/echo/x", basic("ann"))).lines())
                .containsExactly("open permessage-deflate", "Welcome to x", "1 hello", "100002 characters, true", "closed 1000");
        assertThat(ForkedServer.run(folder, List.of("node", clients.resolve("stomp.js").toString(), address + "/stomp", "200", basic("ann"))).strip()).isEqualTo("200 heard it");
    }

    private void operation() throws Exception {
        try (Wire open = server.line()) {
            assertThat(server.send("GET", "/actuator/changeover").body()).contains("\"/lines/{room}\":[\"line/1\"]");
            assertThat(server.send("GET", "/actuator/prometheus").body()).contains("changeover_connections{protocol=\"line/1\"} 1.0");
            assertThat(server.send("POST", "/actuator/changeover/drain").statusCode()).isEqualTo(204);
            assertThat(open.readLine()).isEqualTo("BYE\n");
            assertThat(server.status("/actuator/health/readiness")).isEqualTo(503);
            assertThat(server.status("/actuator/health/liveness")).isEqualTo(200);
            assertThat(server.send("POST", "/actuator/changeover/stopDraining").statusCode()).isEqualTo(204);
            assertThat(server.status("/actuator/health/readiness")).isEqualTo(200);
        }
    }

    /** 500 open connections: 150 with a blocking handler, and 350 WebSockets. */
    private void drainOnTermination() throws Exception {
        List<Wire> lines = new ArrayList<>();
        List<WebSocketWire> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 150; i++) lines.add(server.line());
            for (int i = 0; i < 350; i++) {
                sockets.add(server.webSocket("/echo/x"));
                assertThat(sockets.get(i).text()).isEqualTo("Welcome to x");
            }
            server.process.destroy();
            for (Wire line : lines) assertThat(line.readLine()).isEqualTo("BYE\n");
            for (WebSocketWire socket : sockets) assertThat(socket.closeCode()).isEqualTo(1001);
        } finally {
            for (Wire line : lines) line.close();
            for (WebSocketWire socket : sockets) socket.close();
        }
        assertThat(server.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(server.log()).contains("Shutting down: waiting up to 10 s for 500 connections to close");
    }
}
