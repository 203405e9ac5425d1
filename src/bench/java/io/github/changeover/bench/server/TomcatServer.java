package io.github.changeover.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/**
 * The same Tomcat for all programs that use it. It has the default configuration, except for limits that the benchmark
 * would reach.
 */
final class TomcatServer {
    private static final String CONNECTIONS = "20000";

    private TomcatServer() {
    }

    static Tomcat prepare() throws IOException {
        Tomcat tomcat = new Tomcat();
        Path base = Files.createTempDirectory("bench");
        Files.createDirectories(base.resolve("webapps"));
        base.toFile().deleteOnExit();
        tomcat.setBaseDir(base.toString());
        tomcat.setAddDefaultWebXmlToWebapp(false);
        Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxConnections", CONNECTIONS);
        connector.setProperty("maxKeepAliveRequests", "-1");
        ControlLine.sendBuffer().ifPresent(bytes -> connector.setProperty("socket.txBufSize", String.valueOf(bytes)));
        connector.setThrowOnFailure(true);
        tomcat.setConnector(connector);
        tomcat.getHost();
        return tomcat;
    }

    static void serve(Tomcat tomcat) throws IOException, LifecycleException {
        if (!tomcat.getServer().getState().isAvailable()) tomcat.start();
        ControlLine.serve(tomcat.getConnector().getLocalPort());
    }
}
