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
 * variable of {@code changeover.queue.max} is {@code CHANGEOVER_QUEUE_MAX}. If a framework has given the settings, it is the only source.
 */
final class SettingSource {
    static final String PREFIX = "changeover.";
    private static final String GIVEN = SettingSource.class.getName();
    private final Map<String, String> values;
    private final ServletContext context;
    private final boolean given;

    private SettingSource(ServletContext context, Map<String, String> values, boolean given) {
        this.context = context;
        this.values = values;
        this.given = given;
    }

    /** Sets the only source of settings of an application. */
    static void use(ServletContext context, Map<String, String> values) {
        context.setAttribute(GIVEN, Map.copyOf(values));
    }

    @SuppressWarnings("unchecked")
    static SettingSource of(ServletContext context) {
        if (context.getAttribute(GIVEN) instanceof Map<?, ?> given) return new SettingSource(context, (Map<String, String>) given, true);
        Map<String, String> values = new LinkedHashMap<>();
        context.getInitParameterNames().asIterator().forEachRemaining(name -> {
            if (name.startsWith(PREFIX)) values.put(name, context.getInitParameter(name).trim());
        });
        values.putAll(microProfile(context.getClassLoader()));
        System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith(PREFIX))
                .forEach(name -> values.put(name, System.getProperty(name).trim()));
        return new SettingSource(context, values, false);
    }

    /** Reads MicroProfile Config if it is available. */
    private static Map<String, String> microProfile(ClassLoader loader) {
        return MicroProfileSettings.in(loader).map(config -> config.read(PREFIX)).orElse(Map.of());
    }

    Optional<String> value(String name) {
        if (given) return Optional.ofNullable(values.get(name)).map(String::trim);
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

    /** Returns the names in the application's own web.xml, or in the settings that a framework has given. An unknown name there is a mistake. */
    Set<String> ownNames() {
        if (given) return names();
        Set<String> own = new TreeSet<>();
        context.getInitParameterNames().asIterator().forEachRemaining(name -> {
            if (name.startsWith(PREFIX)) own.add(name);
        });
        return own;
    }
}
