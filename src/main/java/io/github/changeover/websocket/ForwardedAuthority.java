package io.github.changeover.websocket;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.http.UriScheme;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Determines the origin that the client requested, before a proxy changed scheme or host (RFC 7239, {@code X-Forwarded-*}). Only the servlet layer knows
 * which proxies are trusted ({@code changeover.trusted-proxies}). This package never reads a forwarding field.
 *
 * <pre>
 * Forwarded: proto=https;host=example.com         from a trusted proxy: https://example.com
 * </pre>
 */
@FunctionalInterface
public interface ForwardedAuthority {
    /** Trusts no proxy. */
    ForwardedAuthority NONE = request -> List.of();

    /** Trusts the proxies in {@code changeover.trusted-proxies}. The request contains the values that they sent. */
    ForwardedAuthority TRUSTED = ForwardedAuthority::origins;

    private static List<Origin> origins(UpgradeRequest request) {
        Optional<UpgradeRequest.Forwarded> forwarded = request.forwarded();
        if (forwarded.isEmpty() || forwarded.get().scheme().isEmpty() && forwarded.get().host().isEmpty() && forwarded.get().port().isEmpty()) return List.of();
        String scheme = forwarded.get().scheme().map(UriScheme::httpScheme).orElse(request.secure() ? "https" : "http");
        List<String> hosts = forwarded.get().host().map(List::of).orElse(request.fields().values("Host"));
        if (hosts.size() != 1) return List.of();
        Optional<Origin> origin = Origin.of(scheme, FieldScanner.trim(hosts.get(0)));
        List<Origin> origins = new ArrayList<>(2);
        origin.ifPresent(origins::add);
        // With two proxies, the inner one may have sent its own port. Therefore both origins are the application's.
        if (forwarded.get().port().isPresent()) origin.map(one -> new Origin(one.scheme(), one.host(), forwarded.get().port())).filter(other -> !origins.contains(other)).ifPresent(origins::add);
        return origins;
    }

    /** Returns the origins ({@link Origin#of}) that the client requested; none if no trusted proxy sent them. */
    List<Origin> of(UpgradeRequest request);
}
