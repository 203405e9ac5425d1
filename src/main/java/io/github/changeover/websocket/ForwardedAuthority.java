package io.github.changeover.websocket;

import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a proxy says the client asked for, before the proxy changed scheme or host (RFC 7239, {@code X-Forwarded-*}). Only the edge knows which
 * peers are proxies to be believed ({@code changeover.trusted-proxies}); nothing in this package reads a forwarding field.
 *
 * <pre>
 * Forwarded: proto=https;host=example.com         from a trusted proxy: https://example.com
 * </pre>
 */
@FunctionalInterface
public interface ForwardedAuthority {
    /** Nobody is believed. */
    ForwardedAuthority NONE = request -> List.of();

    /** Whom {@code changeover.trusted-proxies} names is believed: what they say stands in the request. */
    ForwardedAuthority TRUSTED = ForwardedAuthority::said;

    private static List<Origin> said(UpgradeRequest request) {
        Optional<UpgradeRequest.Forwarded> said = request.forwarded();
        if (said.isEmpty() || said.get().scheme().isEmpty() && said.get().host().isEmpty() && said.get().port().isEmpty()) return List.of();
        String scheme = switch (said.get().scheme().orElse(request.scheme())) {
            case "ws" -> "http";        // so some proxies call it
            case "wss" -> "https";
            default -> said.get().scheme().orElse(request.secure() ? "https" : "http");
        };
        List<String> hosts = said.get().host().map(List::of).orElse(request.fields().values("Host"));
        if (hosts.size() != 1) return List.of();
        Optional<Origin> origin = Origin.of(scheme, FieldScanner.trim(hosts.get(0)));
        List<Origin> origins = new ArrayList<>(2);
        origin.ifPresent(origins::add);
        // Of two proxies the inner one may have told its own port: so both are the application's.
        if (said.get().port().isPresent()) origin.map(one -> new Origin(one.scheme(), one.host(), said.get().port())).filter(other -> !origins.contains(other)).ifPresent(origins::add);
        return origins;
    }

    /** The origins ({@link Origin#of}) of what the client asked for; none when no trusted proxy says. */
    List<Origin> of(UpgradeRequest request);
}
