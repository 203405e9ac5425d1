package io.github.changeover.servlet;

import io.github.changeover.UpgradeEndpoint;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.annotation.HandlesTypes;
import java.util.LinkedHashSet;
import java.util.Set;

/** Keeps the classes with {@link UpgradeEndpoint} that the container found in the application, and lets Changeover start in it. */
@HandlesTypes(UpgradeEndpoint.class)
public final class EndpointScan implements ServletContainerInitializer {
    private static final String ATTRIBUTE = EndpointScan.class.getName();

    /** For the container. */
    public EndpointScan() {
    }

    @Override
    public void onStartup(Set<Class<?>> classes, ServletContext context) {
        Set<Class<?>> endpoints = new LinkedHashSet<>();
        if (classes != null) {
            for (Class<?> type : classes) {
                if (type.isAnnotationPresent(UpgradeEndpoint.class)) endpoints.add(type);
            }
        }
        context.setAttribute(ATTRIBUTE, endpoints);
        Startup.add(context);
    }

    @SuppressWarnings("unchecked")
    static Set<Class<?>> found(ServletContext context) {
        Object found = context.getAttribute(ATTRIBUTE);
        return found == null ? Set.of() : (Set<Class<?>>) found;
    }
}
