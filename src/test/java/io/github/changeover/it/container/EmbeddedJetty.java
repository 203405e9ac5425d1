package io.github.changeover.it.container;

import java.io.File;
import java.lang.reflect.Array;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Jetty in this JVM, a container that is not supported; it takes WARs, and finds initializers and annotations in them. */
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
        Path base = Work.fresh(name);
        LogCapture.start(name);
        try {
            Object server = Reflect.type(SERVER).getConstructor(InetSocketAddress.class).newInstance(new InetSocketAddress(Work.LOOPBACK, 0));
            Object none = Array.newInstance(Reflect.type(CONTEXT), 0);
            Object handlers = Reflect.type(HANDLERS).getConstructor(none.getClass()).newInstance(none);
            Reflect.call(SERVER, server, "setHandler", new Class<?>[] {Reflect.type(HANDLER)}, handlers);
            Reflect.call(LIFE, server, "start");
            return new EmbeddedJetty(name, base, server, handlers);
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not start", e);
        }
    }

    @Override
    public void deploy(Path war, String contextPath) {
        try {
            Object context = Reflect.create(WAR);
            Reflect.call(WAR, context, "setWar", new Class<?>[] {String.class}, war.toAbsolutePath().toString());
            Reflect.call(WAR, context, "setContextPath", new Class<?>[] {String.class}, contextPath.isEmpty() ? "/" : contextPath);
            Reflect.call(WAR, context, "setThrowUnavailableOnStartupException", new Class<?>[] {boolean.class}, true);
            Path temporary = Files.createDirectories(base.resolve("war" + contextPath.replace('/', '-')));
            Reflect.call(WAR, context, "setTempDirectory", new Class<?>[] {File.class}, temporary.toFile());
            Reflect.call(COLLECTION, handlers, "addHandler", new Class<?>[] {Reflect.type(HANDLER)}, context);
            Reflect.call(LIFE, context, "start");
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
            Reflect.call(LIFE, context, "stop");
            Reflect.call(COLLECTION, handlers, "removeHandler", new Class<?>[] {Reflect.type(HANDLER)}, context);
        } catch (Exception e) {
            throw new IllegalStateException("cannot undeploy " + contextPath, e);
        }
    }

    @Override
    public void stop() {
        try {
            Reflect.call(LIFE, server, "stop");
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
            URI address = (URI) Reflect.call(SERVER, server, "getURI");
            return URI.create("http://" + Work.LOOPBACK + ":" + address.getPort());
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
        return Work.read(Work.logFile(name));
    }
}
