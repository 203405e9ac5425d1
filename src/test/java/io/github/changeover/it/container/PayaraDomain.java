package io.github.changeover.it.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Payara's own domain.xml, changed for the tests: every listener is on loopback and has a port of its own, there is one more listener, the key
 * store is ours, and Hazelcast is disabled, because it would listen on every interface and look for other Payara servers.
 */
public final class PayaraDomain {
    private static final Pattern LISTENER = Pattern.compile("<(network-listener|iiop-listener|jmx-connector)\\b[^>]*>");
    /** The text up to the ssl element of the HTTPS listener, for the embedded file and for that of a distribution. */
    private static final Pattern TLS = Pattern.compile("(?s)(<protocol [^>]*name=\"(?:https-listener|http-listener-2)\"[^>]*>.*?<ssl)\\b");
    private static final String SERVER_CONFIG = "<config name=\"server-config\">";
    private static final String NO_HAZELCAST = "<hazelcast-config-specific-configuration enabled=\"false\"/>";

    private static final String REMOTE_JMS = "<jms-service type=\"REMOTE\" default-jms-host=\"default_JMS_host\">"
            + "<jms-host name=\"default_JMS_host\" host=\"localhost\" port=\"7676\"/></jms-service>";

    /** A listener without Payara's own HTTP/2. */
    private static final String HTTP1_PROTOCOL = "<protocol name=\"http1-listener\"><http default-virtual-server=\"server\" http2-enabled=\"false\" "
            + "max-connections=\"250\"><file-cache enabled=\"false\"/></http></protocol>";
    private static final String HTTP1_LISTENER = "<network-listener port=\"0\" protocol=\"http1-listener\" transport=\"tcp\" name=\"http1-listener\" "
            + "thread-pool=\"http-thread-pool\"></network-listener>";

    private PayaraDomain() {
    }

    /** Writes the file in the embedded JAR of Payara or GlassFish, with these ports. */
    public static Path embedded(Path file, ListenerPorts ports) throws IOException {
        Files.createDirectories(file.getParent());
        InputStream payaras = PayaraDomain.class.getResourceAsStream("/config/domain.xml"), glassFishs = PayaraDomain.class.getResourceAsStream("/org/glassfish/embed/domain.xml");
        if (payaras != null) return Files.writeString(file, change(withoutHazelcast(text(payaras)), ports, 0));
        if (glassFishs == null) throw new IOException("Neither Payara's config/domain.xml nor that of GlassFish is on the class path");
        String enabled = text(glassFishs).replace(" enabled=\"false\" />", " enabled=\"true\"></network-listener>").replaceFirst("(?s)<jms-service .*?</jms-service>", Matcher.quoteReplacement(REMOTE_JMS));
        return Files.writeString(file, change(enabled, ports, 0));
    }

    private static String text(InputStream file) throws IOException {
        try (file) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The file of a distribution's domain, with our edge as a JVM option, because the distribution runs in its own process. */
    static String distribution(String xml, ListenerPorts ports, int adminPort) {
        StringBuilder options = new StringBuilder();
        for (String option : ContainerDistribution.passedOn()) {
            options.append("<jvm-options>").append(option).append("</jvm-options>");
        }
        // Without a JMS service in the file, Payara would create one that listens on every interface.
        String configured = xml.replace(SERVER_CONFIG, SERVER_CONFIG + REMOTE_JMS);
        return change(withoutHazelcast(configured.replaceFirst("(?s)(<config name=\"server-config\">.*?<java-config[^>]*>)",
                "$1" + Matcher.quoteReplacement(options.toString()))), ports, adminPort);
    }

    /**
     * The file of a distribution whose Hazelcast is enabled, and is configured by this file only. If Payara did not read the file, it would fall back to its
     * own settings, so that these exclude multicast, too.
     */
    static String inGrid(String xml, Path hazelcast) {
        String enabled = xml.replaceFirst("<hazelcast-config-specific-configuration enabled=\"false\">", "<hazelcast-config-specific-configuration enabled=\"true\">");
        String configured = enabled.replaceFirst("<hazelcast-runtime-configuration ", Matcher.quoteReplacement("<hazelcast-runtime-configuration hazelcast-configuration-file=\""
                + hazelcast.toAbsolutePath() + "\" discovery-mode=\"tcpip\" tcpip-members=\"" + TestDirectories.LOOPBACK + "\" interface=\"" + TestDirectories.LOOPBACK + "\" "));
        if (enabled.equals(xml) || configured.equals(enabled)) throw new IllegalStateException("Payara's domain.xml has no Hazelcast configuration as known here");
        return configured;
    }

    /** The file of Payara Micro, in which TLS is off by default. */
    static String micro(String xml, ListenerPorts ports) {
        return change(withoutHazelcast(xml.replace("name=\"https-listener\" thread-pool=\"http-thread-pool\" enabled=\"false\"", "name=\"https-listener\" thread-pool=\"http-thread-pool\" enabled=\"true\"")
                .replace("<hazelcast-config-specific-configuration enabled=\"true\">", "<hazelcast-config-specific-configuration enabled=\"false\">")), ports, 0);
    }

    private static String withoutHazelcast(String xml) {
        String quiet = xml.replaceFirst("<hazelcast-config-specific-configuration>", "<hazelcast-config-specific-configuration enabled=\"false\">");
        if (!quiet.contains("<hazelcast-config-specific-configuration")) {
            quiet = quiet.replace(SERVER_CONFIG, SERVER_CONFIG + NO_HAZELCAST);
        }
        return quiet;
    }

    private static String change(String xml, ListenerPorts ports, int adminPort) {
        String changed = xml;
        if (!ports.tls()) {
            changed = changed.replaceAll("network-listeners=\"http-listener, ?https-listener\"", "network-listeners=\"http-listener\"")
                    .replaceAll("<network-listener [^>]*name=\"https-listener\"[^>]*(/>|></network-listener>)", "");
        }
        if (ports.http1() != ListenerPorts.OFF) {
            changed = changed.replace("<protocols>", "<protocols>" + HTTP1_PROTOCOL).replace("<network-listeners>", "<network-listeners>" + HTTP1_LISTENER)
                    .replace("<virtual-server id=\"server\" network-listeners=\"", "<virtual-server id=\"server\" network-listeners=\"http1-listener,");
        }
        changed = TLS.matcher(changed).replaceAll("$1 " + Matcher.quoteReplacement("key-store=\"" + TestKeyStore.get()
                + "\" key-store-type=\"PKCS12\" key-store-password=\"" + TestKeyStore.PASSWORD + "\""));
        return LISTENER.matcher(changed).replaceAll(found -> Matcher.quoteReplacement(listener(found.group(), ports, adminPort)));
    }

    private static String listener(String element, ListenerPorts ports, int adminPort) {
        String local = element.replaceAll(" address=\"[^\"]*\"", "").replaceFirst("^<[\\w-]+", "$0 address=\"" + TestDirectories.LOOPBACK + "\"");
        return local.replaceFirst("port=\"[^\"]*\"", "port=\"" + port(element, ports, adminPort) + "\"");
    }

    /** Embedded Payara names its listeners http-listener and https-listener, the distribution http-listener-1 and -2. */
    private static int port(String element, ListenerPorts ports, int adminPort) {
        if (element.contains("name=\"http-listener\"") || element.contains("name=\"http-listener-1\"")) {
            return ports.http();
        }
        if (element.contains("name=\"https-listener\"") || element.contains("name=\"http-listener-2\"")) {
            return ports.https();
        }
        if (element.contains("name=\"http1-listener\"")) {
            return ports.http1();
        }
        return adminPort != 0 && element.contains("name=\"admin-listener\"") ? adminPort : TestDirectories.freePort();
    }
}
