package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Payara Server from its own zip, in a process of its own, driven by its asadmin. */
final class PayaraDistribution implements ContainerUnderTest {
    private final String name;
    private final Path home;
    private final Listeners ports;
    private final int adminPort;
    private final ChildProcess process;

    private PayaraDistribution(String name, Path home, Listeners ports, int adminPort, ChildProcess process) {
        this.name = name;
        this.home = home;
        this.ports = ports;
        this.adminPort = adminPort;
        this.process = process;
    }

    static PayaraDistribution start(String name, Listeners wanted) {
        Listeners ports = wanted.assigned();
        int adminPort = Work.freePort();
        Path home = Distribution.home(name);
        Path base = Work.fresh(name);
        try {
            Path domain = base.resolve("domain1");
            Work.copy(home.resolve("glassfish/domains/domain1"), domain);
            Path settings = domain.resolve("config/domain.xml");
            Files.writeString(settings, PayaraDomain.distribution(Files.readString(settings), ports, adminPort));
            Files.deleteIfExists(Work.logFile(name));
            List<String> start = asadmin(home, "start-domain", "--domaindir", base.toString(), "--verbose", "domain1");
            ChildProcess process = ChildProcess.start(start, Map.of("AS_JAVA", Work.javaHome().toString()), base, Work.logFile(name));
            PayaraDistribution payara = new PayaraDistribution(name, home, ports, adminPort, process);
            Distribution.awaitHttp(payara.http(), process, name);
            Path secret = Files.writeString(base.resolve("password"), "AS_ADMIN_USERPASSWORD=" + Logins.PASSWORD);
            payara.login(secret, Logins.MEMBER, Logins.ROLE);
            payara.login(secret, Logins.GUEST, Logins.GUEST_ROLE);
            return payara;
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare " + base, e);
        }
    }

    private static List<String> asadmin(Path home, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Work.javaHome().resolve("bin/java").toString(),
                "-jar", home.resolve("glassfish/lib/client/appserver-cli.jar").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void login(Path secret, String user, String group) {
        remote("--passwordfile", secret.toString(), "create-file-user", "--groups", group, user);
    }

    private String remote(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--host", Work.LOOPBACK, "--port", String.valueOf(adminPort), "--interactive=false"));
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
        return URI.create("http://" + Work.LOOPBACK + ":" + ports.http());
    }

    @Override
    public URI https() {
        return URI.create("https://" + Work.LOOPBACK + ":" + ports.https());
    }

    @Override
    public ContainerUnderTest withoutHttp2() {
        return new PayaraDistribution(name, home, ports.withoutHttp2(), adminPort, process);
    }

    @Override
    public String log() {
        return Work.read(Work.logFile(name));
    }
}
