package io.github.changeover.connection;

import io.github.changeover.spi.ProtocolToken;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits the number of open connections. A place is taken when a switch is decided, before any of its steps, and released
 * when the connection has ended, or if it was never created. The counts are exact. Thread-safe.
 */
public final class ConnectionLimiter {
    /**
     * The limits. Protocols and paths without a limit are omitted.
     *
     * @param all        connections of the application; 0 for no limit
     * @param perAddress connections of one client address; 0 for no limit. For IPv6 the network prefix of 64 bits counts, because one client usually
     *                   has all of its addresses
     * @param protocols  connections of one protocol; a token without a version counts all versions
     * @param paths      connections of one path, by path template
     */
    public record Bounds(int all, int perAddress, Map<ProtocolToken, Integer> protocols, Map<String, Integer> paths) {
        public static final Bounds NONE = new Bounds(0, 0, Map.of(), Map.of());

        public Bounds {
            protocols = Map.copyOf(protocols);
            paths = Map.copyOf(paths);
        }
    }

    /** The result of {@link #take}: a {@link Place}, or {@link Full}. */
    public sealed interface Answer {
    }

    /** The kinds of limits. */
    public enum Scope { ALL, PROTOCOL, PATH, ADDRESS }

    /**
     * A limit that is reached.
     *
     * @param scope the kind of the limit
     * @param whose the protocol, the path template or the address; empty for the limit of the application
     * @param bound the maximum number of connections
     */
    public record Full(Scope scope, Object whose, int bound) implements Answer {
        /**
         * The key in the map. The record itself is not the key: JDK 17 keeps a reference to the classes of the last hashed record (JDK-8078641), and so to
         * the class loader of a stopped application.
         */
        private String key() {
            return scope + " " + whose;
        }
    }

    /** A place that was taken. {@link #run} releases it; further calls have no effect. */
    public final class Place implements Answer, Runnable {
        private final List<Full> within;
        private boolean back;

        private Place(List<Full> within) {
            this.within = within;
        }

        @Override
        public void run() {
            synchronized (taken) {
                if (back) return;
                back = true;
                within.forEach(bound -> taken.computeIfPresent(bound.key(), (same, count) -> count == 1 ? null : count - 1));
            }
        }
    }

    private volatile Bounds bounds;
    private final Map<String, Integer> taken = new HashMap<>();      // number of connections for each limit; entries with 0 are removed

    public ConnectionLimiter(Bounds bounds) {
        this.bounds = bounds;
    }

    /** Sets other limits for the places that are taken from now on. */
    public void limit(Bounds other) {
        bounds = other;
    }

    /** Takes a place for this protocol, on the path of this template, for this client. Returns {@link Full} if a limit is reached. */
    public Answer take(ProtocolToken protocol, String path, InetSocketAddress client) {
        List<Full> within = within(bounds, protocol, path, client);
        synchronized (taken) {
            for (Full bound : within) {
                if (taken.getOrDefault(bound.key(), 0) >= bound.bound()) return bound;
            }
            within.forEach(bound -> taken.merge(bound.key(), 1, Integer::sum));
        }
        return new Place(within);
    }

    private static List<Full> within(Bounds bounds, ProtocolToken protocol, String path, InetSocketAddress client) {
        List<Full> within = new ArrayList<>(2);
        if (bounds.all > 0) within.add(new Full(Scope.ALL, "", bounds.all));
        bounds.protocols.forEach((token, most) -> {
            boolean everyVersion = token.version().isEmpty() && token.name().equalsIgnoreCase(protocol.name());
            if (everyVersion || token.equals(protocol)) within.add(new Full(Scope.PROTOCOL, token, most));
        });
        Integer ofPath = bounds.paths.get(path);
        if (ofPath != null) within.add(new Full(Scope.PATH, path, ofPath));
        if (bounds.perAddress > 0) within.add(new Full(Scope.ADDRESS, whose(client), bounds.perAddress));
        return within;
    }

    private static Object whose(InetSocketAddress client) {
        if (client.isUnresolved()) return client.getHostString();
        byte[] bytes = client.getAddress().getAddress();
        return Arrays.toString(client.getAddress() instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
    }

    /** The number of limits with at least one connection; 0 if all places are released. */
    int inUse() {
        synchronized (taken) {
            return taken.size();
        }
    }
}
