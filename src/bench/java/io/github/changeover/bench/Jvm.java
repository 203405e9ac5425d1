package io.github.changeover.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** A JVM for servers: its directory, its version and its garbage collector. */
record Jvm(Path home, String version, String collector) {
    private static final String PARALLEL = "ParallelGC", G1 = "G1GC";
    private static final String OTHER = "25";

    /** The JVM that runs the benchmark. All rows are measured with it. */
    static final Jvm DEFAULT = new Jvm(Path.of(System.getProperty("java.home")), System.getProperty("java.specification.version"), PARALLEL);

    /** Returns the JVMs with which the message rows are measured, too. If no JDK 25 is found, prints that and leaves it out. */
    static List<Jvm> others() {
        List<Jvm> others = new ArrayList<>(List.of(new Jvm(DEFAULT.home, DEFAULT.version, G1)));
        Optional<Path> other = DEFAULT.version.equals(OTHER) ? Optional.empty() : find();
        other.ifPresent(home -> others.addAll(List.of(new Jvm(home, OTHER, PARALLEL), new Jvm(home, OTHER, G1))));
        if (other.isEmpty()) System.out.println("Not measured with JDK " + OTHER + ": set -Djdk25.home or JAVA25_HOME to its directory.");
        return others;
    }

    /** Looks where {@code .ci/run} looks. */
    private static Optional<Path> find() {
        List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("jdk25.home", ""))));
        File[] installed = new File("/usr/lib/jvm").listFiles((directory, name) -> name.startsWith("temurin-25") || name.contains("-25-"));
        if (installed != null) for (File home : installed) homes.add(home.toPath());
        return homes.stream().filter(Jvm::is25).findFirst();
    }

    private static boolean is25(Path home) {
        Properties release = new Properties();
        try (var text = Files.newBufferedReader(home.resolve("release"))) {
            release.load(text);
        } catch (IOException none) {
            return false;
        }
        return Files.isExecutable(home.resolve("bin/java")) && release.getProperty("JAVA_VERSION", "").startsWith('"' + OTHER);
    }

    String title() {
        return "JDK " + version + ", " + collector;
    }

    /** Returns the options that are the same for all servers. */
    List<String> flags() {
        return List.of("-Xms1g", "-Xmx1g", "-XX:+Use" + collector);
    }
}
