package io.github.changeover.it.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** Payara Micro 7 in a separate process, controlled by {@link MicroServer}. It needs JDK 21 or later, so the build runs it with JDK 25. */
final class PayaraMicro implements ContainerUnderTest {
    private final String name;
    private final ListenerPorts ports;
    private final int orders;
    private final ChildProcess process;

    private PayaraMicro(String name, ListenerPorts ports, int orders, ChildProcess process) {
        this.name = name;
        this.ports = ports;
        this.orders = orders;
        this.process = process;
    }

    static PayaraMicro start(String name, ListenerPorts wanted) {
        ListenerPorts ports = wanted.assigned();
        int orders = TestDirectories.freePort();
        Path base = TestDirectories.fresh(name);
        try {
            Path jar = jar(name);
            Path domain = base.resolve("domain.xml");
            try (ZipFile zip = new ZipFile(jar.toFile()); InputStream original = zip.getInputStream(zip.getEntry("MICRO-INF/domain/domain.xml"))) {
                Files.writeString(domain, PayaraDomain.micro(new String(original.readAllBytes(), StandardCharsets.UTF_8), ports));
            }
            Path secret = Files.writeString(base.resolve("password"), "AS_ADMIN_USERPASSWORD=" + Logins.PASSWORD + "\n");
            Path logins = Files.writeString(base.resolve("logins"), login(secret, Logins.MEMBER, Logins.ROLE) + login(secret, Logins.GUEST, Logins.GUEST_ROLE));
            Files.deleteIfExists(TestDirectories.logFile(name));
            List<String> command = new ArrayList<>(List.of(TestDirectories.javaHome().resolve("bin/java").toString(), "-Xmx1g", "-XX:+UseSerialGC"));
            command.addAll(opens(jar));
            command.addAll(ContainerDistribution.passedOn());
            command.addAll(List.of("-cp", jar + ":" + Path.of(MicroServer.class.getProtectionDomain().getCodeSource().getLocation().getPath()),
                    MicroServer.class.getName(), String.valueOf(orders), "--nocluster", "--nohazelcast", "--nohostaware", "--rootdir", base.resolve("root").toString(),
                    "--domainconfig", domain.toString(), "--postbootcommandfile", logins.toString()));
            ChildProcess process = ChildProcess.start(command, Map.of(), base, TestDirectories.logFile(name));
            PayaraMicro payara = new PayaraMicro(name, ports, orders, process);
            ContainerDistribution.awaitHttp(payara.http(), process, name);
            payara.awaitOrders();
            return payara;
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare " + base, e);
        }
    }

    /** Waits until the process accepts commands. This is after the start of Payara Micro, which itself responds to requests earlier. */
    private void awaitOrders() {
        long end = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try {
                new Socket(TestDirectories.LOOPBACK, orders).close();
                return;
            } catch (IOException early) {
                if (!process.isAlive() || System.nanoTime() > end) throw new IllegalStateException(name + " takes no orders, see " + TestDirectories.logFile(name), early);
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    /** The JAR that the full build has copied to target/dist/NAME. */
    private static Path jar(String name) throws IOException {
        Path directory = TestDirectories.target().resolve("dist").resolve(name);
        if (!Files.isDirectory(directory)) throw new IllegalStateException(directory + " is missing: ./mvnw -Pfull copies Payara Micro there");
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
    }

    /** The options in the manifest of the JAR. Java reads them only with -jar, which is not used. */
    private static List<String> opens(Path jar) throws IOException {
        List<String> options = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (String open : file.getManifest().getMainAttributes().getValue("Add-Opens").split(" ")) options.add("--add-opens=" + open + "=ALL-UNNAMED");
            for (String export : file.getManifest().getMainAttributes().getValue("Add-Exports").split(" ")) options.add("--add-exports=" + export + "=ALL-UNNAMED");
        }
        return options;
    }

    private static String login(Path secret, String user, String group) {
        return "create-file-user --passwordfile " + secret + " --groups " + group + " " + user + "\n";
    }

    @Override
    public void deploy(Path war, String contextPath) {
        String answer = order("deploy\t" + EmbeddedPayara.application(contextPath) + "\t" + (contextPath.isEmpty() ? "/" : contextPath) + "\t" + war.toAbsolutePath());
        if (!answer.equals("done")) throw new DeploymentFailed(answer, null);
    }

    @Override
    public void undeploy(String contextPath) {
        order("undeploy\t" + EmbeddedPayara.application(contextPath));
    }

    private String order(String line) {
        try (Socket socket = new Socket(TestDirectories.LOOPBACK, orders); PrintStream out = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8);
             BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            out.println(line);
            return String.valueOf(in.readLine());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
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
    public boolean isEmbedded() {
        return false;
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
        return new PayaraMicro(name, ports.withoutHttp2(), orders, process);
    }
}
