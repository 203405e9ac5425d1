package io.github.changeover.websocket;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.http.PrintableText;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Accepts pages of the application's own origin and of the listed origins: RFC 6455 sections 4.2.2 and 10.2.
 *
 * <pre>
 * Host: example.com    Origin: http://example.com      accepted
 * Host: example.com    Origin: http://evil.example     403
 * </pre>
 *
 * <p>Scheme, host and port must all match. {@code null} is accepted only if it is listed. A request without {@code Origin} does not come from a browser
 * and is accepted, unless {@link #requiringOrigin} is set. Forwarding fields are used only through a {@link ForwardedAuthority}.
 */
public final class SameOrigin implements Gate {
    static final String REPEATED = "Origin occurs more than once: send one.";
    private static final Optional<Decision.Refuse> TWICE = Optional.of(new Decision.Refuse(400, REPEATED));
    private static final Optional<Decision.Refuse> MISSING = Optional.of(new Decision.Refuse(403,
            "A request without Origin is rejected: send one, or change the setting changeover.websocket.origin-required."));
    private static final int LONGEST_OWN = 90;
    private static final SameOrigin STRICT = new SameOrigin(AllowedOrigins.NONE, false, ForwardedAuthority.NONE);

    private final AllowedOrigins allowed;
    private final boolean required;
    private final ForwardedAuthority forwarded;

    private SameOrigin(AllowedOrigins allowed, boolean required, ForwardedAuthority forwarded) {
        this.allowed = Objects.requireNonNull(allowed, "allowed");
        this.required = required;
        this.forwarded = Objects.requireNonNull(forwarded, "forwarded");
    }

    /** Accepts only the same origin and requests without {@code Origin}. Trusts no proxy. */
    public static SameOrigin only() {
        return STRICT;
    }

    /** Returns a copy that also accepts these origins. */
    public SameOrigin allowing(AllowedOrigins origins) {
        return new SameOrigin(origins, required, forwarded);
    }

    /** Returns a copy that rejects, or accepts, a request without {@code Origin}. */
    public SameOrigin requiringOrigin(boolean whether) {
        return new SameOrigin(allowed, whether, forwarded);
    }

    /** Returns a copy that uses the origins that trusted proxies forward. */
    public SameOrigin behind(ForwardedAuthority proxies) {
        return new SameOrigin(allowed, required, proxies);
    }

    @Override
    public Optional<Decision.Refuse> check(UpgradeRequest request, ProtocolToken candidate) {
        List<String> lines = request.fields().values("Origin");
        if (lines.isEmpty()) return required ? MISSING : Optional.empty();
        if (lines.size() > 1) return TWICE;
        String sent = FieldScanner.trim(lines.get(0));
        return isOwn(sent, request) || allowed.contains(sent) ? Optional.empty() : Optional.of(refusal(sent, ownOrigins(request)));
    }

    private boolean isOwn(String sent, UpgradeRequest request) {
        Optional<Origin> origin = Origin.parse(sent);
        return origin.isPresent() && ownOrigins(request).contains(origin.get());
    }

    /**
     * Returns the origins that the client requested. These are the origins that a trusted proxy sent. Without a trusted proxy, they are the scheme of the
     * request with {@code Host}, and the scheme with the name and port that the container, its valves or the application's filters set.
     */
    private List<Origin> ownOrigins(UpgradeRequest request) {
        List<Origin> said = forwarded.of(request);
        if (!said.isEmpty()) return said;
        List<String> hosts = request.fields().values("Host");
        if (hosts.size() != 1) return List.of();
        String scheme = request.secure() ? "https" : "http";
        Optional<Origin> host = Origin.of(scheme, FieldScanner.trim(hosts.get(0)));
        if (host.isEmpty()) return List.of();
        Optional<Origin> authority = request.authority().flatMap(text -> Origin.of(scheme, text)).filter(origin -> !origin.equals(host.get()));
        return authority.isPresent() ? List.of(host.get(), authority.get()) : List.of(host.get());
    }

    /** Creates the rejection. The list of other origins is the operator's. Therefore only the log and the console show it. */
    private Decision.Refuse refusal(String sent, List<Origin> own) {
        String ours = own.isEmpty() ? "unknown, because the request has no valid Host" : PrintableText.of(own.stream().map(Origin::toString).collect(Collectors.joining(" or ")), LONGEST_OWN);
        return new Decision.Refuse(403, "Origin '" + PrintableText.of(sent) + "' is rejected: the origin of this application is " + ours
                + ", and the setting changeover.websocket.origins does not list the received origin. If a proxy terminates TLS or changes Host, list the proxy in the setting "
                + "changeover.trusted-proxies.").withRemark("changeover.websocket.origins lists " + allowed);
    }
}
