package io.github.changeover.spi;

import java.util.List;

/**
 * Makes instances of classes of an application, in place of CDI and of constructors. A framework with its own bean factory implements this interface
 * and passes it to {@code Installation}; applications do not. Thread-safe. New methods have a default.
 */
public interface InstanceFactory {
    /**
     * Makes a new instance for one connection: of a class with {@code @UpgradeEndpoint}, or of a WebSocket endpoint. Called on the thread of the request.
     * If it throws, the request is rejected with 500.
     */
    <T> Instance<T> create(Class<T> type);

    /** Returns the beans of a type, each one once, in their order. Called when the application starts. By default there are none. */
    default <T> List<T> beans(Class<T> type) {
        return List.of();
    }

    /**
     * An instance with its release action.
     *
     * @param value   the instance
     * @param release run once, after the last call of the instance; must not throw
     */
    record Instance<T>(T value, Runnable release) {
    }
}
