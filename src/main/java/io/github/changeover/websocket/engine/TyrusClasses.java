package io.github.changeover.websocket.engine;

import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Determines which Tyrus is loaded. If a container contains Tyrus and loads its classes before the application's (as Payara does), all classes are the
 * container's. A mixture of both would fail unpredictably. Therefore it is rejected at start.
 */
final class TyrusClasses {
    private static final List<String> ONE_OF_EACH_JAR = List.of("org.glassfish.tyrus.spi.WebSocketEngine",
            "org.glassfish.tyrus.core.TyrusWebSocketEngine", "org.glassfish.tyrus.server.TyrusServerContainer");

    private TyrusClasses() {
    }

    /** Whether the application can load a class of each Tyrus JAR. */
    static boolean present(ClassLoader loader) {
        try {
            for (String name : ONE_OF_EACH_JAR) Class.forName(name, false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /**
     * Returns the version of Tyrus and whether it is the container's or the application's, for the log.
     *
     * @throws IllegalStateException if the classes are a mixture
     */
    static String describe(ClassLoader application) {
        List<String> own = new ArrayList<>();
        List<String> others = new ArrayList<>();
        String version = "";
        try {
            for (String name : ONE_OF_EACH_JAR) {
                Class<?> type = Class.forName(name, false, application);
                ClassLoader loader = type.getClassLoader();     // in an executable JAR, the application is below the class loader of the servlet context
                (loader == application || loader == TyrusClasses.class.getClassLoader() ? own : others).add(name.split("\\.")[3]);
                if (version.isEmpty()) version = version(type);
            }
        } catch (ClassNotFoundException gone) {
            throw new IllegalStateException("Tyrus is incomplete", gone);
        }
        if (!own.isEmpty() && !others.isEmpty()) {
            throw new IllegalStateException("Tyrus comes from two sources: " + own + " from the application, " + others
                    + " from the container. Put tyrus-spi, tyrus-core and tyrus-server of one version into WEB-INF/lib, or none of them.");
        }
        return "Tyrus" + version + (own.isEmpty() ? " of the container" : " of the application");
    }

    private static String version(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        if (version != null) return " " + version;
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL jar = source == null ? null : source.getLocation();
        return jar == null ? "" : " (" + jar.getPath().replaceFirst("!?/?$", "").replaceFirst("^.*/", "") + ")";
    }
}
