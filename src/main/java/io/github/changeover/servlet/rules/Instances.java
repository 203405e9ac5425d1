package io.github.changeover.servlet.rules;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.spi.InstanceFactory;
import io.github.changeover.spi.InstanceFactory.Instance;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes instances of classes of the application: with the factory of a framework if it has given one, with CDI if it is available, otherwise with their
 * constructor.
 */
public interface Instances {
    /** The release action of an instance that needs no release. */
    Runnable NOTHING = () -> { };

    /**
     * Returns a supplier of new instances.
     *
     * @throws IllegalStateException if the class does not allow it; the message contains what the class needs
     */
    <T> Supplier<Instance<T>> of(Class<T> type);

    /** Returns whether instances are injected. */
    default boolean injected() {
        return false;
    }

    /** Returns the beans of a type; empty without CDI or a framework. */
    <T> List<T> beans(Class<T> type);

    /** Returns a scope that activates the CDI request context for callbacks; it does nothing without CDI. */
    default ApplicationResources.CallbackScope requestScope() {
        return ApplicationResources.CallbackScope.NONE;
    }

    /** Returns whether {@link #fire} has observers: whether the application has CDI. */
    default boolean firesEvents() {
        return false;
    }

    /** Notifies the CDI observers of an event, on this thread. */
    default void fire(Object event) {
    }

    /** Sets the factory of a framework for an application. Must be called before the application starts. */
    static void use(ServletContext context, InstanceFactory factory) {
        context.setAttribute(Instances.class.getName(), factory);
    }

    /** Returns the factory of a framework for the application; empty if none was given. */
    static Optional<InstanceFactory> given(ServletContext context) {
        return Optional.ofNullable((InstanceFactory) context.getAttribute(Instances.class.getName()));
    }

    /** Returns the instances of an application. Must not be called before the application has started. */
    static Instances of(ServletContext context) {
        Optional<InstanceFactory> given = given(context);
        return given.isPresent() ? new Given(given.get()) : of(context.getClassLoader());
    }

    /** Returns CDI if the application has it, otherwise plain constructors. Must not be called before the application has started. */
    static Instances of(ClassLoader loader) {
        try {
            Class.forName("jakarta.enterprise.inject.spi.CDI", false, loader);
            return CdiInstances.current();
        } catch (ClassNotFoundException | LinkageError | IllegalStateException none) {
            return new Constructed();
        }
    }

    /** Uses the factory of a framework. */
    record Given(InstanceFactory factory) implements Instances {
        @Override
        public <T> Supplier<Instance<T>> of(Class<T> type) {
            return () -> factory.create(type);
        }

        @Override
        public boolean injected() {
            return true;
        }

        @Override
        public <T> List<T> beans(Class<T> type) {
            return factory.beans(type);
        }
    }

    /** Uses the public constructor without parameters. */
    final class Constructed implements Instances {
        @Override
        public <T> Supplier<Instance<T>> of(Class<T> type) {
            Constructor<T> constructor;
            try {
                constructor = type.getConstructor();
            } catch (NoSuchMethodException unfit) {
                throw new IllegalStateException("it cannot be instantiated; " + type.getName() + " needs a public constructor without parameters", unfit);
            }
            return () -> {
                try {
                    return new Instance<>(constructor.newInstance(), NOTHING);
                } catch (ReflectiveOperationException thrown) {
                    throw new IllegalStateException(type.getName() + " cannot be instantiated", thrown);
                }
            };
        }

        @Override
        public <T> List<T> beans(Class<T> type) {
            return List.of();
        }
    }
}
