package io.github.changeover.it.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Directories and ports of the tests. */
public final class TestDirectories {
    static final String LOOPBACK = "127.0.0.1";

    private static final Set<Integer> PORTS = ConcurrentHashMap.newKeySet();

    private TestDirectories() {
    }

    public static Path target() {
        return Path.of(System.getProperty("changeover.target", "target")).toAbsolutePath();
    }

    public static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    static Path logFile(String container) {
        return target().resolve("logs").resolve(container + ".log");
    }

    /** An empty directory for a container, below target/containers. */
    static Path fresh(String name) {
        Path dir = target().resolve("containers").resolve(name);
        try {
            delete(dir);
            return Files.createDirectories(dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    public static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path there = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(there);
                } else {
                    Files.copy(each, there);
                }
            }
        }
    }

    /** A port that was free a moment ago, each time another one. There is no better way for a server that needs its ports in a file. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return PORTS.add(socket.getLocalPort()) ? socket.getLocalPort() : freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path log) {
        try {
            return Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
