package io.github.changeover.websocket;

import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Optional;

/**
 * What a proxy says the client asked for, before the proxy changed scheme or host (RFC 7239). Only the edge knows which
 * peers are proxies to be believed ({@code changeover.trusted-proxies}); nothing in this package reads a forwarding field.
 *
 * <pre>
 * Forwarded: proto=https;host=example.com         from a trusted proxy: https://example.com
 * </pre>
 */
@FunctionalInterface
public interface ForwardedAuthority {
    /** Nobody is believed. */
    ForwardedAuthority NONE = request -> Optional.empty();

    /** Whom {@code changeover.trusted-proxies} names is believed: what they say stands in the request. */
    ForwardedAuthority TRUSTED = ForwardedAuthority::said;

    private static Optional<Origin> said(UpgradeRequest request) {
        Optional<UpgradeRequest.Forwarded> said = request.forwarded();
        if (said.isEmpty() || said.get().scheme().isEmpty() && said.get().host().isEmpty()) return Optional.empty();
        String scheme = switch (said.get().scheme().orElse(request.scheme())) {
            case "ws" -> "http";        // so some proxies call it
            case "wss" -> "https";
            default -> said.get().scheme().orElse(request.secure() ? "https" : "http");
        };
        List<String> hosts = said.get().host().map(List::of).orElse(request.fields().values("Host"));
        return hosts.size() == 1 ? Origin.of(scheme, FieldScanner.trim(hosts.get(0))) : Optional.empty();
    }

    /** The origin of what the client asked for ({@link Origin#of}), or empty when no trusted proxy says. */
    Optional<Origin> of(UpgradeRequest request);
}
