package io.github.changeover.spi;

import java.util.function.Supplier;

/**
 * What code of an application expects on its thread because of the user of a request, such as the security context of a framework. A framework implements
 * this interface and passes it to {@code Installation}; applications do not. Thread-safe.
 */
@FunctionalInterface
public interface CallerContext {
    /**
     * Called once for each connection, before the switch, on the thread of the request. If it throws, the request is rejected with 500.
     *
     * @return sets the context on the current thread, and returns the action that removes it there. Called before each callback of the connection, and for a
     *         blocking handler before {@code serve}; the action is run afterwards. Neither must throw
     */
    Supplier<Runnable> of(UpgradeRequest request);
}
