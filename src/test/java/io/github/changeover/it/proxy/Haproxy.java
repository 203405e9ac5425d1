package io.github.changeover.it.proxy;

import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.container.ChildProcess;
import io.github.changeover.it.container.TestDirectories;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Debian's haproxy with the project's own deploy/haproxy.cfg, on loopback. */
final class Haproxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final ChildProcess process;
    private final int port;

    private Haproxy(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    static Haproxy start(URI tomcat, URI payara, String healthPath) throws IOException {
        int port = TestDirectories.freePort();
        return start(port, Path.of(System.getProperty("changeover.basedir"), "deploy/haproxy.cfg"), Map.of("BIND_ADDR", "127.0.0.1:" + port,
                "TOMCAT_ADDR", tomcat.getAuthority(), "PAYARA_ADDR", payara.getAuthority(), "HEALTH_PATH", healthPath));
    }

    /** With only a frontend and a server. */
    static Haproxy minimal(URI node) throws IOException {
        int port = TestDirectories.freePort();
        Path config = Files.createDirectories(Path.of(System.getProperty("changeover.target"), "containers")).resolve("haproxy-minimal.cfg");
        Files.writeString(config, """
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 1m
                  timeout server 1m
                frontend web
                  bind 127.0.0.1:%d
                  default_backend node
                backend node
                  server one %s
                """.formatted(port, node.getAuthority()));
        return start(port, config, Map.of());
    }

    private static Haproxy start(int port, Path config, Map<String, String> environment) {
        Path program = ExternalTool.require("haproxy");
        Path target = Path.of(System.getProperty("changeover.target"));
        // -db: in the foreground.
        ChildProcess process = ChildProcess.start(List.of(program.toString(), "-db", "-f", config.toString()), environment,
                target, target.resolve("logs/haproxy.log"));
        Haproxy haproxy = new Haproxy(process, port);
        haproxy.awaitListening();
        return haproxy;
    }

    private void awaitListening() {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!listens()) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                close();
                throw new IllegalStateException("haproxy does not listen, see target/logs/haproxy.log");
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    URI http() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        process.close();
    }
}
