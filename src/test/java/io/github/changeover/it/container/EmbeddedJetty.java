package io.github.changeover.it.container;

import java.io.File;
import java.lang.reflect.Array;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * Jetty in this JVM, a container that is not supported. It accepts WARs, and finds initializers and annotations in them. By the name "jetty" it hides its
 * classes from applications, which is the default for a WAR; by any other name it does not. It is that of Jakarta EE 11 if the name contains "ee11".
 */
final class EmbeddedJetty implements ContainerUnderTest {
    private static final String SERVER = "org.eclipse.jetty.server.Server", HANDLER = "org.eclipse.jetty.server.Handler",
            CONTEXT = "org.eclipse.jetty.server.handler.ContextHandler", HANDLERS = CONTEXT + "Collection", COLLECTION = HANDLER + "$Collection",
            LIFE = "org.eclipse.jetty.util.component.LifeCycle", CONNECTOR = "org.eclipse.jetty.server.Connector", SOCKETS = "org.eclipse.jetty.server.ServerConnector",
            TLS = "org.eclipse.jetty.util.ssl.SslContextFactory", CONFIGURATION = "org.eclipse.jetty.server.HttpConfiguration", FACTORY = "org.eclipse.jetty.server.ConnectionFactory",
            CLASSES = "org.eclipse.jetty.util.ClassMatcher", SECURITY = "org.eclipse.jetty.security.";
    private final String name, webapp;
    private final Path base;
    private final Object server, handlers, http, https;
    private final Map<String, Object> deployed = new HashMap<>();

    private EmbeddedJetty(String name, Path base, Object server, Object handlers, Object http, Object https) {
        this.name = name;
        this.webapp = "org.eclipse.jetty." + (name.contains("ee11") ? "ee11" : "ee10") + ".webapp.WebAppContext";
        this.base = base;
        this.server = server;
        this.handlers = handlers;
        this.http = http;
        this.https = https;
    }

    static EmbeddedJetty start(String name) {
        Path base = TestDirectories.fresh(name);
        LogCapture.start(name);
        try {
            Object server = Reflection.create(SERVER);
            Object http = connector(server, http(false));
            Object https = connector(server, tls(), http(true));
            Object none = Array.newInstance(Reflection.type(CONTEXT), 0);
            Object handlers = Reflection.type(HANDLERS).getConstructor(none.getClass()).newInstance(none);
            Reflection.call(SERVER, server, "setHandler", new Class<?>[] {Reflection.type(HANDLER)}, handlers);
            Reflection.call(LIFE, server, "start");
            return new EmbeddedJetty(name, base, server, handlers, http, https);
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not start", e);
        }
    }

    private static Object logins() throws Exception {
        String store = SECURITY + "UserStore", service = SECURITY + "HashLoginService", credential = "org.eclipse.jetty.util.security.Credential";
        Object password = Reflection.call(credential, null, "getCredential", new Class<?>[] {String.class}, Logins.PASSWORD);
        Object users = Reflection.create(store);
        Class<?>[] user = {String.class, Reflection.type(credential), String[].class};
        Reflection.call(store, users, "addUser", user, Logins.MEMBER, password, new String[] {Logins.ROLE});
        Reflection.call(store, users, "addUser", user, Logins.GUEST, password, new String[] {Logins.GUEST_ROLE});
        Object logins = Reflection.create(service);
        Reflection.call(service, logins, "setUserStore", new Class<?>[] {Reflection.type(store)}, users);
        return logins;
    }

    private static Object connector(Object server, Object... protocols) throws Exception {
        Object factories = Array.newInstance(Reflection.type(FACTORY), protocols.length);
        for (int i = 0; i < protocols.length; i++) Array.set(factories, i, protocols[i]);
        Object connector = Reflection.type(SOCKETS).getConstructor(Reflection.type(SERVER), factories.getClass()).newInstance(server, factories);
        Reflection.call(SOCKETS, connector, "setHost", new Class<?>[] {String.class}, TestDirectories.LOOPBACK);
        Reflection.call(SERVER, server, "addConnector", new Class<?>[] {Reflection.type(CONNECTOR)}, connector);
        return connector;
    }

    private static Object http(boolean secure) throws Exception {
        Object configuration = Reflection.create(CONFIGURATION);
        if (secure) {
            // without a check that the name in the certificate is that of the request
            Object customizer = Reflection.type("org.eclipse.jetty.server.SecureRequestCustomizer").getConstructor(boolean.class).newInstance(false);
            Reflection.call(CONFIGURATION, configuration, "addCustomizer", new Class<?>[] {Reflection.type(CONFIGURATION + "$Customizer")}, customizer);
        }
        return Reflection.type("org.eclipse.jetty.server.HttpConnectionFactory").getConstructor(Reflection.type(CONFIGURATION)).newInstance(configuration);
    }

    private static Object tls() throws Exception {
        Object context = Reflection.create(TLS + "$Server");
        Reflection.call(TLS, context, "setSslContext", new Class<?>[] {SSLContext.class}, TestKeyStore.serverContext());
        return Reflection.type("org.eclipse.jetty.server.SslConnectionFactory").getConstructor(Reflection.type(TLS + "$Server"), String.class).newInstance(context, "http/1.1");
    }

    @Override
    public void deploy(Path war, String contextPath) {
        try {
            Object context = Reflection.create(webapp);
            Reflection.call(webapp, context, "setWar", new Class<?>[] {String.class}, war.toAbsolutePath().toString());
            Reflection.call(webapp, context, "setContextPath", new Class<?>[] {String.class}, contextPath.isEmpty() ? "/" : contextPath);
            Reflection.call(webapp, context, "setThrowUnavailableOnStartupException", new Class<?>[] {boolean.class}, true);
            if (!name.equals("jetty")) {
                Reflection.call(webapp, context, "setHiddenClassMatcher", new Class<?>[] {Reflection.type(CLASSES)}, Reflection.create(CLASSES));
            }
            Object security = Reflection.call(webapp, context, "getSecurityHandler");
            Reflection.call(SECURITY + "SecurityHandler", security, "setLoginService", new Class<?>[] {Reflection.type(SECURITY + "LoginService")}, logins());
            Path temporary = Files.createDirectories(base.resolve("war" + contextPath.replace('/', '-')));
            Reflection.call(webapp, context, "setTempDirectory", new Class<?>[] {File.class}, temporary.toFile());
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
        return address("http", http);
    }

    @Override
    public URI https() {
        return address("https", https);
    }

    private static URI address(String scheme, Object connector) {
        try {
            return URI.create(scheme + "://" + TestDirectories.LOOPBACK + ":" + Reflection.call(SOCKETS, connector, "getLocalPort"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
