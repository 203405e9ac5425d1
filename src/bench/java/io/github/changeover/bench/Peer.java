package io.github.changeover.bench;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/** The servers that are measured. Each one is a separate program. */
enum Peer {
    CHANGEOVER("Changeover on Tomcat", "OurWar", true),
    TOMCAT("Tomcat's own WebSocket", "TomcatNative", true),
    UNDERTOW("Undertow", "UndertowEcho", false),
    NETTY("Netty", "NettyEcho", false),
    HAND_WRITTEN("Tomcat, written by hand", "HandWritten", true),
    /** Another build of Changeover, for {@code compare} only. */
    EARLIER("Changeover, the other build", "OurWar", true);

    /** The servers that the report contains. */
    static final List<Peer> RECORDED = List.of(CHANGEOVER, TOMCAT, UNDERTOW, NETTY, HAND_WRITTEN);

    private final String title;
    private final String program;
    private final boolean onTomcat;

    Peer(String title, String program, boolean onTomcat) {
        this.title = title;
        this.program = program;
        this.onTomcat = onTomcat;
    }

    String title() {
        return title;
    }

    /** Returns the main class and its arguments. */
    List<String> program() {
        String type = "io.github.changeover.bench.server." + program;
        if (this == EARLIER) return List.of(type, warIn(target()).toString());
        return this == CHANGEOVER || this == HAND_WRITTEN ? List.of(type, System.getProperty("changeover.war")) : List.of(type);
    }

    /**
     * Returns the class path. A program that runs the WAR has no class of Changeover outside the WAR, and not the WebSocket
     * engine of Tomcat.
     */
    String classPath() {
        if (!onTomcat) return System.getProperty("java.class.path");
        Path bench = Path.of(System.getProperty("changeover.target"), "bench");
        return classes() + File.pathSeparator + (this == TOMCAT ? bench.resolve("tomcat") + "/*" : core(bench));
    }

    /** Returns the classes of the benchmark. Each build is measured with its own, because they use the names of its API. */
    Path classes() {
        return target().resolve("bench").resolve("classes");
    }

    private Path target() {
        return this == EARLIER ? Path.of(System.getProperty("bench.earlier"), "target") : Path.of(System.getProperty("changeover.target"));
    }

    private static Path warIn(Path target) {
        File[] wars = target.toFile().listFiles((directory, name) -> name.endsWith("-webapp.war"));
        if (wars == null || wars.length != 1) throw new IllegalStateException("-Dbench.earlier must name a clone that has been built with ./mvnw -Pbench package; there is no WAR in " + target);
        return wars[0].toPath();
    }

    private static String core(Path bench) {
        File[] jars = bench.resolve("tomcat").toFile().listFiles((directory, name) -> !name.contains("websocket"));
        if (jars == null) throw new IllegalStateException("Tomcat is not in " + bench + ": run ./mvnw -Pbench");
        return String.join(File.pathSeparator, List.of(jars).stream().map(File::getPath).sorted().toList());
    }
}
