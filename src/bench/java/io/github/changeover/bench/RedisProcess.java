package io.github.changeover.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A Redis on a free port of the loopback address, which writes no files. */
final class RedisProcess implements AutoCloseable {
    private static final Path PROGRAM = Path.of(System.getProperty("bench.redis", "/usr/bin/redis-server"));
    private final Process process;
    private final int port;

    private RedisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    static RedisProcess start() throws IOException {
        int port = freePort();
        File log = Files.createDirectories(Path.of(System.getProperty("changeover.target"), "bench", "logs")).resolve("REDIS.log").toFile();
        Process process = new ProcessBuilder(PROGRAM.toString(), "--bind", "127.0.0.1", "--port", String.valueOf(port), "--save", "", "--appendonly", "no", "--daemonize", "no")
                .redirectErrorStream(true).redirectOutput(log).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        RedisProcess redis = new RedisProcess(process, port);
        for (int attempt = 0; attempt < 500 && process.isAlive(); attempt++) {
            if (redis.listens()) return redis;
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        redis.close();
        throw new IOException("Redis did not start, see " + log);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 100);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Returns the CPU time of all threads so far, in user and system mode. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
