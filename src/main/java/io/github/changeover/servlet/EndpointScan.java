package io.github.changeover.servlet;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.servlet.rules.ScannedClasses;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.annotation.HandlesTypes;
import java.lang.reflect.Modifier;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Stores the classes with {@link UpgradeEndpoint} and the protocols that the container found in the application, and adds the listener that starts
 * Changeover.
 */
@HandlesTypes({UpgradeEndpoint.class, UpgradeProtocol.class})
public final class EndpointScan implements ServletContainerInitializer {
    private static final String ATTRIBUTE = EndpointScan.class.getName();
    private static final String OURS = "io.github.changeover.";

    /** Called by the container. */
    public EndpointScan() {
    }

    @Override
    public void onStartup(Set<Class<?>> classes, ServletContext context) {
        store(context, classes == null ? ScannedClasses.UNKNOWN : found(classes));      // null: no scan took place; a scan finds at least our own classes
        if (!Installation.isDeferred(context)) Startup.add(context);
    }

    /** Adds to the classes that were found before. */
    static void store(ServletContext context, ScannedClasses classes) {
        context.setAttribute(ATTRIBUTE, found(context).with(classes));
    }

    private static ScannedClasses found(Set<Class<?>> classes) {
        Set<Class<?>> endpoints = new LinkedHashSet<>();
        Set<Class<?>> protocols = new LinkedHashSet<>();
        for (Class<?> type : classes) {
            if (type.isAnnotationPresent(UpgradeEndpoint.class)) endpoints.add(type);
            if (UpgradeProtocol.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers()) && !type.getName().startsWith(OURS)) protocols.add(type);
        }
        return new ScannedClasses(endpoints, Optional.of(protocols));
    }

    static ScannedClasses found(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof ScannedClasses found ? found : ScannedClasses.UNKNOWN;
    }
}
