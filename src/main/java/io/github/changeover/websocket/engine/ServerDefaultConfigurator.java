package io.github.changeover.websocket.engine;

import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ServiceConfigurationError;
import org.glassfish.tyrus.core.TyrusServerEndpointConfigurator;

/**
 * Initializes the default {@code Configurator} of the server's API. Tomcat's {@code ServerEndpointConfig.Configurator} looks up the default once, with the
 * class loader of the first application that uses it, and keeps it in a static field for all applications. Without this class, the default could be that
 * of the Tyrus in this application. Other applications must not use it, and it would not work after this application has stopped. Other implementations of
 * the API do not cache it.
 */
final class ServerDefaultConfigurator extends ServerEndpointConfig.Configurator {
    private ServerDefaultConfigurator() {
    }

    /** Makes the API look up the server's own default, unless the API has one already. */
    static void find() {
        ClassLoader api = ServerEndpointConfig.class.getClassLoader();
        if (api == null || api == ServerDefaultConfigurator.class.getClassLoader()) return;      // the API is part of the application
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(api);
        try {
            new ServerDefaultConfigurator().checkOrigin("");
        } catch (RuntimeException | LinkageError | ServiceConfigurationError none) {
            // the server has the API but no engine, so Tyrus in this application is the only one
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Whether this class is the API's class or that of the default. If so, the application has not chosen it. */
    static boolean isDefault(Class<?> type) {
        if (type == ServerEndpointConfig.Configurator.class || type == TyrusServerEndpointConfigurator.class) return true;
        try {
            ServerEndpointConfig.Configurator known = new ServerDefaultConfigurator().getContainerDefaultConfigurator();
            return known != null && type == known.getClass();
        } catch (RuntimeException | LinkageError none) {
            return false;
        }
    }
}
