package io.github.changeover.it.container;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Common code of the containers in separate processes. */
final class ContainerDistribution {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private ContainerDistribution() {
    }

    /** The only directory in target/dist/NAME, where the full build unpacks the ZIP file. */
    static Path home(String name) {
        Path unpacked = TestDirectories.target().resolve("dist").resolve(name);
        if (!Files.isDirectory(unpacked)) {
            throw new IllegalStateException(unpacked + " is missing: ./mvnw -Pfull unpacks it");
        }
        try (Stream<Path> entries = Files.list(unpacked)) {
            return entries.filter(Files::isDirectory).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + unpacked, e);
        }
    }

    /** The library settings that the build has chosen for this run, for the command line of the child process. */
    static List<String> passedOn() {
        String edge = System.getProperty("changeover.edge");
        return edge == null ? List.of() : List.of("-Dchangeover.edge=" + edge);
    }

    static void awaitHttp(URI address, ChildProcess process, String name) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!answers(address)) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                process.close();
                throw new IllegalStateException(name + " does not answer at " + address + ", see " + TestDirectories.logFile(name));
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private static boolean answers(URI address) {
        try {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(20000);
            connection.setInstanceFollowRedirects(false);
            return connection.getResponseCode() > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
