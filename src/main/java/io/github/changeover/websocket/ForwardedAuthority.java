package io.github.changeover.websocket;

import io.github.changeover.spi.UpgradeRequest;
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

    /** The origin of what the client asked for ({@link Origin#of}), or empty when no trusted proxy says. */
    Optional<Origin> of(UpgradeRequest request);
}
