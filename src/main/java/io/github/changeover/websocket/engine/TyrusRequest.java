package io.github.changeover.websocket.engine;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.Extension;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.Origin;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.glassfish.tyrus.core.RequestContext;

/**
 * A checked handshake as Tyrus, the {@code Configurator} and the session show it: the target and {@code Host} as the client wrote them, each field that the
 * handshake is made of in its one canonical form.
 */
final class TyrusRequest implements RequestContext.Builder.IsUserInRoleDelegate {
    private HttpServletRequest http;        // null after the handshake: the container uses it again

    /** What the client sent makes no URI; the message says so. */
    static final class NoUri extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoUri(String message) {
            super(message, null, false, false);
        }
    }

    private TyrusRequest(HttpServletRequest http) {
        this.http = http;
    }

    /** @param parameters of the path */
    static <T> T during(HttpServletRequest http, UpgradeRequest request, OpeningHandshake.Accepted accepted, RawTarget target, Map<String, String> parameters,
                        Function<RequestContext, T> handshake) {
        TyrusRequest roles = new TyrusRequest(http);
        try {
            RequestContext context = RequestContext.Builder.create()
                    .requestURI(uri(request, target)).queryString(target.query().isEmpty() ? null : target.uriQuery())
                    .httpSession(http.getSession(false)).secure(isSecure(request))
                    .userPrincipal(request.principal().orElse(null)).isUserInRoleDelegate(roles)
                    .remoteAddr(request.remote().getHostString())
                    .serverAddr(request.local().getHostString()).serverPort(request.local().getPort()).build();
            context.getParameterMap().putAll(target.parameters());
            fields(context.getHeaders(), request.fields(), accepted);
            parameters.forEach((name, value) -> context.getParameterMap().put(name, List.of(value)));
            return handshake.apply(context);
        } finally {
            roles.http = null;
        }
    }

    @Override
    public boolean isUserInRole(String role) {
        return http != null && http.isUserInRole(role);
    }

    /** Whether the client used TLS, to this server or to a proxy that is trusted. */
    static boolean isSecure(UpgradeRequest request) {
        return request.forwarded().flatMap(UpgradeRequest.Forwarded::scheme)
                .map(scheme -> scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("wss")).orElse(request.secure());
    }

    /**
     * Without the query. A session puts both together and parses that, after the 101: so it is done here as well.
     *
     * @throws NoUri when that is no URI
     */
    private static URI uri(UpgradeRequest request, RawTarget target) {
        try {
            URI uri = URI.create((isSecure(request) ? "wss://" : "ws://") + authority(request) + target.uriPath());
            if (!target.query().isEmpty()) URI.create(uri + "?" + target.uriQuery());
            return uri;
        } catch (IllegalArgumentException malformed) {
            throw new NoUri("Host and target are no URI (RFC 3986): send a host and, if need be, a port, such as example.com:8080.");
        }
    }

    /** What a trusted proxy says, or {@code Host}; where a filter or the container has another name for this server, that. */
    private static String authority(UpgradeRequest request) {
        Optional<String> forwarded = request.forwarded().flatMap(UpgradeRequest.Forwarded::host).map(String::strip).filter(host -> Origin.of("http", host).isPresent());
        if (forwarded.isPresent()) return forwarded.get();
        String host = request.fields().values("Host").stream().findFirst().orElse("").strip();
        String scheme = request.scheme().toLowerCase(Locale.ROOT);
        Optional<Origin> seen = request.forwarded().isPresent() ? Optional.empty() : request.authority().flatMap(name -> Origin.of(scheme, name));
        boolean same = seen.isEmpty() || seen.equals(Origin.of(scheme, host));
        return same ? host : seen.get().toString().replaceFirst("^.*://", "");
    }

    private static void fields(Map<String, List<String>> headers, Fields fields, OpeningHandshake.Accepted accepted) {
        for (Fields.Line line : fields) headers.computeIfAbsent(line.name(), none -> new ArrayList<>()).add(line.value());
        headers.put("Upgrade", List.of("websocket"));
        headers.put("Connection", List.of("Upgrade"));
        headers.put("Sec-WebSocket-Version", List.of("13"));
        headers.computeIfPresent("Sec-WebSocket-Key", (name, key) -> List.of(key.get(0).strip()));
        headers.remove("Sec-WebSocket-Protocol");
        headers.remove("Sec-WebSocket-Extensions");
        if (!accepted.offeredSubprotocols().isEmpty()) headers.put("Sec-WebSocket-Protocol", accepted.offeredSubprotocols());
        if (!accepted.offeredExtensions().isEmpty()) {
            headers.put("Sec-WebSocket-Extensions", List.of(accepted.offeredExtensions().stream().map(Extension::toString).collect(Collectors.joining(", "))));
        }
        headers.keySet().removeIf(name -> name.regionMatches(true, 0, "X-Tyrus-", 0, 8));     // Tyrus would act on them
    }
}
