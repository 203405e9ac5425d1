package io.github.changeover.websocket;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Lets in pages of the request's own origin and of those that are listed: RFC 6455 sections 4.2.2 and 10.2.
 *
 * <pre>
 * Host: example.com    Origin: http://example.com      in
 * Host: example.com    Origin: http://evil.example     403
 * </pre>
 *
 * <p>Scheme, host and port all count. {@code null} is never let in. A request without {@code Origin} comes from no
 * browser and is let in, unless that is {@link #requiringOrigin refused}. Forwarding fields count only through a
 * {@link ForwardedAuthority}.
 */
public final class SameOrigin implements Gate {
    static final String REPEATED = "Origin is there more than once: send one.";
    private static final Optional<Decision.Refuse> TWICE = Optional.of(new Decision.Refuse(400, REPEATED));
    private static final Optional<Decision.Refuse> MISSING = Optional.of(new Decision.Refuse(403,
            "A request without Origin is refused here: send one, or change the setting changeover.websocket.origin-required."));
    private static final Optional<Decision.Refuse> FOREIGN = Optional.of(new Decision.Refuse(403,
            "This Origin is refused: it is not the origin of this request, and the setting changeover.websocket.origins does not list it."
                    + " Behind a proxy that ends TLS or changes Host, name the proxy in the setting changeover.trusted-proxies."));
    private static final SameOrigin STRICT = new SameOrigin(AllowedOrigins.NONE, false, ForwardedAuthority.NONE);

    private final AllowedOrigins allowed;
    private final boolean required;
    private final ForwardedAuthority forwarded;

    private SameOrigin(AllowedOrigins allowed, boolean required, ForwardedAuthority forwarded) {
        this.allowed = Objects.requireNonNull(allowed, "allowed");
        this.required = required;
        this.forwarded = Objects.requireNonNull(forwarded, "forwarded");
    }

    /** Same origin only; no proxy is believed; a request without {@code Origin} is let in. */
    public static SameOrigin only() {
        return STRICT;
    }

    /** The same, and these origins as well. */
    public SameOrigin allowing(AllowedOrigins origins) {
        return new SameOrigin(origins, required, forwarded);
    }

    /** The same, but whether a request without {@code Origin} is refused. */
    public SameOrigin requiringOrigin(boolean whether) {
        return new SameOrigin(allowed, whether, forwarded);
    }

    /** The same, with an edge that knows proxies to be believed. */
    public SameOrigin behind(ForwardedAuthority proxies) {
        return new SameOrigin(allowed, required, proxies);
    }

    @Override
    public Optional<Decision.Refuse> check(UpgradeRequest request, ProtocolToken candidate) {
        List<String> lines = request.fields().values("Origin");
        if (lines.isEmpty()) return required ? MISSING : Optional.empty();
        if (lines.size() > 1) return TWICE;
        Optional<Origin> origin = Origin.parse(FieldScanner.trim(lines.get(0)));
        boolean in = origin.isPresent() && (origin.equals(own(request)) || allowed.contains(origin.get()));
        return in ? Optional.empty() : FOREIGN;
    }

    /** The origin of what the client asked for. */
    private Optional<Origin> own(UpgradeRequest request) {
        Optional<Origin> said = forwarded.of(request);
        if (said.isPresent()) return said;
        List<String> hosts = request.fields().values("Host");
        return hosts.size() == 1 ? Origin.of(request.secure() ? "https" : "http", FieldScanner.trim(hosts.get(0))) : Optional.empty();
    }
}
