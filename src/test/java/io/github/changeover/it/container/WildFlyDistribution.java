package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** WildFly from its own ZIP file, in a separate process, controlled by the files of its deployment scanner. */
final class WildFlyDistribution implements ContainerUnderTest {
    private static final List<String> OPENED = List.of("java.base/java.io", "java.base/java.lang", "java.base/java.lang.invoke", "java.base/java.lang.reflect", "java.base/java.net",
            "java.base/java.security", "java.base/java.util", "java.base/java.util.concurrent", "java.management/javax.management", "java.naming/javax.naming");
    private final String name;
    private final Path deployments;
    private final ListenerPorts ports;
    private final ChildProcess process;

    private WildFlyDistribution(String name, Path deployments, ListenerPorts ports, ChildProcess process) {
        this.name = name;
        this.deployments = deployments;
        this.ports = ports;
        this.process = process;
    }

    static WildFlyDistribution start(String name, ListenerPorts wanted) {
        ListenerPorts ports = wanted.assigned();
        Path home = ContainerDistribution.home(name), base = TestDirectories.fresh(name);
        try {
            TestDirectories.copy(home.resolve("standalone"), base);
            Path settings = base.resolve("configuration/standalone.xml");
            Files.writeString(settings, changed(Files.readString(settings)));
            Files.writeString(base.resolve("configuration/application-users.properties"), user(Logins.MEMBER) + user(Logins.GUEST));
            Files.writeString(base.resolve("configuration/application-roles.properties"), Logins.MEMBER + "=" + Logins.ROLE + "\n" + Logins.GUEST + "=" + Logins.GUEST_ROLE + "\n");
            Files.copy(TestKeyStore.get(), base.resolve("configuration/application.keystore"));
            Files.deleteIfExists(TestDirectories.logFile(name));
            ChildProcess process = ChildProcess.start(command(home, base, ports), Map.of(), base, TestDirectories.logFile(name));
            ContainerDistribution.awaitHttp(ports.httpAddress(), process, name);
            return new WildFlyDistribution(name, base.resolve("deployments"), ports, process);
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare " + base, e);
        }
    }

    /** The scanner reads its directory often, the key store is the one of the tests, and HTTP connections have short times, so that it shows if they apply after an upgrade. */
    private static String changed(String settings) {
        String timed = replaced(settings, "enable-http2=\"true\"", "enable-http2=\"true\" read-timeout=\"2000\" write-timeout=\"2000\" no-request-timeout=\"2000\"");
        return replaced(replaced(timed, "scan-interval=\"5000\"", "scan-interval=\"100\""),
                "credential-reference clear-text=\"password\"", "credential-reference clear-text=\"" + TestKeyStore.PASSWORD + "\"");
    }

    /** A line of the file in which WildFly keeps users: a hash of name, realm and password. */
    private static String user(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("MD5").digest((name + ":ApplicationRealm:" + Logins.PASSWORD).getBytes(StandardCharsets.UTF_8));
            return name + "=" + HexFormat.of().formatHex(hash) + "\n";
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String replaced(String text, String old, String replacement) {
        if (!text.contains(old)) throw new IllegalStateException("standalone.xml has no " + old);
        return text.replace(old, replacement);
    }

    private static List<String> command(Path home, Path base, ListenerPorts ports) {
        List<String> command = new ArrayList<>(List.of(TestDirectories.javaHome().resolve("bin/java").toString(), "-Xmx1g", "-XX:+UseSerialGC"));
        OPENED.forEach(opened -> command.add("--add-opens=" + opened + "=ALL-UNNAMED"));
        command.addAll(ContainerDistribution.passedOn());
        command.addAll(List.of("-Djboss.home.dir=" + home, "-Djboss.server.base.dir=" + base, "-Djboss.bind.address=" + TestDirectories.LOOPBACK,
                "-Djboss.bind.address.management=" + TestDirectories.LOOPBACK, "-Djboss.http.port=" + ports.http(), "-Djboss.https.port=" + ports.https(),
                "-Djboss.management.http.port=" + TestDirectories.freePort(), "-Djava.net.preferIPv4Stack=true", "-Dorg.jboss.logmanager.nocolor=true",
                "-Dlogging.configuration=" + base.resolve("configuration/logging.properties").toUri(), "-jar", home.resolve("jboss-modules.jar").toString(),
                "-mp", home.resolve("modules").toString(), "org.jboss.as.standalone"));
        return command;
    }

    @Override
    public void deploy(Path war, String contextPath) {
        String file = file(contextPath);
        try {
            for (String end : List.of(".deployed", ".failed", ".undeployed")) Files.deleteIfExists(marker(file, end));
            Files.copy(war, deployments.resolve(file));
            Files.createFile(marker(file, ".dodeploy"));
            if (await(marker(file, ".deployed"), marker(file, ".failed")).toString().endsWith(".failed")) throw new DeploymentFailed(Files.readString(marker(file, ".failed")), null);
        } catch (IOException e) {
            throw new IllegalStateException("cannot deploy " + war, e);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        String file = file(contextPath);
        try {
            if (Files.deleteIfExists(marker(file, ".deployed"))) await(marker(file, ".undeployed"));
            for (String end : List.of("", ".failed", ".undeployed")) Files.deleteIfExists(marker(file, end));
        } catch (IOException e) {
            throw new IllegalStateException("cannot undeploy " + contextPath, e);
        }
    }

    /** The name of the file is the context path. */
    private static String file(String contextPath) {
        return (contextPath.isEmpty() ? "ROOT" : contextPath.substring(1)) + ".war";
    }

    private Path marker(String file, String end) {
        return deployments.resolve(file + end);
    }

    private Path await(Path... markers) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end && process.isAlive()) {
            for (Path marker : markers) {
                if (Files.exists(marker)) return marker;
            }
            LockSupport.parkNanos(10_000_000);
        }
        throw new IllegalStateException("no " + List.of(markers) + ", see " + TestDirectories.logFile(name));
    }

    @Override
    public void stop() {
        process.close();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public URI http() {
        return ports.httpAddress();
    }

    @Override
    public URI https() {
        return ports.httpsAddress();
    }
}
