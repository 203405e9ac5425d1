package io.github.changeover.servlet;

import io.github.changeover.connection.Application;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.function.Supplier;

/** Where instances of the application's classes come from: CDI where there is CDI, else their constructor. */
interface Instances {
    /** The release of an instance that nobody keeps. */
    Runnable NOTHING = () -> { };

    /** One instance and what releases it. */
    record Instance<T>(T value, Runnable release) {
    }

    /** What makes one instance after the other. @throws IllegalStateException when the class does not allow it; the message says what it needs */
    <T> Supplier<Instance<T>> of(Class<T> type);

    /** Whether they are injected. */
    default boolean injected() {
        return false;
    }

    /** The beans of a type; empty without CDI. */
    <T> List<T> beans(Class<T> type);

    /** An active request scope for callbacks, where there is CDI. */
    default Application.CallbackScope requestScope() {
        return Application.CallbackScope.NONE;
    }

    /** CDI when the application has it, else plain constructors. Asked when the application has started, not before. */
    static Instances of(ClassLoader loader) {
        try {
            Class.forName("jakarta.enterprise.inject.spi.CDI", false, loader);
            return CdiInstances.current();
        } catch (ClassNotFoundException | LinkageError | IllegalStateException none) {
            return new Constructed();
        }
    }

    /** By the public constructor that takes nothing. */
    final class Constructed implements Instances {
        @Override
        public <T> Supplier<Instance<T>> of(Class<T> type) {
            Constructor<T> constructor;
            try {
                constructor = type.getConstructor();
            } catch (NoSuchMethodException unfit) {
                throw new IllegalStateException("no instance can be made; " + type.getName() + " needs a public constructor that takes nothing", unfit);
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
