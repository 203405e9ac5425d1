package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Payara or GlassFish in this JVM, started by its embeddable API. There can be only one per JVM, and it needs the --add-opens options of the build. */
final class EmbeddedPayara implements ContainerUnderTest {
    private static final String API = "org.glassfish.embeddable.";
    private final String name;
    private final Object server;
    private final ListenerPorts ports;

    private EmbeddedPayara(String name, Object server, ListenerPorts ports) {
        this.name = name;
        this.server = server;
        this.ports = ports;
    }

    static EmbeddedPayara start(String name, ListenerPorts wanted) {
        ListenerPorts ports = wanted.assigned();
        Path base = TestDirectories.fresh(name);
        LogCapture.start(name);
        try {
            Path domain = PayaraDomain.embedded(base.resolve("domain.xml"), ports);
            if (name.startsWith("glassfish")) configureLoginModules(base.resolve("login.conf"));
            Object properties = Reflection.create(API + "GlassFishProperties");
            set(properties, "setConfigFileURI", domain.toUri().toString());
            Reflection.call(API + "GlassFishProperties", properties, "setProperty", types(String.class, 2),
                    "glassfish.embedded.tmpdir", base.toString());
            Object runtime = Reflection.call(API + "GlassFishRuntime", null, "bootstrap");
            Object server = Reflection.call(API + "GlassFishRuntime", runtime, "newGlassFish",
                    new Class<?>[] {Reflection.type(API + "GlassFishProperties")}, properties);
            // At each step, Payara may install its own log handlers.
            LogCapture.start(name);
            Reflection.call(API + "GlassFish", server, "start");
            LogCapture.start(name);
            Path secret = Files.writeString(base.resolve("password"), "AS_ADMIN_USERPASSWORD=" + Logins.PASSWORD);
            login(server, secret, Logins.MEMBER, Logins.ROLE);
            login(server, secret, Logins.GUEST, Logins.GUEST_ROLE);
            return new EmbeddedPayara(name, server, ports);
        } catch (Exception e) {
            throw new IllegalStateException("Payara did not start: " + e.getMessage(), e);
        }
    }

    /** Embedded GlassFish does not configure the login modules of its realms. */
    private static void configureLoginModules(Path file) throws IOException {
        Files.writeString(file, "fileRealm { com.sun.enterprise.security.auth.login.FileLoginModule required; };");
        System.setProperty("java.security.auth.login.config", file.toString());
    }

    private static void login(Object server, Path secret, String user, String group) throws Exception {
        run(server, "create-file-user", "--passwordfile=" + secret, "--groups=" + group, user);
    }

    private static void set(Object properties, String setter, String value) throws Exception {
        Reflection.call(API + "GlassFishProperties", properties, setter, types(String.class, 1), value);
    }

    private static Class<?>[] types(Class<?> type, int count) {
        return Stream.generate(() -> type).limit(count).toArray(Class<?>[]::new);
    }

    @Override
    public void deploy(Path war, String contextPath) {
        String application = application(contextPath);
        try {
            run(server, "deploy", "--name=" + application, "--contextroot=" + (contextPath.isEmpty() ? "/" : contextPath), war.toAbsolutePath().toString());
        } catch (Exception e) {
            throw new DeploymentFailed(war.getFileName() + " was not deployed at \"" + contextPath + "\": " + e.getMessage(), e);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        try {
            run(server, "undeploy", application(contextPath));
        } catch (Exception e) {
            throw new IllegalStateException("cannot undeploy " + contextPath, e);
        }
    }

    /** Runs a command of asadmin. */
    private static void run(Object server, String command, String... arguments) throws Exception {
        Object runner = Reflection.call(API + "GlassFish", server, "getCommandRunner");
        Object result = Reflection.call(API + "CommandRunner", runner, "run", new Class<?>[] {String.class, String[].class}, command, arguments);
        if ("FAILURE".equals(Reflection.call(API + "CommandResult", result, "getExitStatus").toString())) {
            Throwable cause = (Throwable) Reflection.call(API + "CommandResult", result, "getFailureCause");
            throw new IllegalStateException(command + ": " + Reflection.call(API + "CommandResult", result, "getOutput"), cause);
        }
    }

    static String application(String contextPath) {
        return contextPath.isEmpty() ? "root" : String.join("-", Arrays.asList(contextPath.substring(1).split("/")));
    }

    @Override
    public void stop() {
        try {
            Object status = Reflection.call(API + "GlassFish", server, "getStatus");
            if ("STARTED".equals(status.toString())) {
                Reflection.call(API + "GlassFish", server, "dispose");
            }
        } catch (Exception e) {
            throw new IllegalStateException("Payara did not stop", e);
        }
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
        return new EmbeddedPayara(name, server, ports.withoutHttp2());
    }
}
