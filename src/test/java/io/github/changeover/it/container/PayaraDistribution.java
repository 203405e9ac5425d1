package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Payara Server from its own ZIP file, in a separate process, controlled by its asadmin. */
final class PayaraDistribution implements ContainerUnderTest {
    private final String name;
    private final Path home;
    private final ListenerPorts ports;
    private final int adminPort;
    private ChildProcess process;

    private PayaraDistribution(String name, Path home, ListenerPorts ports, int adminPort, ChildProcess process) {
        this.name = name;
        this.home = home;
        this.ports = ports;
        this.adminPort = adminPort;
        this.process = process;
    }

    static PayaraDistribution start(String name, ListenerPorts wanted) {
        ListenerPorts ports = wanted.assigned();
        int adminPort = TestDirectories.freePort();
        Path home = ContainerDistribution.home(name);
        Path base = prepare(name, home, domain -> PayaraDomain.distribution(domain, ports, adminPort));
        PayaraDistribution payara = new PayaraDistribution(name, home, ports, adminPort, process(name, home, base));
        ContainerDistribution.awaitHttp(payara.http(), payara.process, name);
        try {
            Path secret = Files.writeString(base.resolve("password"), "AS_ADMIN_USERPASSWORD=" + Logins.PASSWORD);
            payara.login(secret, Logins.MEMBER, Logins.ROLE);
            payara.login(secret, Logins.GUEST, Logins.GUEST_ROLE);
            return payara;
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare " + base, e);
        }
    }

    /**
     * Starts a server whose Hazelcast reads this file. Does not wait until it responds.
     *
     * @param distribution the name of its directory in target/dist
     */
    static PayaraDistribution launchInGrid(String name, String distribution, Path hazelcast) {
        ListenerPorts ports = ListenerPorts.any().assigned();
        int adminPort = TestDirectories.freePort();
        Path home = ContainerDistribution.home(distribution);
        Path base = prepare(name, home, domain -> PayaraDomain.inGrid(PayaraDomain.distribution(domain, ports, adminPort), hazelcast));
        return new PayaraDistribution(name, home, ports, adminPort, process(name, home, base));
    }

    private static Path prepare(String name, Path home, UnaryOperator<String> change) {
        Path base = TestDirectories.fresh(name);
        try {
            Path domain = base.resolve("domain1");
            TestDirectories.copy(home.resolve("glassfish/domains/domain1"), domain);
            Path settings = domain.resolve("config/domain.xml");
            Files.writeString(settings, change.apply(Files.readString(settings)));
            Files.deleteIfExists(TestDirectories.logFile(name));
            return base;
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare " + base, e);
        }
    }

    private static ChildProcess process(String name, Path home, Path base) {
        List<String> start = asadmin(home, "start-domain", "--domaindir", base.toString(), "--verbose", "domain1");
        return ChildProcess.start(start, Map.of("AS_JAVA", TestDirectories.javaHome().toString()), base, TestDirectories.logFile(name));
    }

    void awaitHttp() {
        ContainerDistribution.awaitHttp(http(), process, name);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.kill();
    }

    /** Starts the server again, with the applications that were deployed. Appends to its log. */
    void launchAgain() {
        process = process(name, home, TestDirectories.target().resolve("containers").resolve(name));
    }

    /** The process of the server itself. */
    long pid() {
        return process.lastPid();
    }

    private static List<String> asadmin(Path home, String... arguments) {
        List<String> command = new ArrayList<>(List.of(TestDirectories.javaHome().resolve("bin/java").toString(),
                "-jar", home.resolve("glassfish/lib/client/appserver-cli.jar").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void login(Path secret, String user, String group) {
        remote("--passwordfile", secret.toString(), "create-file-user", "--groups", group, user);
    }

    private String remote(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--host", TestDirectories.LOOPBACK, "--port", String.valueOf(adminPort), "--interactive=false"));
        all.addAll(List.of(arguments));
        return ChildProcess.run(asadmin(home, all.toArray(String[]::new)));
    }

    @Override
    public void deploy(Path war, String contextPath) {
        try {
            remote("deploy", "--name", EmbeddedPayara.application(contextPath),
                    "--contextroot", contextPath.isEmpty() ? "/" : contextPath, war.toAbsolutePath().toString());
        } catch (IllegalStateException e) {
            throw new DeploymentFailed(e.getMessage(), e);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        remote("undeploy", EmbeddedPayara.application(contextPath));
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

    @Override
    public ContainerUnderTest withoutHttp2() {
        return new PayaraDistribution(name, home, ports.withoutHttp2(), adminPort, process);
    }
}
