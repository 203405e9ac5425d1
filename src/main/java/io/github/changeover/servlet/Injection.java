package io.github.changeover.servlet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Makes injected instances of the application's classes, where the application has CDI. Internal. */
public final class Injection {
    private static final Map<Class<?>, Supplier<? extends Instances.Instance<?>>> MAKERS = new ConcurrentHashMap<>();

    private Injection() {
    }

    /** Whether there is CDI for the class. On a thread of the application's. */
    public static boolean of(Class<?> type) {
        return MAKERS.containsKey(type) || Instances.of(type.getClassLoader()).injected();
    }

    /** A new instance. @throws RuntimeException what CDI says of the class */
    public static Made make(Class<?> type) {
        Instances.Instance<?> made = MAKERS.computeIfAbsent(type, each -> Instances.of(each.getClassLoader()).of(each)).get();
        return new Made(made.value(), made.release());
    }

    /**
     * An instance.
     *
     * @param value   it
     * @param release ends what was injected, once
     */
    public record Made(Object value, Runnable release) {
    }
}
