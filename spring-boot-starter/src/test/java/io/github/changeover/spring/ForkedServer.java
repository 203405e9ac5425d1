package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.File;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A server in a JVM of its own, on a free port of this machine, whose output is in a file. */
final class ForkedServer implements AutoCloseable {
    static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    final Process process;
    final int port;
    private final Path log;

    private ForkedServer(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts a Spring Boot application.
     *
     * @param command    the command up to the JAR or the main class
     * @param properties properties, without dashes
     */
    static ForkedServer start(Path folder, List<String> command, String... properties) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("--server.address=127.0.0.1", "--server.port=" + port));
        for (String property : properties) all.add("--" + property);
        Path log = Files.createTempFile(folder, "server", ".log");
        return new ForkedServer(new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile()).start(), port, log);
    }

    /** Returns the class path of this test, without the entries whose names contain one of these words. */
    static String classPathWithout(String... words) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(entry -> Arrays.stream(words).noneMatch(new File(entry).getName()::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Runs a program to its end and returns its output. */
    static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process program = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(program.waitFor(2, TimeUnit.MINUTES)).as(command + " ends").isTrue();
        String text = Files.readString(output);
        assertThat(program.exitValue()).as(text).isZero();
        return text;
    }

    /** Waits until the condition is met. An exception of the condition means that it is not met yet. */
    void await(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < 600; i++) {
            assertThat(process.isAlive()).as(log()).isTrue();
            try {
                if (condition.call()) return;
            } catch (IOException | AssertionError notYet) {
                // the server has not started yet
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError(log());
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).method(method, HttpRequest.BodyPublishers.noBody()).header("Content-Type", "application/json").build(),
                HttpResponse.BodyHandlers.ofString());
    }

    int status(String path) throws IOException, InterruptedException {
        return send("GET", path).statusCode();
    }

    /** Requests an upgrade. The caller closes the connection. */
    Wire upgrade(String path, String protocol, String... fields) throws IOException {
        return Wire.connect("127.0.0.1", port).send("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n"
                + String.join("", fields) + "\r\n");
    }

    /** Requests an upgrade and returns the status of the response. */
    int statusOf(String path, String protocol, String... fields) throws IOException {
        try (Wire wire = upgrade(path, protocol, fields)) {
            return wire.readHead().status();
        }
    }

    WebSocketWire webSocket(String path, String... fields) throws IOException {
        return new WebSocketWire(upgrade(path, "websocket", WebSocketWire.fields(fields)));
    }

    /** Opens a connection to the line protocol of the test application, as ann. */
    Wire line() throws IOException {
        Wire wire = upgrade("/lines/garden", "line/1", user("ann"));
        Head head = wire.readHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(wire.readLine()).isEqualTo("Welcome to garden\n");
        return wire;
    }

    /** Returns the header field that authenticates a user of the test application. */
    static String user(String name) {
        return "Authorization: " + basic(name) + "\r\n";
    }

    static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
