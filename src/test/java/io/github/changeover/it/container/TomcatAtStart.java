package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;

/** A Tomcat for one test, which starts with an application in it, as a server does. Its version depends on the class path. */
public final class TomcatAtStart implements AutoCloseable {
    private final Tomcat tomcat;
    private final List<Connector> connectors;

    /** A connector on a free port. */
    public enum Listener {
        CLEAR, TLS,
        /** In cleartext, with Tomcat's own HTTP/2. */
        HTTP2,
        /** Bound after the applications have started, so its port is not known before. */
        LATE
    }

    private TomcatAtStart(Tomcat tomcat, List<Connector> connectors) {
        this.tomcat = tomcat;
        this.connectors = connectors;
    }

    /** @param listeners in this order */
    public static TomcatAtStart with(String name, String contextPath, Path war, Listener... listeners) {
        Path base = TestDirectories.fresh(name);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setAddDefaultWebXmlToWebapp(false);
        List<Connector> connectors = new ArrayList<>();
        for (Listener listener : listeners) {
            Connector connector = EmbeddedTomcat.connector(0);
            if (listener == Listener.TLS) EmbeddedTomcat.secure(connector);
            if (listener == Listener.HTTP2) connector.addUpgradeProtocol(new Http2Protocol());
            if (listener == Listener.LATE) connector.setProperty("bindOnInit", "false");
            tomcat.setConnector(connector);
            connectors.add(connector);
        }
        try {
            Files.createDirectories(base.resolve("webapps"));
            Context context = tomcat.addWebapp(tomcat.getHost(), contextPath, war.toAbsolutePath().toString(), new EmbeddedTomcat.FilesOnly(tomcat.noDefaultWebXmlPath()));
            tomcat.start();
            if (!context.getState().isAvailable()) throw new DeploymentFailed(war.getFileName() + " did not start", null);
        } catch (IOException | LifecycleException e) {
            throw new IllegalStateException("Tomcat did not start: " + e.getMessage(), e);
        }
        return new TomcatAtStart(tomcat, connectors);
    }

    /** The address of the listener at this index. */
    public URI address(int index) {
        return URI.create((connectors.get(index).getSecure() ? "https" : "http") + "://" + TestDirectories.LOOPBACK + ":" + connectors.get(index).getLocalPort());
    }

    public void pause(int index) {
        connectors.get(index).pause();
    }

    public void resume(int index) {
        connectors.get(index).resume();
    }

    /** Stops the listener at this index; its port stays bound. */
    public void stop(int index) {
        try {
            connectors.get(index).stop();
        } catch (LifecycleException e) {
            throw new IllegalStateException("The connector did not stop", e);
        }
    }

    public void start(int index) {
        try {
            connectors.get(index).start();
        } catch (LifecycleException e) {
            throw new IllegalStateException("The connector did not start", e);
        }
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException("Tomcat did not stop", e);
        }
    }
}
