package io.github.changeover.it.container;

import java.io.File;
import java.lang.reflect.Array;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Jetty in this JVM, a container that is not supported. It accepts WARs, and finds initializers and annotations in them. */
final class EmbeddedJetty implements ContainerUnderTest {
    private static final String SERVER = "org.eclipse.jetty.server.Server", HANDLER = "org.eclipse.jetty.server.Handler",
            CONTEXT = "org.eclipse.jetty.server.handler.ContextHandler", HANDLERS = CONTEXT + "Collection", COLLECTION = HANDLER + "$Collection", WAR = "org.eclipse.jetty.ee10.webapp.WebAppContext",
            LIFE = "org.eclipse.jetty.util.component.LifeCycle";
    private final String name;
    private final Path base;
    private final Object server, handlers;
    private final Map<String, Object> deployed = new HashMap<>();

    private EmbeddedJetty(String name, Path base, Object server, Object handlers) {
        this.name = name;
        this.base = base;
        this.server = server;
        this.handlers = handlers;
    }

    static EmbeddedJetty start(String name) {
        Path base = TestDirectories.fresh(name);
        LogCapture.start(name);
        try {
            Object server = Reflection.type(SERVER).getConstructor(InetSocketAddress.class).newInstance(new InetSocketAddress(TestDirectories.LOOPBACK, 0));
            Object none = Array.newInstance(Reflection.type(CONTEXT), 0);
            Object handlers = Reflection.type(HANDLERS).getConstructor(none.getClass()).newInstance(none);
            Reflection.call(SERVER, server, "setHandler", new Class<?>[] {Reflection.type(HANDLER)}, handlers);
            Reflection.call(LIFE, server, "start");
            return new EmbeddedJetty(name, base, server, handlers);
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not start", e);
        }
    }

    @Override
    public void deploy(Path war, String contextPath) {
        try {
            Object context = Reflection.create(WAR);
            Reflection.call(WAR, context, "setWar", new Class<?>[] {String.class}, war.toAbsolutePath().toString());
            Reflection.call(WAR, context, "setContextPath", new Class<?>[] {String.class}, contextPath.isEmpty() ? "/" : contextPath);
            Reflection.call(WAR, context, "setThrowUnavailableOnStartupException", new Class<?>[] {boolean.class}, true);
            Path temporary = Files.createDirectories(base.resolve("war" + contextPath.replace('/', '-')));
            Reflection.call(WAR, context, "setTempDirectory", new Class<?>[] {File.class}, temporary.toFile());
            Reflection.call(COLLECTION, handlers, "addHandler", new Class<?>[] {Reflection.type(HANDLER)}, context);
            Reflection.call(LIFE, context, "start");
            deployed.put(contextPath, context);
        } catch (Exception e) {
            throw new DeploymentFailed(war.getFileName() + " did not start at \"" + contextPath + "\": " + e, e);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        Object context = deployed.remove(contextPath);
        if (context == null) return;
        try {
            Reflection.call(LIFE, context, "stop");
            Reflection.call(COLLECTION, handlers, "removeHandler", new Class<?>[] {Reflection.type(HANDLER)}, context);
        } catch (Exception e) {
            throw new IllegalStateException("cannot undeploy " + contextPath, e);
        }
    }

    @Override
    public void stop() {
        try {
            Reflection.call(LIFE, server, "stop");
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not stop", e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public URI http() {
        try {
            URI address = (URI) Reflection.call(SERVER, server, "getURI");
            return URI.create("http://" + TestDirectories.LOOPBACK + ":" + address.getPort());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public URI https() {
        throw new UnsupportedOperationException("no TLS here");
    }

    @Override
    public String log() {
        return TestDirectories.read(TestDirectories.logFile(name));
    }
}
