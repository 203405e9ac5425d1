package io.github.changeover.websocket.engine;

import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Determines the endpoints of an application by the rules of Jakarta WebSocket section 6.2: all annotated classes, unless a
 * {@code ServerApplicationConfig} selects them.
 */
final class FoundEndpoints {
    private FoundEndpoints() {
    }

    /** The endpoints of an application: annotated classes, and configurations for others. */
    record Selection(Set<Class<?>> annotated, Set<ServerEndpointConfig> configured) {
    }

    /** Returns the endpoint classes by their paths within the application. */
    static Map<String, Class<?>> paths(Set<Class<?>> found) {
        Selection selection = select(found);
        Map<String, Class<?>> paths = new LinkedHashMap<>();
        selection.annotated.forEach(type -> paths.put(type.getAnnotation(ServerEndpoint.class).value(), type));
        selection.configured.forEach(config -> paths.put(config.getPath(), config.getEndpointClass()));
        return paths;
    }

    /** Selects the endpoints among the classes that the container has found. */
    static Selection select(Set<Class<?>> found) {
        Set<Class<?>> annotated = new LinkedHashSet<>();
        Set<Class<? extends Endpoint>> programmed = new LinkedHashSet<>();
        Set<ServerApplicationConfig> configurations = new LinkedHashSet<>();
        for (Class<?> type : found) {
            if (Modifier.isAbstract(type.getModifiers())) continue;
            if (type.isAnnotationPresent(ServerEndpoint.class)) annotated.add(type);
            else if (Endpoint.class.isAssignableFrom(type)) programmed.add(type.asSubclass(Endpoint.class));
            else if (ServerApplicationConfig.class.isAssignableFrom(type)) configurations.add(made(type.asSubclass(ServerApplicationConfig.class)));
        }
        if (configurations.isEmpty()) return new Selection(annotated, Set.of());
        Set<Class<?>> classes = new LinkedHashSet<>();
        Set<ServerEndpointConfig> configs = new LinkedHashSet<>();
        for (ServerApplicationConfig configuration : configurations) {
            classes.addAll(configuration.getAnnotatedEndpointClasses(Set.copyOf(annotated)));
            configs.addAll(configuration.getEndpointConfigs(Set.copyOf(programmed)));
        }
        return new Selection(classes, configs);
    }

    private static ServerApplicationConfig made(Class<? extends ServerApplicationConfig> type) {
        try {
            return type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException unfit) {
            throw new IllegalStateException(type.getName() + " needs a public constructor without parameters", unfit);
        }
    }
}
