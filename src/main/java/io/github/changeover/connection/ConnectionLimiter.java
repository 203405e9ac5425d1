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
 * Limits the number of open connections. A slot is acquired when a switch is decided, before any of its steps. It is released when the
 * connection has ended, or if the connection was never created. The counts are exact. Thread-safe.
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
    public record Maximums(int all, int perAddress, Map<ProtocolToken, Integer> protocols, Map<String, Integer> paths) {
        public static final Maximums NONE = new Maximums(0, 0, Map.of(), Map.of());

        public Maximums {
            protocols = Map.copyOf(protocols);
            paths = Map.copyOf(paths);
        }
    }

    /** The result of {@link #acquire}: a {@link Slot}, or {@link LimitReached}. */
    public sealed interface Acquisition {
    }

    /** The kinds of limits. */
    public enum Scope { ALL, PROTOCOL, PATH, ADDRESS }

    /**
     * A limit that is reached.
     *
     * @param scope   the kind of the limit
     * @param subject the protocol, the path template or the address; empty for the limit of the application
     * @param max     the maximum number of connections
     */
    public record LimitReached(Scope scope, Object subject, int max) implements Acquisition {
        /**
         * The key in the map. The record itself is not the key: JDK 17 keeps a reference to the classes of the last hashed record (JDK-8078641), and so to
         * the class loader of a stopped application.
         */
        private String key() {
            return scope + " " + subject;
        }
    }

    /** A slot for one connection. {@link #run} releases it; further calls have no effect. */
    public final class Slot implements Acquisition, Runnable {
        private final String[] keys;
        private boolean released;

        private Slot(String[] keys) {
            this.keys = keys;
        }

        @Override
        public void run() {
            synchronized (counts) {
                if (released) return;
                released = true;
                for (String key : keys) {
                    Integer count = counts.get(key);
                    if (count == 1) counts.remove(key);
                    else counts.put(key, count - 1);
                }
            }
        }
    }

    private volatile Maximums maximums;
    private final Map<String, Integer> counts = new HashMap<>();      // number of connections for each limit; entries with 0 are removed

    public ConnectionLimiter(Maximums maximums) {
        this.maximums = maximums;
    }

    /** Sets other limits for the slots that are acquired from now on. */
    public void limit(Maximums other) {
        maximums = other;
    }

    /**
     * Acquires a slot for this protocol, on the path of this template, for this client. Returns {@link LimitReached} if a limit is
     * reached.
     */
    public Acquisition acquire(ProtocolToken protocol, String path, InetSocketAddress client) {
        List<LimitReached> limits = limitsFor(maximums, protocol, path, client);
        String[] keys = new String[limits.size()];
        for (int i = 0; i < keys.length; i++) keys[i] = limits.get(i).key();
        synchronized (counts) {
            for (int i = 0; i < keys.length; i++) {
                if (counts.getOrDefault(keys[i], 0) >= limits.get(i).max()) return limits.get(i);
            }
            for (String key : keys) counts.put(key, counts.getOrDefault(key, 0) + 1);
        }
        return new Slot(keys);
    }

    private static List<LimitReached> limitsFor(Maximums bounds, ProtocolToken protocol, String path, InetSocketAddress client) {
        List<LimitReached> limits = new ArrayList<>(2);
        if (bounds.all > 0) limits.add(new LimitReached(Scope.ALL, "", bounds.all));
        for (Map.Entry<ProtocolToken, Integer> limit : bounds.protocols.entrySet()) {
            ProtocolToken token = limit.getKey();
            boolean everyVersion = token.version().isEmpty() && token.name().equalsIgnoreCase(protocol.name());
            if (everyVersion || token.equals(protocol)) limits.add(new LimitReached(Scope.PROTOCOL, token, limit.getValue()));
        }
        Integer ofPath = bounds.paths.get(path);
        if (ofPath != null) limits.add(new LimitReached(Scope.PATH, path, ofPath));
        if (bounds.perAddress > 0) limits.add(new LimitReached(Scope.ADDRESS, addressKey(client), bounds.perAddress));
        return List.copyOf(limits);      // smaller: the slot keeps it as long as the connection
    }

    private static Object addressKey(InetSocketAddress client) {
        if (client.isUnresolved()) return client.getHostString();
        byte[] bytes = client.getAddress().getAddress();
        return Arrays.toString(client.getAddress() instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
    }

    /** The number of limits with at least one connection; 0 if all slots are released. */
    int inUse() {
        synchronized (counts) {
            return counts.size();
        }
    }
}
