package io.github.changeover.servlet.settings;

import jakarta.servlet.ServletContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The sources of settings, in order of precedence: system property, environment variable, MicroProfile Config, context parameter. The environment
 * variable of {@code changeover.queue.max} is {@code CHANGEOVER_QUEUE_MAX}.
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

    /** Reads MicroProfile Config if it is available. */
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

    /** Returns the names of all settings that are set, except those that only an environment variable sets. */
    Set<String> names() {
        return new TreeSet<>(values.keySet());
    }

    /** Returns the names in the application's own web.xml. An unknown name there is a mistake. */
    Set<String> ownNames() {
        Set<String> own = new TreeSet<>();
        context.getInitParameterNames().asIterator().forEachRemaining(name -> {
            if (name.startsWith(PREFIX)) own.add(name);
        });
        return own;
    }
}
