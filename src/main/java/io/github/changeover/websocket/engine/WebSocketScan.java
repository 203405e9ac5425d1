package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.Installation;
import io.github.changeover.servlet.adapter.ContainerSupport;
import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Stores the WebSocket endpoints of the application that the container found, and sets the {@code ServerContainer} of Changeover as the context attribute.
 * Loads no Tyrus class if Tyrus is not present.
 */
@HandlesTypes({ServerEndpoint.class, ServerApplicationConfig.class, Endpoint.class})
public final class WebSocketScan implements ServletContainerInitializer {
    private static final String ATTRIBUTE = WebSocketScan.class.getName();
    private static final Set<String> LIBRARIES = Set.of("jakarta.websocket.", "org.glassfish.tyrus.", "org.apache.tomcat.websocket.");

    /** Called by the container. */
    public WebSocketScan() {
    }

    @Override
    public void onStartup(Set<Class<?>> classes, ServletContext context) {
        Set<Class<?>> endpoints = new LinkedHashSet<>();
        if (classes != null) classes.stream().filter(type -> LIBRARIES.stream().noneMatch(type.getName()::startsWith)).forEach(endpoints::add);
        context.setAttribute(ATTRIBUTE, endpoints);
        if (!Installation.isDeferred(context)) install(context);
        else ContainerAttribute.ours(context).ifPresent(container -> container.add(endpoints));      // a framework has already installed Changeover
    }

    /** Sets the {@code ServerContainer} if Changeover serves WebSocket in this application. */
    static void install(ServletContext context) {
        if (!serves(context)) return;
        ContainerSupport.disableWebSocketEngine(context);
        EndpointContainer.install(found(context), context);
    }

    /** Returns whether Changeover serves WebSocket in this application. */
    private static boolean serves(ServletContext context) {
        return ContainerSupport.switches(context) && EngineChoice.of(SettingValues.of(context)) == EngineChoice.OWN && TyrusClasses.present(context.getClassLoader());
    }

    /** Returns the endpoints that were found; empty if the container did not call this initializer. */
    @SuppressWarnings("unchecked")
    static Set<Class<?>> found(ServletContext context) {
        Object found = context.getAttribute(ATTRIBUTE);
        return found == null ? Set.of() : (Set<Class<?>>) found;
    }
}
