package io.github.changeover.bench;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/** The servers that are measured. Each one is a separate program. */
enum Peer {
    CHANGEOVER("Changeover on Tomcat", "OurWar", Platform.TOMCAT),
    TOMCAT("Tomcat's own WebSocket", "TomcatNative", Platform.TOMCAT_WEB_SOCKET),
    UNDERTOW("Undertow", "UndertowEcho", Platform.NONE),
    NETTY("Netty", "NettyEcho", Platform.NONE),
    /** The same WAR, which compresses a broadcast for each session. */
    UNSHARED("Changeover, compressed for each session", "OurWar", Platform.TOMCAT),
    HAND_WRITTEN("Tomcat, written by hand", "HandWritten", Platform.TOMCAT),
    CHANGEOVER_PAYARA("Changeover on Payara", "OnPayara", Platform.PAYARA),
    PAYARA("Payara's own WebSocket", "OnPayara", Platform.PAYARA),
    /** Another build of Changeover, for {@code compare} only. */
    EARLIER("Changeover, the other build", "OurWar", Platform.TOMCAT);

    /** The servers of the tables, in the order of their columns. */
    static final List<Peer> RECORDED = List.of(CHANGEOVER, TOMCAT, UNDERTOW, NETTY, HAND_WRITTEN, CHANGEOVER_PAYARA, PAYARA);

    /** What is on the class path besides the classes of the benchmark. */
    private enum Platform { NONE, TOMCAT, TOMCAT_WEB_SOCKET, PAYARA }

    private final String title;
    private final String program;
    private final Platform platform;

    Peer(String title, String program, Platform platform) {
        this.title = title;
        this.program = program;
        this.platform = platform;
    }

    String title() {
        return title;
    }

    boolean onPayara() {
        return platform == Platform.PAYARA;
    }

    /** Returns the main class and its arguments. */
    List<String> program() {
        String type = "io.github.changeover.bench.server." + program;
        return switch (this) {
            case EARLIER -> List.of(type, warIn(target()).toString());
            case CHANGEOVER, UNSHARED, HAND_WRITTEN, CHANGEOVER_PAYARA -> List.of(type, System.getProperty("changeover.war"));
            default -> List.of(type);
        };
    }

    /** Returns the options that the JVM needs for this server only. */
    List<String> options() {
        if (this == UNSHARED) return List.of("-Dchangeover.websocket.deflate.shared=false");
        return onPayara() ? List.of(System.getProperty("bench.payara.opens", "").split(" ")) : List.of();
    }

    /**
     * Returns the class path. A program that runs the WAR has no class of Changeover outside the WAR, and on Tomcat not the WebSocket
     * engine of Tomcat.
     */
    String classPath() {
        Path bench = Path.of(System.getProperty("changeover.target"), "bench");
        return switch (platform) {
            case NONE -> System.getProperty("java.class.path");
            case TOMCAT -> join(classes(), core(bench));
            case TOMCAT_WEB_SOCKET -> join(classes(), bench.resolve("tomcat") + "/*");
            case PAYARA -> join(classes(), target().resolve("test-classes"), bench.resolve("payara") + "/*");
        };
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

    private static String join(Object... parts) {
        return String.join(File.pathSeparator, List.of(parts).stream().map(Object::toString).toList());
    }
}
