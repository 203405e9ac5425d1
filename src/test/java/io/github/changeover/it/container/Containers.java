package io.github.changeover.it.container;

/** Starts a container by its name in the build. */
public final class Containers {

    /** A suffix of the name: Tomcat itself supports HTTP/2 in cleartext, as Payara always does. */
    public static final String HTTP2 = "-http2";

    private Containers() {
    }

    public static ContainerUnderTest start(String name, ListenerPorts listeners) {
        boolean distribution = name.contains("-dist");
        if (name.startsWith("tomcat")) {
            return distribution ? TomcatDistribution.start(name, listeners) : EmbeddedTomcat.start(name, listeners);
        }
        if (name.startsWith("payara7")) return PayaraMicro.start(name, listeners);
        if (name.startsWith("payara")) {
            return distribution ? PayaraDistribution.start(name, listeners) : EmbeddedPayara.start(name, listeners);
        }
        if (name.startsWith("glassfish")) return EmbeddedPayara.start(name, listeners);
        if (name.startsWith("wildfly")) return WildFlyDistribution.start(name, listeners);
        if (name.startsWith("undertow")) return EmbeddedUndertow.start(name);
        if (name.startsWith("jetty")) return EmbeddedJetty.start(name);
        throw new IllegalArgumentException("no container \"" + name + "\": tomcat*, tomcat*-dist, payara, payara-dist, payara7, glassfish7, undertow, wildfly-dist, jetty");
    }
}
