package io.github.changeover.servlet;

import io.github.changeover.connection.Application;
import io.github.changeover.connection.BlockingThreads;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.ConnectionMonitor;
import io.github.changeover.connection.Limits;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.Places;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
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
final class InternalConnections implements AutoCloseable {
    private static final long MEMORY = 16L << 20;
    private final Map<String, UpgradeProtocol> paths;
    private final Places places = new Places(Places.Bounds.NONE);
    private final Application application;      // null without a path
    private final ConnectionMonitor monitor;

    InternalConnections(Map<String, UpgradeProtocol> paths, Limits limits, Executor callbacks, BlockingThreads blocking, ClassLoader loader) {
        this.paths = Map.copyOf(paths);
        application = paths.isEmpty() ? null : new Application(unlimited(limits), callbacks, blocking, new MemoryBudget(MEMORY), loader,
                Application.CallbackScope.NONE, ConnectionListener.NONE);
        monitor = paths.isEmpty() ? null : new ConnectionMonitor(application.registry(), limits, loader);
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
    private static Limits unlimited(Limits limits) {
        return new Limits(limits.queue(), limits.idle(), limits.stall(), limits.closing(), limits.linger(), limits.drain(), Duration.ZERO, Limits.ANY, limits.stallMin());
    }

    /** Returns whether the rule is for one of these paths. */
    boolean isOn(PathRule rule) {
        return paths.containsKey(rule.template().toString());
    }

    /** Returns whether the request is for one of these paths. */
    boolean concern(Considered considered) {
        return !paths.isEmpty() && considered.verdict().explanation().rule().map(template -> paths.containsKey(template.toString())).orElse(false);
    }

    Application application() {
        return application;
    }

    Places places() {
        return places;
    }

    /** Starts to drain these connections, when the application ends. Does not block. */
    void startDraining(Duration grace) {
        if (application != null) application.registry().startDraining(grace);
    }

    /** Waits for the connections to end after {@link #startDraining}, and closes those that are still open after this time. */
    void stop(Duration grace) {
        if (application != null) application.registry().stop(grace);
    }

    @Override
    public void close() {
        if (application == null) return;
        try {
            monitor.close();
        } finally {
            application.close();
        }
    }
}
