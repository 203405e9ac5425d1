package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Tomcat from its own ZIP file, in a separate process, controlled by its manager application. */
final class TomcatDistribution implements ContainerUnderTest {
    private static final String SECRET = "changeover";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private final String name;
    private final ListenerPorts ports;
    private final ChildProcess process;

    private TomcatDistribution(String name, ListenerPorts ports, ChildProcess process) {
        this.name = name;
        this.ports = ports;
        this.process = process;
    }

    static TomcatDistribution start(String name, ListenerPorts wanted) {
        ListenerPorts ports = wanted.assigned();
        Path home = ContainerDistribution.home(name);
        Path base = TestDirectories.fresh(name);
        try {
            configure(home, base, ports);
            Files.deleteIfExists(TestDirectories.logFile(name));
            ChildProcess process = ChildProcess.start(command(home, base), Map.of(), base, TestDirectories.logFile(name));
            TomcatDistribution tomcat = new TomcatDistribution(name, ports, process);
            ContainerDistribution.awaitHttp(tomcat.http().resolve("/manager/"), process, name);
            return tomcat;
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare " + base, e);
        }
    }

    private static List<String> command(Path home, Path base) {
        List<String> command = new ArrayList<>(List.of(TestDirectories.javaHome().resolve("bin/java").toString()));
        for (String open : List.of("java.base/java.lang", "java.base/java.io", "java.base/java.util",
                "java.base/java.util.concurrent", "java.rmi/sun.rmi.transport")) {
            command.add("--add-opens=" + open + "=ALL-UNNAMED");
        }
        command.addAll(List.of("-Dcatalina.home=" + home, "-Dcatalina.base=" + base, "-Djava.io.tmpdir=" + base.resolve("temp"),
                "-Djava.util.logging.config.file=" + base.resolve("conf/logging.properties"),
                "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager"));
        command.addAll(ContainerDistribution.passedOn());
        command.addAll(List.of("-cp", home.resolve("bin/bootstrap.jar") + ":" + home.resolve("bin/tomcat-juli.jar"),
                "org.apache.catalina.startup.Bootstrap", "start"));
        return command;
    }

    private static void configure(Path home, Path base, ListenerPorts ports) throws IOException {
        Path conf = Files.createDirectories(base.resolve("conf"));
        for (String directory : List.of("webapps", "temp", "work", "logs", "conf/Catalina/localhost")) {
            Files.createDirectories(base.resolve(directory));
        }
        for (String file : List.of("web.xml", "catalina.properties", "catalina.policy")) {
            if (Files.exists(home.resolve("conf").resolve(file))) {
                Files.copy(home.resolve("conf").resolve(file), conf.resolve(file));
            }
        }
        Files.writeString(conf.resolve("logging.properties"), """
                handlers = java.util.logging.ConsoleHandler
                .level = INFO
                io.github.changeover.level = FINE
                java.util.logging.ConsoleHandler.level = ALL
                java.util.logging.ConsoleHandler.formatter = org.apache.juli.OneLineFormatter
                """);
        Files.writeString(conf.resolve("server.xml"), """
                <Server port="-1">
                  <GlobalNamingResources>
                    <Resource name="users" type="org.apache.catalina.UserDatabase"
                              factory="org.apache.catalina.users.MemoryUserDatabaseFactory" pathname="conf/tomcat-users.xml"/>
                  </GlobalNamingResources>
                  <Service name="Catalina">
                    <Connector port="%d" address="127.0.0.1" protocol="HTTP/1.1" allowedTrailerHeaders="x-check"/>
                    %s
                    <Engine name="Catalina" defaultHost="localhost">
                      <Realm className="org.apache.catalina.realm.UserDatabaseRealm" resourceName="users"/>
                      <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false"/>
                    </Engine>
                  </Service>
                </Server>
                """.formatted(ports.http(), ports.tls() ? tlsConnector(ports.https()) : ""));
        Files.writeString(conf.resolve("tomcat-users.xml"), """
                <tomcat-users><user username="%1$s" password="%1$s" roles="manager-script"/>
                <user username="%2$s" password="%4$s" roles="%3$s"/><user username="%5$s" password="%4$s" roles="%6$s"/></tomcat-users>
                """.formatted(SECRET, Logins.MEMBER, Logins.ROLE, Logins.PASSWORD, Logins.GUEST, Logins.GUEST_ROLE));
        Files.writeString(conf.resolve("Catalina/localhost/manager.xml"), """
                <Context docBase="%s" privileged="true"/>
                """.formatted(home.resolve("webapps/manager")));
    }

    private static String tlsConnector(int port) {
        return """
                <Connector port="%d" address="127.0.0.1" protocol="HTTP/1.1" SSLEnabled="true" scheme="https" secure="true">
                  <SSLHostConfig>
                    <Certificate certificateKeystoreFile="%s" certificateKeystorePassword="%s" certificateKeyAlias="%s"/>
                  </SSLHostConfig>
                </Connector>""".formatted(port, TestKeyStore.get(), TestKeyStore.PASSWORD, TestKeyStore.ALIAS);
    }

    @Override
    public void deploy(Path war, String contextPath) {
        String answer = manager("deploy", contextPath, "&update=true&war=" + encode(war.toAbsolutePath().toUri().toString()));
        if (!answer.startsWith("OK")) {
            throw new DeploymentFailed(answer.strip(), null);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        String answer = manager("undeploy", contextPath, "");
        if (!answer.startsWith("OK")) {
            throw new IllegalStateException(answer.strip());
        }
    }

    private String manager(String command, String contextPath, String more) {
        String path = contextPath.isEmpty() ? "/" : contextPath;
        URI address = http().resolve("/manager/text/" + command + "?path=" + encode(path) + more);
        String login = Base64.getEncoder().encodeToString((SECRET + ":" + SECRET).getBytes(StandardCharsets.US_ASCII));
        HttpRequest request = HttpRequest.newBuilder(address).header("Authorization", "Basic " + login).build();
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new IllegalStateException("Tomcat's manager does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
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
