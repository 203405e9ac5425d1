package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.forked.ForkedApplication;
import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
@DisplayName("a restart by DevTools")
class DevToolsTest {
    private static final int RESTARTS = 5;
    @TempDir
    private Path folder;
    private int port;

    /**
     * The class path has directories, as in an IDE: DevTools restarts only what is not in a JAR. Caches of the JDK and of Spring keep class loaders by soft
     * references, which this JVM clears at each collection.
     */
    @Test
    void tellsTheClientsAndLeavesNoClassLoaderBehind() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path changing = Files.createDirectories(folder.resolve("classes")).resolve("changed.properties"), log = folder.resolve("log.txt");
        Files.writeString(changing, "0");
        Process server = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:SoftRefLRUPolicyMSPerMB=0", "-cp", changing.getParent() + File.pathSeparator + System.getProperty("java.class.path"),
                ForkedApplication.class.getName(), "--server.address=127.0.0.1", "--server.port=" + port, "--spring.devtools.restart.poll-interval=200ms",
                "--spring.devtools.restart.quiet-period=100ms", "--spring.devtools.livereload.enabled=false").redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            for (int i = 1; i <= RESTARTS; i++) {
                try (WebSocketWire socket = open(server, log)) {
                    assertThat(socket.text()).isEqualTo("Welcome to x");
                    Files.writeString(changing, Integer.toString(i));
                    assertThat(socket.closeCode()).isEqualTo(1001);
                }
            }
            open(server, log).close();
            int loaders = RESTARTS;
            for (int i = 0; i < 50 && loaders > 2; i++) {
                jcmd(server, "GC.run");
                loaders = jcmd(server, "GC.class_histogram").lines().filter(line -> line.endsWith("org.springframework.boot.devtools.restart.classloader.RestartClassLoader")
                        || line.contains("RestartClassLoader ")).mapToInt(line -> Integer.parseInt(line.strip().split("\\s+")[1])).sum();
            }
            assertThat(loaders).as("class loaders after %d restarts", RESTARTS).isBetween(1, 2);
        } finally {
            server.destroyForcibly();
        }
    }

    private WebSocketWire open(Process server, Path log) throws Exception {
        for (int i = 0; i < 300; i++) {
            assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
            try {
                WebSocketWire socket = new WebSocketWire(Wire.connect("127.0.0.1", port).send("GET /echo/x HTTP/1.1\r\nHost: localhost:" + port
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + String.join("", WebSocketWire.fields()) + "\r\n"));
                if (socket.head.status() == 101) return socket;
                socket.close();
            } catch (IOException | AssertionError notYet) {
                // the web server has not started again
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError(Files.readString(log));
    }

    private static String jcmd(Process server, String command) throws Exception {
        Process process = new ProcessBuilder(List.of("jcmd", Long.toString(server.pid()), command)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
