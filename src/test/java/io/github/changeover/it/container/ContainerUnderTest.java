package io.github.changeover.it.container;

import java.net.URI;
import java.nio.file.Path;

/** A running container, of any kind, to which the tests deploy and connect. Every address is on loopback. */
public interface ContainerUnderTest extends AutoCloseable {

    /** The name in the build: tomcat10, tomcat11-servlet, payara, payara-dist ... */
    String name();

    /** Scheme, host and port, without a path. */
    URI http();

    /** The same over TLS, with the certificate of {@link TestKeyStore}. */
    URI https();

    /** The same at a cleartext listener on which the container itself does not support HTTP/2. */
    default ContainerUnderTest withoutHttp2() {
        return this;
    }

    /** Returns when the application serves requests. Throws {@link DeploymentFailed} if it does not start. "" is the root context. */
    void deploy(Path war, String contextPath);

    void undeploy(String contextPath);

    /** Removes the files of the application while it runs, so that it can load nothing more. Only some containers support this. */
    default void removeFiles(String contextPath) {
        throw new UnsupportedOperationException(name());
    }

    void stop();

    /** What the container and its applications have logged so far. */
    default String log() {
        return TestDirectories.read(TestDirectories.logFile(name()));
    }

    default boolean isTomcat() {
        return name().startsWith("tomcat");
    }

    /** Payara or GlassFish: both serve with Grizzly. */
    default boolean isGrizzly() {
        return name().startsWith("payara") || isGlassFish();
    }

    /** Undertow alone, or in WildFly. */
    default boolean isUndertow() {
        return name().startsWith("undertow") || name().startsWith("wildfly");
    }

    default boolean isJetty() {
        return name().startsWith("jetty");
    }

    default boolean isGlassFish() {
        return name().startsWith("glassfish");
    }

    /** Whether container and test share a JVM, so that its threads, heap and classes can be inspected. */
    default boolean isEmbedded() {
        return !name().contains("-dist");
    }

    @Override
    default void close() {
        stop();
    }
}
