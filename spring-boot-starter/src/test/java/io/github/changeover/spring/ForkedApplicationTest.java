package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.forked.ForkedApplication;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    @TempDir
    private static Path folder;
    private static Path jar, clients;
    private int port;

    @BeforeAll
    static void build() throws Exception {
        jar = ExecutableJar.make(folder, ForkedApplication.class);
        clients = Files.createDirectories(folder.resolve("clients"));
        try (var files = Files.list(Path.of("src/test/clients"))) {
            for (Path file : files.toList()) Files.copy(file, clients.resolve(file.getFileName()));
        }
        run(List.of("npm", "ci", "--prefix", clients.toString(), "--ignore-scripts", "--no-audit", "--no-fund"));
    }

    /** Runs a program to its end and returns its output. */
    private static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(command + " ends").isTrue();
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    private static Path java(int version) {
        String home = version == 17 ? System.getProperty("java.home") : System.getProperty("jdk25.home");
        return Path.of(home, "bin", "java");
    }

    @ParameterizedTest(name = "on JDK {0}, virtual threads: {1}, {2}")
    @CsvSource({"17, false, JAR", "25, true, JAR", "25, false, exploded"})
    void servesClientsOfOtherProjects(int jdk, boolean virtual, String form) throws Exception {
        Path program = jar;
        if (form.equals("exploded")) {
            run(List.of(java(jdk).toString(), "-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", folder.resolve("exploded").toString(), "--force"));
            program = folder.resolve("exploded/executable.jar");
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path log = folder.resolve("log-" + jdk + "-" + virtual + ".txt");
        Process server = new ProcessBuilder(java(jdk).toString(), "-Xmx512m", "-jar", program.toString(), "--server.address=127.0.0.1", "--server.port=" + port,
                "--spring.threads.virtual.enabled=" + virtual, "--management.endpoints.web.exposure.include=*", "--management.endpoint.changeover.access=unrestricted",
                "--management.endpoint.health.probes.enabled=true", "--changeover.drain=10s").redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            for (int i = 0; i < 600 && status("/actuator/health/readiness") != 200; i++) {
                assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
                TimeUnit.MILLISECONDS.sleep(100);
            }
            protocolsAndSecurity();
            webSocketClients();
            operation();
            drainOnTermination(server);
            assertThat(Files.readString(log)).containsPattern("WebSocket on \\[/echo/\\{name}] by Tyrus [^ ]*2\\.2\\.2[^ ]* of the application").doesNotContain("ERROR", "SEVERE", "Exception");
        } finally {
            server.destroyForcibly();
        }
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).method(method, HttpRequest.BodyPublishers.noBody()).header("Content-Type", "application/json").build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private int status(String path) throws InterruptedException {
        try {
            return send("GET", path).statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.US_ASCII));
    }

    private Wire upgrade(String path, String protocol, String... fields) throws IOException {
        return Wire.connect("127.0.0.1", port).send("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n"
                + String.join("", fields) + "\r\n");
    }

    private int headOf(String path, String protocol, String... fields) throws IOException {
        try (Wire wire = upgrade(path, protocol, fields)) {
            return wire.readHead().status();
        }
    }

    private Wire line() throws IOException {
        Wire wire = upgrade("/lines/garden", "line/1", "Authorization: " + basic("ann") + "\r\n");
        assertThat(wire.readHead().status()).isEqualTo(101);
        assertThat(wire.readLine()).isEqualTo("Welcome to garden\n");
        return wire;
    }

    private void protocolsAndSecurity() throws IOException {
        try (Wire wire = line()) {
            assertThat(wire.send("hello\n").readLine()).isEqualTo("1 hello\n");
        }
        assertThat(headOf("/lines/garden", "line/1")).isEqualTo(401);
        assertThat(headOf("/lines/garden", "line/1", "Authorization: " + basic("bob") + "\r\n")).isEqualTo(403);
        try (Wire wire = upgrade("/echo/x", "websocket", WebSocketWire.fields("Origin: https://evil.example\r\n"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(403);
            assertThat(wire.readBodyText(head)).contains("https://evil.example");
        }
        try (WebSocketWire socket = new WebSocketWire(upgrade("/sock/000/abcdefgh/websocket", "websocket", WebSocketWire.fields("Authorization: " + basic("bob") + "\r\n")))) {
            assertThat(socket.text()).isEqualTo("o");
            assertThat(socket.send("[\"hello\"]").text()).isEqualTo("a[\"spring hello\"]");
        }
    }

    private void webSocketClients() throws Exception {
        assertThat(run(List.of("node", clients.resolve("ws.js").toString(), "ws://127.0.0.1:" + port + "/echo/x", basic("ann"))).lines())
                .containsExactly("open permessage-deflate", "Welcome to x", "1 hello", "100002 characters, true", "closed 1000");
        assertThat(run(List.of("node", clients.resolve("stomp.js").toString(), "ws://127.0.0.1:" + port + "/stomp", "200", basic("ann"))).strip()).isEqualTo("200 heard it");
    }

    private void operation() throws Exception {
        try (Wire open = line()) {
            assertThat(send("GET", "/actuator/changeover").body()).contains("\"/lines/{room}\":[\"line/1\"]");
            assertThat(send("GET", "/actuator/prometheus").body()).contains("changeover_connections{protocol=\"line/1\"} 1.0");
            assertThat(send("POST", "/actuator/changeover/drain").statusCode()).isEqualTo(204);
            assertThat(open.readLine()).isEqualTo("BYE\n");
            assertThat(status("/actuator/health/readiness")).isEqualTo(503);
            assertThat(status("/actuator/health/liveness")).isEqualTo(200);
            assertThat(send("POST", "/actuator/changeover/stopDraining").statusCode()).isEqualTo(204);
            assertThat(status("/actuator/health/readiness")).isEqualTo(200);
        }
    }

    private void drainOnTermination(Process server) throws Exception {
        List<Wire> open = new ArrayList<>();
        try {
            for (int i = 0; i < 150; i++) open.add(line());     // a blocking handler each
            List<WebSocketWire> sockets = new ArrayList<>();
            for (int i = 0; i < 350; i++) {
                WebSocketWire socket = new WebSocketWire(upgrade("/echo/x", "websocket", WebSocketWire.fields()));
                open.add(socket.wire);
                sockets.add(socket);
                assertThat(socket.text()).isEqualTo("Welcome to x");
            }
            server.destroy();
            for (Wire wire : open.subList(0, 150)) assertThat(wire.readLine()).isEqualTo("BYE\n");
            for (WebSocketWire socket : sockets) assertThat(socket.closeCode()).isEqualTo(1001);
            for (Wire wire : open) wire.close();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            for (Wire wire : open) wire.close();
        }
    }
}
