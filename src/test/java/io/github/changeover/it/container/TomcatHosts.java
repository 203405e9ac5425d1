package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;

/** A Tomcat for one test, with virtual hosts. An application can be deployed in several versions at a time. Its version depends on the class path. */
public final class TomcatHosts implements AutoCloseable {
    /** The default host. */
    public static final String LOCALHOST = "localhost";
    private final Tomcat tomcat;
    private final Connector http;

    private TomcatHosts(Tomcat tomcat, Connector http) {
        this.tomcat = tomcat;
        this.http = http;
    }

    /** Starts it with hosts of these names besides {@link #LOCALHOST}. */
    public static TomcatHosts start(String name, String... hosts) {
        Path base = TestDirectories.fresh(name);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setAddDefaultWebXmlToWebapp(false);
        Connector http = EmbeddedTomcat.connector(0);
        tomcat.setConnector(http);
        try {
            Files.createDirectories(base.resolve("webapps"));
            tomcat.getHost();
            for (String host : hosts) {
                StandardHost more = new StandardHost();
                more.setName(host);
                more.setAppBase(Files.createDirectories(base.resolve(host)).toString());
                tomcat.getEngine().addChild(more);
            }
            tomcat.start();
        } catch (IOException | LifecycleException e) {
            throw new IllegalStateException("Tomcat did not start: " + e.getMessage(), e);
        }
        return new TomcatHosts(tomcat, http);
    }

    /** @param version of the application, or empty */
    public void deploy(String host, String contextPath, String version, Path war) {
        StandardContext context = new StandardContext();
        context.setName(name(contextPath, version));
        context.setPath(contextPath);
        context.setWebappVersion(version);
        context.setDocBase(war.toAbsolutePath().toString());
        context.addLifecycleListener(new EmbeddedTomcat.FilesOnly(tomcat.noDefaultWebXmlPath()));
        host(host).addChild(context);
        if (!context.getState().isAvailable()) throw new DeploymentFailed(war.getFileName() + " did not start at " + context.getName(), null);
    }

    public void undeploy(String host, String contextPath, String version) {
        Context context = (Context) host(host).findChild(name(contextPath, version));
        host(host).removeChild(context);
    }

    private static String name(String contextPath, String version) {
        return version.isEmpty() ? contextPath : contextPath + "##" + version;
    }

    private Host host(String name) {
        return (Host) tomcat.getEngine().findChild(name);
    }

    public URI http() {
        return URI.create("http://" + TestDirectories.LOOPBACK + ":" + http.getLocalPort());
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
