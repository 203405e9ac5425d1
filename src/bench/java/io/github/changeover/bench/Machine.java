package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the report says about the machine. */
final class Machine {
    private Machine() {
    }

    static String property(String name) {
        return System.getProperty(name, "");
    }

    static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse(property("os.arch"));
        } catch (IOException none) {
            return property("os.arch");
        }
    }
}
