package io.github.changeover.servlet.rules;

import io.github.changeover.spi.InstanceFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Makes injected instances of classes of the application, if it has CDI. Internal. */
public final class Injection {
    private static final Map<Class<?>, Supplier<? extends InstanceFactory.Instance<?>>> FACTORIES = new ConcurrentHashMap<>();

    private Injection() {
    }

    /** Returns whether CDI is available for the class. Must be called on a thread of the application. */
    public static boolean of(Class<?> type) {
        return FACTORIES.containsKey(type) || Instances.of(type.getClassLoader()).injected();
    }

    /**
     * Makes a new instance.
     *
     * @throws RuntimeException if CDI cannot make or inject it
     */
    public static InjectedInstance create(Class<?> type) {
        InstanceFactory.Instance<?> made = FACTORIES.computeIfAbsent(type, each -> Instances.of(each.getClassLoader()).of(each)).get();
        return new InjectedInstance(made.value(), made.release());
    }

    /**
     * An instance with its release action.
     *
     * @param value   the instance
     * @param release destroys the instance and its injected dependencies; to be run once
     */
    public record InjectedInstance(Object value, Runnable release) {
    }
}
