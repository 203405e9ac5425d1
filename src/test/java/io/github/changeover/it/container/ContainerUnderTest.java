package io.github.changeover.it.container;

import java.net.URI;
import java.nio.file.Path;

/** A running container that the tests deploy to and speak to, whatever its make. Every address is on loopback. */
public interface ContainerUnderTest extends AutoCloseable {

    /** As the build names it: tomcat10, tomcat11-servlet, payara, payara-dist ... */
    String name();

    /** Scheme, host and port, without a path. */
    URI http();

    /** The same over TLS, with {@link TestKeyStore}'s certificate. */
    URI https();

    /** The same, at a listener in clear where the container speaks no HTTP/2 of its own. */
    default ContainerUnderTest withoutHttp2() {
        return this;
    }

    /** Returns when the application serves; throws {@link DeploymentFailed} when it will not. "" is the root context. */
    void deploy(Path war, String contextPath);

    void undeploy(String contextPath);

    /** Removes the application's files while it runs: from here on it can load nothing. Only where a test says that the container can. */
    default void removeFiles(String contextPath) {
        throw new UnsupportedOperationException(name());
    }

    void stop();

    /** What the container and its applications logged so far. */
    String log();

    default boolean isTomcat() {
        return name().startsWith("tomcat");
    }

    default boolean isPayara() {
        return name().startsWith("payara");
    }

    /** True when container and test share a JVM, so that its threads, heap and classes can be looked at. */
    default boolean isEmbedded() {
        return !name().contains("-dist");
    }

    @Override
    default void close() {
        stop();
    }
}
