package io.github.changeover.it.container;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.Valve;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Tomcat 10.1 or 11 in this JVM, depending on the class path. */
final class EmbeddedTomcat implements ContainerUnderTest {
    private final String name;
    private final Tomcat tomcat;
    private final Connector http;
    private final Connector https;
    private final Path applications;

    private EmbeddedTomcat(String name, Tomcat tomcat, Connector http, Connector https, Path applications) {
        this.name = name;
        this.tomcat = tomcat;
        this.http = http;
        this.https = https;
        this.applications = applications;
    }

    static EmbeddedTomcat start(String name, ListenerPorts ports) {
        Path base = TestDirectories.fresh(name);
        LogCapture.start(name);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setAddDefaultWebXmlToWebapp(false);
        Connector http = connector(ports.http());
        if (name.endsWith(Containers.HTTP2)) http.addUpgradeProtocol(new Http2Protocol());
        tomcat.setConnector(http);
        Connector https = null;
        if (ports.tls()) {
            https = secure(connector(ports.https()));
            tomcat.setConnector(https);
        }
        Path applications = base.resolve("webapps");
        try {
            Files.createDirectories(applications);
            tomcat.getHost();
            login(tomcat, Logins.MEMBER, Logins.ROLE);
            login(tomcat, Logins.GUEST, Logins.GUEST_ROLE);
            tomcat.start();
            withoutStackTraces(tomcat);
        } catch (IOException | LifecycleException e) {
            throw new IllegalStateException("Tomcat did not start: " + e.getMessage(), e);
        }
        return new EmbeddedTomcat(name, tomcat, http, https, applications);
    }

    /** Error pages show no details, because clients of the tests send invalid requests on purpose. Errors are still logged. */
    private static void withoutStackTraces(Tomcat tomcat) {
        for (Valve valve : tomcat.getHost().getPipeline().getValves()) {
            if (valve instanceof ErrorReportValve report) report.setShowReport(false);
        }
    }

    private static void login(Tomcat tomcat, String user, String role) {
        tomcat.addUser(user, Logins.PASSWORD);
        tomcat.addRole(user, role);
    }

    static Connector connector(int port) {
        Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
        connector.setPort(port);
        connector.setProperty("address", TestDirectories.LOOPBACK);
        connector.setProperty("maxConnections", "20000");       // the default is 8192
        connector.setProperty("socket.bufferPool", "500");      // by default, Tomcat keeps a buffer of 16 KB for each connection of the highest number so far
        connector.setThrowOnFailure(true);
        connector.setProperty("allowedTrailerHeaders", "x-check");
        return connector;
    }

    static Connector secure(Connector connector) {
        connector.setSecure(true);
        connector.setScheme("https");
        connector.setProperty("SSLEnabled", "true");
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.RSA);
        certificate.setCertificateKeystoreFile(TestKeyStore.get().toString());
        certificate.setCertificateKeystorePassword(TestKeyStore.PASSWORD);
        certificate.setCertificateKeyAlias(TestKeyStore.ALIAS);
        host.addCertificate(certificate);
        connector.addSslHostConfig(host);
        return connector;
    }

    @Override
    public void deploy(Path war, String contextPath) {
        ContextConfig configuration = new FilesOnly(tomcat.noDefaultWebXmlPath());
        Context context;
        try {
            context = tomcat.addWebapp(tomcat.getHost(), contextPath, war.toAbsolutePath().toString(), configuration);
        } catch (Error failure) {
            undeploy(contextPath);      // Tomcat logs exceptions of a start, but not errors
            throw failure;
        }
        if (!context.getState().isAvailable()) {
            undeploy(contextPath);
            throw new DeploymentFailed(war.getFileName() + " did not start at \"" + contextPath + "\", see the log", null);
        }
    }

    /** The defaults of a distribution in conf/web.xml, without JSP: static files, index.html, and their media types. */
    static final class FilesOnly extends ContextConfig {
        FilesOnly(String defaultWebXml) {
            setDefaultWebXml(defaultWebXml);
        }

        @Override
        protected synchronized void configureStart() {
            Wrapper files = Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
            files.setLoadOnStartup(1);
            files.setOverridable(true);
            context.addServletMappingDecoded("/", "default");
            Tomcat.addDefaultMimeTypeMappings(context);
            context.addWelcomeFile("index.html");
            super.configureStart();
        }

        @Override
        protected synchronized void beforeStart() {
            super.beforeStart();
            // The class path contains the tests and their libraries, which do not belong to an application.
            StandardJarScanner scanner = new StandardJarScanner();
            scanner.setScanClassPath(false);
            context.setJarScanner(scanner);
        }
    }

    @Override
    public void removeFiles(String contextPath) {
        ((Context) tomcat.getHost().findChild(contextPath)).getResources().gc();     // closes the JARs, as Tomcat does from time to time
        delete(contextPath);
    }

    private void delete(String contextPath) {
        try {
            TestDirectories.delete(applications.resolve(contextPath.isEmpty() ? "ROOT" : contextPath.substring(1).replace('/', '#')));
        } catch (IOException e) {
            throw new IllegalStateException("cannot remove the files of " + contextPath, e);
        }
    }

    @Override
    public void undeploy(String contextPath) {
        Container context = tomcat.getHost().findChild(contextPath);
        if (context == null) {
            return;
        }
        tomcat.getHost().removeChild(context);
        delete(contextPath);
    }

    @Override
    public void stop() {
        try {
            if (tomcat.getServer().getState() != LifecycleState.DESTROYED) {
                tomcat.stop();
                tomcat.destroy();
            }
        } catch (LifecycleException e) {
            throw new IllegalStateException("Tomcat did not stop", e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public URI http() {
        return URI.create("http://" + TestDirectories.LOOPBACK + ":" + http.getLocalPort());
    }

    @Override
    public URI https() {
        return URI.create("https://" + TestDirectories.LOOPBACK + ":" + https.getLocalPort());
    }
}
