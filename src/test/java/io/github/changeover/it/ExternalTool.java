package io.github.changeover.it;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds and runs external programs. If a program is absent, the test is skipped. In the full build, it fails. */
public final class ExternalTool {
    /** Debian installs servers in sbin, which is not in the PATH of every user. */
    private static final List<String> ALSO = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

    private ExternalTool() {
    }

    public static Path require(String name) {
        Optional<Path> found = find(name);
        if (found.isEmpty()) {
            String message = name + " is not installed";
            if (isFullBuild()) {
                fail(message + "; the full build needs it, see .ci/run");
            }
            abort(message);
        }
        return found.orElseThrow();
    }

    /** The complete output of the program. Waits until the program ends. */
    static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(60, TimeUnit.SECONDS)) fail(command[0] + " does not end: " + said);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    static boolean isFullBuild() {
        return Boolean.getBoolean("changeover.full");
    }

    private static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator)), ALSO.stream())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
