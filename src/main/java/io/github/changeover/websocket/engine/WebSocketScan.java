package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.ContainerSupport;
import io.github.changeover.servlet.SettingValues;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Keeps the application's WebSocket endpoints that the container found, and puts our {@code ServerContainer} where programs look
 * for it. Loads nothing of Tyrus where Tyrus is not.
 */
@HandlesTypes({ServerEndpoint.class, ServerApplicationConfig.class, Endpoint.class})
public final class WebSocketScan implements ServletContainerInitializer {
    private static final String ATTRIBUTE = WebSocketScan.class.getName();
    private static final Set<String> LIBRARIES = Set.of("jakarta.websocket.", "org.glassfish.tyrus.", "org.apache.tomcat.websocket.");

    /** For the container. */
    public WebSocketScan() {
    }

    @Override
    public void onStartup(Set<Class<?>> classes, ServletContext context) {
        Set<Class<?>> endpoints = new LinkedHashSet<>();
        if (classes != null) classes.stream().filter(type -> LIBRARIES.stream().noneMatch(type.getName()::startsWith)).forEach(endpoints::add);
        context.setAttribute(ATTRIBUTE, endpoints);
        if (ContainerSupport.switches(context) && EngineChoice.of(SettingValues.of(context)) == EngineChoice.OWN && TyrusClasses.present(context.getClassLoader())) {
            EndpointContainer.install(endpoints, context);
        }
    }

    /** What was found; empty when nothing was looked for. */
    @SuppressWarnings("unchecked")
    static Set<Class<?>> found(ServletContext context) {
        Object found = context.getAttribute(ATTRIBUTE);
        return found == null ? Set.of() : (Set<Class<?>>) found;
    }
}
