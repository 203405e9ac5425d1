package io.github.changeover.servlet.rules;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The classes that the container found in the application.
 *
 * @param endpoints classes with {@link io.github.changeover.UpgradeEndpoint}
 * @param protocols protocol classes of the application; empty if no scan took place, as in an embedded container
 */
public record ScannedClasses(Set<Class<?>> endpoints, Optional<Set<Class<?>>> protocols) {
    public static final ScannedClasses UNKNOWN = new ScannedClasses(Set.of(), Optional.empty());

    /** Returns these classes and others. */
    public ScannedClasses with(ScannedClasses others) {
        Set<Class<?>> all = new LinkedHashSet<>(endpoints);
        all.addAll(others.endpoints);
        return new ScannedClasses(all, protocols.or(others::protocols));
    }
}
