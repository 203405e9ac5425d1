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
 * How many connections there may be at a time. A place is taken when a switch is decided, before anything of it is done, and given
 * back when the connection has ended, or was never made. Counted exactly, from any thread.
 */
public final class Places {
    /**
     * Bounds; what is not bounded is left out.
     *
     * @param all        connections of the application, 0 for any number
     * @param perAddress connections of one client's address, 0 for any number; of IPv6 the network of 64 bits counts, for one client has all of it
     * @param protocols  connections of one protocol; a token without a version counts every version
     * @param paths      connections of one path, by template
     */
    public record Bounds(int all, int perAddress, Map<ProtocolToken, Integer> protocols, Map<String, Integer> paths) {
        public static final Bounds NONE = new Bounds(0, 0, Map.of(), Map.of());

        public Bounds {
            protocols = Map.copyOf(protocols);
            paths = Map.copyOf(paths);
        }
    }

    /** What came of asking for a place. */
    public sealed interface Answer {
    }

    /** Whose bound is reached. */
    public enum Scope { ALL, PROTOCOL, PATH, ADDRESS }

    /** No place is free. */
    public record Full(Scope scope, Object whose, int bound) implements Answer {
        /** Not the record itself: JDK 17 keeps the classes in the last record that was hashed (JDK-8078641), and the application with them. */
        private String key() {
            return scope + " " + whose;
        }
    }

    /** A place that was taken; {@link #run} gives it back, once, however often it is called. */
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
    private final Map<String, Integer> taken = new HashMap<>();      // what nobody has is not in it

    public Places(Bounds bounds) {
        this.bounds = bounds;
    }

    /** Other bounds, for the places that are taken from now on. */
    public void limit(Bounds other) {
        bounds = other;
    }

    /** A place for this protocol, on the path of this template, for this client. */
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
        byte[] octets = client.getAddress().getAddress();
        return Arrays.toString(client.getAddress() instanceof Inet6Address ? Arrays.copyOf(octets, 8) : octets);
    }

    /** How many bounds somebody counts for: none when every place is back. */
    int inUse() {
        synchronized (taken) {
            return taken.size();
        }
    }
}
