package io.github.changeover.websocket.engine;

import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ServiceConfigurationError;
import org.glassfish.tyrus.core.TyrusServerEndpointConfigurator;

/**
 * The default {@code Configurator} of the server's API. Tomcat's {@code ServerEndpointConfig.Configurator} looks for it once, with the loader of the
 * application that asks first, and keeps it in a static field for all applications: it would be our Tyrus', which other applications must not use, and which
 * would not be usable after its application has stopped. Other APIs keep none.
 */
final class ServersConfigurator extends ServerEndpointConfig.Configurator {
    private ServersConfigurator() {
    }

    /** Lets the API find the server's own, unless it has one already. */
    static void find() {
        ClassLoader api = ServerEndpointConfig.class.getClassLoader();
        if (api == null || api == ServersConfigurator.class.getClassLoader()) return;      // the application's own API
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(api);
        try {
            new ServersConfigurator().checkOrigin("");
        } catch (RuntimeException | LinkageError | ServiceConfigurationError none) {
            // the server has the API and no engine: then ours is the only one
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Whether this class is the API's, or that of the default: then an application has not chosen it. */
    static boolean isDefault(Class<?> type) {
        if (type == ServerEndpointConfig.Configurator.class || type == TyrusServerEndpointConfigurator.class) return true;
        try {
            ServerEndpointConfig.Configurator known = new ServersConfigurator().getContainerDefaultConfigurator();
            return known != null && type == known.getClass();
        } catch (RuntimeException | LinkageError none) {
            return false;
        }
    }
}
