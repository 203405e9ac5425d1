package io.github.changeover.servlet;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.ConnectionMonitor;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.UpgradeProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Connections on the library's own paths, such as that of the console page. They have their own registry, memory budget and limits, which are not
 * used elsewhere. Therefore they are in no list, count, limit, metric or decision log of the application, and draining neither rejects nor closes
 * them. They end with the application.
 */
final class LibraryConnections implements AutoCloseable {
    private static final long MEMORY = 16L << 20;
    private final Map<String, UpgradeProtocol> paths;
    private final ConnectionLimiter limiter = new ConnectionLimiter(ConnectionLimiter.Maximums.NONE);
    private final ApplicationResources resources;      // null without a path
    private final ConnectionMonitor monitor;
    private long drainUntil = System.nanoTime();        // used only by the thread that ends the application

    LibraryConnections(Map<String, UpgradeProtocol> paths, ConnectionLimits limits, Executor callbacks, BlockingHandlerThreads blocking, ClassLoader loader) {
        this.paths = Map.copyOf(paths);
        resources = paths.isEmpty() ? null : new ApplicationResources(unlimited(limits), callbacks, blocking, new MemoryBudget(MEMORY), loader,
                ApplicationResources.CallbackScope.NONE, ConnectionListener.NONE);
        monitor = paths.isEmpty() ? null : new ConnectionMonitor(resources.registry(), limits, loader);
    }

    /** @throws IllegalArgumentException if the application offers a protocol on one of these paths */
    void check(PathPolicy policy) {
        policy.rules().stream().filter(this::isOn).forEach(rule -> {
            if (!rule.protocols().equals(List.of(paths.get(rule.template().toString())))) {
                throw new IllegalArgumentException("The path " + rule.template() + " belongs to Changeover, and the application offers a protocol on it, too: offer it on another path");
            }
        });
    }

    /** Returns limits without a maximum lifetime, so that such a connection stays open as long as its client keeps it open. */
    private static ConnectionLimits unlimited(ConnectionLimits limits) {
        return new ConnectionLimits(limits.queue(), limits.idle(), limits.stall(), limits.closing(), limits.linger(), limits.drain(), Duration.ZERO, ConnectionLimits.ANY, limits.stallMin());
    }

    /** Returns whether the rule is for one of these paths. */
    boolean isOn(PathRule rule) {
        return paths.containsKey(rule.template().toString());
    }

    /** Returns whether the verdict is by the rule of one of these paths. */
    boolean contain(Verdict verdict) {
        return !paths.isEmpty() && verdict.explanation().rule().isPresent() && paths.containsKey(verdict.explanation().rule().get().toString());
    }

    ApplicationResources resources() {
        return resources;
    }

    ConnectionLimiter limiter() {
        return limiter;
    }

    /** Starts to drain these connections, when the application ends. Does not block. */
    void startDraining(Duration grace) {
        drainUntil = System.nanoTime() + grace.toNanos();
        if (resources != null) resources.registry().startDraining(grace);
    }

    /** Waits for the connections to end, at most for the rest of the time given to {@link #startDraining}, and closes those that are still open. */
    void stop() {
        if (resources != null) resources.registry().stop(Duration.ofNanos(Math.max(0, drainUntil - System.nanoTime())));
    }

    @Override
    public void close() {
        if (resources == null) return;
        try {
            monitor.close();
        } finally {
            resources.close();
        }
    }
}
