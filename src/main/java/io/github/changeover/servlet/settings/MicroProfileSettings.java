package io.github.changeover.servlet.settings;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads the settings in MicroProfile Config, by reflection, because the API is optional. If it is missing, there are no such settings. Any other
 * failure stops the deployment, because a source that cannot be read may contain a role, an origin or a limit.
 */
final class MicroProfileSettings {
    private static final String PACKAGE = "org.eclipse.microprofile.config.";
    private final Class<?> type, sourceType;
    private final Object config;

    /** MicroProfile Config cannot be read. Stops the deployment with this message. */
    static final class UnreadableConfig extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnreadableConfig(String what, Throwable cause) {
            super("MicroProfile Config cannot be read: " + what + ". Fix the configuration or remove MicroProfile Config: Changeover does not start with a part of its settings", cause);
        }
    }

    private MicroProfileSettings(Class<?> type, Class<?> sourceType, Object config) {
        this.type = type;
        this.sourceType = sourceType;
        this.config = config;
    }

    /** Returns the configuration; empty if the API is missing or has no implementation. */
    static Optional<MicroProfileSettings> in(ClassLoader loader) {
        Class<?> resolvers, type, sources;
        try {
            resolvers = Class.forName(PACKAGE + "spi.ConfigProviderResolver", true, loader);
            type = Class.forName(PACKAGE + "Config", true, loader);
            sources = Class.forName(PACKAGE + "spi.ConfigSource", true, loader);
        } catch (ClassNotFoundException none) {
            return Optional.empty();
        }
        Object resolver;
        try {
            resolver = call(resolvers, "instance", null);
        } catch (IllegalStateException none) {      // thrown by the API if it finds no implementation, or several
            if (!String.valueOf(none.getMessage()).contains("Multiple")) return Optional.empty();
            throw new UnreadableConfig(none.getMessage(), none);
        } catch (Exception | LinkageError failure) {
            throw new UnreadableConfig("its implementation failed to start (" + cause(failure) + ")", cause(failure));
        }
        try {
            return Optional.of(new MicroProfileSettings(type, sources, resolvers.getMethod("getConfig", ClassLoader.class).invoke(resolver, loader)));
        } catch (Exception | LinkageError failure) {
            throw new UnreadableConfig("the configuration of the application could not be created (" + cause(failure) + ")", cause(failure));
        }
    }

    /** Returns all settings whose names start with the prefix. */
    Map<String, String> read(String prefix) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Object name : names()) {
            if (!name.toString().startsWith(prefix)) continue;
            value(name.toString()).ifPresent(value -> values.put(name.toString(), value.trim()));
        }
        return values;
    }

    private Iterable<?> names() {
        try {
            return (Iterable<?>) call(type, "getPropertyNames", config);
        } catch (Exception | LinkageError failure) {
            throw new UnreadableConfig("the names of its properties, " + failingSource(source -> call(sourceType, "getPropertyNames", source)) + " (" + failure + ")", failure);
        }
    }

    private Optional<String> value(String name) {
        try {
            return ((Optional<?>) invoked(type.getMethod("getOptionalValue", String.class, Class.class), config, name, String.class)).map(Object::toString);
        } catch (NoSuchElementException unresolved) {
            throw new UnreadableConfig("the setting " + name + " refers to a property that does not exist (" + unresolved.getMessage() + ")", unresolved);
        } catch (Exception | LinkageError failure) {
            throw new UnreadableConfig("the setting " + name + ", " + failingSource(source -> invoked(sourceType.getMethod("getValue", String.class), source, name))
                    + " (" + failure + ")", failure);
        }
    }

    private interface SourceCall {
        Object call(Object source) throws Exception;
    }

    /** Returns the first source that fails when each one is called separately, as a part of a sentence. */
    private String failingSource(SourceCall question) {
        try {
            for (Object source : (Iterable<?>) call(type, "getConfigSources", config)) {
                try {
                    question.call(source);
                } catch (Exception | LinkageError failure) {
                    return "source '" + call(sourceType, "getName", source) + "'";
                }
            }
        } catch (Exception | LinkageError failure) {
            return "a source without a name";
        }
        return "no particular source";
    }

    private static Object call(Class<?> type, String method, Object target) throws Exception {
        return invoked(type.getMethod(method), target);
    }

    private static Object invoked(Method method, Object target, Object... arguments) throws Exception {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Exception failure) throw failure;
            if (thrown.getCause() instanceof LinkageError failure) throw failure;
            throw thrown;
        }
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof InvocationTargetException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
