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
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** Debian's nginx with the project's own deploy/nginx.conf, on loopback. */
final class Nginx implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private final ChildProcess process;
    private final int port;

    private Nginx(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param variant changes to the text of the file */
    static Nginx start(String name, URI node, UnaryOperator<String> variant) throws IOException {
        Path program = ExternalTool.require("nginx");
        int port = TestDirectories.freePort();
        Path home = Files.createDirectories(Path.of(System.getProperty("changeover.target"), "containers", name).toAbsolutePath());
        String text = Files.readString(Path.of(System.getProperty("changeover.basedir"), "deploy/nginx.conf"))
                .replace("server tomcat:8080;", "server " + node.getAuthority() + ";").replace("server payara:8080;", "")
                .replace("listen 8080;", "listen 127.0.0.1:" + port + ";")
                .replace("http {", "http { access_log off; client_body_temp_path body; proxy_temp_path proxy;");
        Path config = Files.writeString(home.resolve("nginx.conf"), variant.apply(text));
        ChildProcess process = ChildProcess.start(List.of(program.toString(), "-p", home.toString(), "-c", config.toString(), "-e", home.resolve("error.log").toString(),
                "-g", "daemon off; pid nginx.pid; worker_processes 1;"), Map.of(), home, home.resolve("output.log"));
        Nginx nginx = new Nginx(process, port);
        nginx.awaitListening(home);
        return nginx;
    }

    private void awaitListening(Path home) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() > until) {
                close();
                throw new IllegalStateException("nginx does not listen, see " + home);
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException notYet) {
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
