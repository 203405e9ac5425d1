package io.github.changeover.servlet;

import jakarta.servlet.ServletContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where settings stand, the nearest to the operator first: system property, environment, MicroProfile Config, context
 * parameter. In the environment {@code changeover.queue.max} is {@code CHANGEOVER_QUEUE_MAX}.
 */
final class SettingSource {
    static final String PREFIX = "changeover.";
    private final Map<String, String> values;
    private final ServletContext context;

    private SettingSource(ServletContext context, Map<String, String> values) {
        this.context = context;
        this.values = values;
    }

    static SettingSource of(ServletContext context) {
        Map<String, String> values = new LinkedHashMap<>();
        context.getInitParameterNames().asIterator().forEachRemaining(name -> {
            if (name.startsWith(PREFIX)) values.put(name, context.getInitParameter(name).trim());
        });
        values.putAll(microProfile(context.getClassLoader()));
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith(PREFIX))
                .forEach(name -> values.put(name, System.getProperty(name).trim()));
        return new SettingSource(context, values);
    }

    /** MicroProfile Config where there is any. */
    private static Map<String, String> microProfile(ClassLoader loader) {
        return MicroProfileSettings.in(loader).map(config -> config.read(PREFIX)).orElse(Map.of());
    }

    Optional<String> value(String name) {
        String property = System.getProperty(name);
        if (property != null) return Optional.of(property.trim());
        String environment = System.getenv(name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
        if (environment != null) return Optional.of(environment.trim());
        return Optional.ofNullable(values.get(name));
    }

    /** Every name that is set, but for those that only the environment has. */
    Set<String> names() {
        return new TreeSet<>(values.keySet());
    }

    /** The names in the application's own web.xml: a misspelt one there is a mistake. */
    Set<String> ownNames() {
        Set<String> own = new TreeSet<>();
        context.getInitParameterNames().asIterator().forEachRemaining(name -> {
            if (name.startsWith(PREFIX)) own.add(name);
        });
        return own;
    }
}
