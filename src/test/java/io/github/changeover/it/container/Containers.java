package io.github.changeover.it.container;

/** Starts a container by the name the build gives it. */
public final class Containers {

    /** At the end of a name: Tomcat speaks HTTP/2 in clear itself, as Payara does anyway. */
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
        if (name.equals("undertow")) return EmbeddedUndertow.start(name);
        if (name.equals("jetty")) return EmbeddedJetty.start(name);
        throw new IllegalArgumentException("no container \"" + name + "\": tomcat*, tomcat*-dist, payara, payara-dist, payara7");
    }
}
