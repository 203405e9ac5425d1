package io.github.changeover.forwarded;

import io.github.changeover.http.ListMembers;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest.Forwarded;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The trusted proxies. Each proxy reports the address of its own client. The evaluation starts with the peer of the connection and follows
 * these reports while the reporting address is trusted. The first address that is not trusted is the client. Everything further left in a
 * field is ignored, because the client may have written it.
 *
 * <pre>
 * peer 10.0.0.2, X-Forwarded-For: 1.1.1.1, 192.0.2.7, 10.0.0.1       trusted 10.0.0.0/8: the client is 192.0.2.7
 * </pre>
 *
 * <p>A proxy sets one of the two kinds of field and forwards the other kind as the client wrote it. If both are present, they must give the
 * same client; otherwise neither is accepted. A proxy may give only the scheme, host or port of the client's request
 * ({@code X-Forwarded-Proto}, {@code -Host}, {@code -Port}) without the client's address. This information is accepted.
 */
public record TrustedProxies(List<AddressRange> ranges) {
    /** No proxy is trusted. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());
    private static final int MAX_ELEMENTS = 64;

    public TrustedProxies {
        ranges = List.copyOf(ranges);
    }

    /**
     * Returns the information about the client of a request. The result is empty if the peer is not trusted or the fields have no usable
     * information.
     *
     * @param peer   the peer of the connection
     * @param fields the header fields of the request
     */
    public Optional<Forwarded> of(InetSocketAddress peer, Fields fields) {
        if (ranges.isEmpty() || peer.isUnresolved() || !trusts(peer.getAddress())) return Optional.empty();
        Optional<Forwarded> standard = firstUntrusted(forwarded(fields.values("Forwarded")), peer);
        Optional<Forwarded> older = firstUntrusted(xForwarded(fields), peer);
        boolean both = fields.contains("Forwarded") && fields.contains("X-Forwarded-For");
        if (both) return same(standard, older) ? standard : Optional.empty();
        return standard.or(() -> older);
    }

    private static boolean same(Optional<Forwarded> one, Optional<Forwarded> other) {
        return one.isPresent() && other.isPresent() && one.get().client().getHostString().equals(other.get().client().getHostString());
    }

    /** Returns whether this address belongs to a trusted proxy. */
    public boolean trusts(InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    /**
     * @param hops the nearest first; evaluation stops before an empty hop, and after a hop without a client address
     * @param peer the peer of the connection
     */
    private Optional<Forwarded> firstUntrusted(List<Optional<ForwardedElement>> hops, InetSocketAddress peer) {
        Optional<Forwarded> client = Optional.empty();
        for (Optional<ForwardedElement> hop : hops) {
            if (hop.isEmpty()) return client;
            ForwardedElement element = hop.get();
            InetSocketAddress known = client.map(Forwarded::client).orElse(peer);
            client = Optional.of(Forwarded.of(element.client().orElse(known), element.scheme(), element.host(), element.port()));
            if (element.client().isEmpty() || element.client().get().isUnresolved() || !trusts(element.client().get().getAddress())) return client;
        }
        return client;
    }

    /**
     * Returns the hops, the nearest first. A malformed line gives an empty hop, at which evaluation stops. No further line is read once
     * there are 64 hops.
     */
    private static List<Optional<ForwardedElement>> forwarded(List<String> lines) {
        List<Optional<ForwardedElement>> hops = new ArrayList<>();
        for (int i = lines.size() - 1; i >= 0 && hops.size() < MAX_ELEMENTS; i--) {
            Optional<List<Optional<ForwardedElement>>> line = ForwardedField.parse(lines.get(i));
            if (line.isEmpty()) {
                hops.add(Optional.empty());
                return hops;
            }
            List<Optional<ForwardedElement>> nearestFirst = new ArrayList<>(line.get());
            Collections.reverse(nearestFirst);
            hops.addAll(nearestFirst);
        }
        return hops;
    }

    /**
     * {@code X-Forwarded-Proto}, {@code -Host} and {@code -Port} have one value, or one value for each address of {@code X-Forwarded-For}.
     * With any other number of values it is unknown which proxy wrote which value, so they are ignored. If {@code Forwarded} is present,
     * these fields are used only with {@code X-Forwarded-For}, because only that field is compared with {@code Forwarded}.
     */
    private static List<Optional<ForwardedElement>> xForwarded(Fields fields) {
        List<String> clients = members(fields.values("X-Forwarded-For"));
        List<String> schemes = members(fields.values("X-Forwarded-Proto"));
        List<String> hosts = members(fields.values("X-Forwarded-Host"));
        List<String> ports = members(fields.values("X-Forwarded-Port"));
        List<Optional<ForwardedElement>> hops = new ArrayList<>();
        if (clients.isEmpty() && !fields.contains("Forwarded")) {
            ForwardedElement only = new ForwardedElement(Optional.empty(), at(schemes, 0, 1).flatMap(ForwardedElement::scheme), at(hosts, 0, 1), port(ports, 0, 1));
            if (only.scheme().isPresent() || only.host().isPresent() || only.port().isPresent()) hops.add(Optional.of(only));
        }
        for (int i = clients.size() - 1; i >= 0 && hops.size() < MAX_ELEMENTS; i--) {
            Optional<String> scheme = at(schemes, i, clients.size()).flatMap(ForwardedElement::scheme);
            Optional<String> host = at(hosts, i, clients.size());
            OptionalInt port = port(ports, i, clients.size());
            hops.add(ForwardedElement.node(clients.get(i)).map(node -> new ForwardedElement(Optional.of(node), scheme, host, port)));
        }
        return hops;
    }

    private static OptionalInt port(List<String> values, int index, int of) {
        return at(values, index, of).map(ForwardedElement::port).orElse(OptionalInt.empty());
    }

    private static Optional<String> at(List<String> values, int index, int of) {
        if (values.size() == 1) return Optional.of(values.get(0));
        return values.size() == of ? Optional.of(values.get(index)) : Optional.empty();
    }

    private static List<String> members(List<String> lines) {
        List<String> members = new ArrayList<>();
        for (ListMembers list = new ListMembers(lines); list.next(); ) members.add(list.text());
        return members;
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
