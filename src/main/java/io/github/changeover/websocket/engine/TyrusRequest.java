package io.github.changeover.websocket.engine;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.Origin;
import io.github.changeover.websocket.WebSocketExtension;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.glassfish.tyrus.core.RequestContext;

/**
 * A checked handshake as Tyrus passes it to the {@code Configurator} and the session. The target and {@code Host} are as the client sent them. Each header
 * field of the handshake is in canonical form.
 */
final class TyrusRequest implements RequestContext.Builder.IsUserInRoleDelegate {
    /** The URI of the last request, or null. Many clients connect to the same URI, and to parse it is 1 % of a handshake. */
    private static volatile URI lastUri;

    private HttpServletRequest http;        // null after the handshake: the container reuses the object
    private RequestContext context;

    /** The client's data cannot form a URI. The message is the reason for the client. */
    static final class NoUri extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoUri(String message) {
            super(message, null, false, false);
        }
    }

    private TyrusRequest(HttpServletRequest http) {
        this.http = http;
    }

    /**
     * Creates the request. {@link #end} must be called when the handshake is over.
     *
     * @param parameters the path parameters
     * @throws NoUri if the client's data cannot form a URI
     */
    static TyrusRequest of(HttpServletRequest http, UpgradeRequest request, OpeningHandshake.AcceptedHandshake accepted, RequestTarget target, Map<String, String> parameters) {
        TyrusRequest made = new TyrusRequest(http);
        RequestContext context = RequestContext.Builder.create()
                .requestURI(uri(request, target)).queryString(target.query().isEmpty() ? null : target.uriQuery())
                .httpSession(http.getSession(false)).secure(request.clientSecure())
                .userPrincipal(request.principal().orElse(null)).isUserInRoleDelegate(made)
                .remoteAddr(same(request.remote().getHostString(), http.getRemoteAddr()))
                .serverAddr(same(request.local().getHostString(), http.getLocalAddr())).serverPort(request.local().getPort()).build();
        context.getParameterMap().putAll(target.parameters());
        fields(context.getHeaders(), request.fields(), accepted);
        for (Map.Entry<String, String> parameter : parameters.entrySet()) context.getParameterMap().put(parameter.getKey(), List.of(parameter.getValue()));
        made.context = context;
        return made;
    }

    RequestContext context() {
        return context;
    }

    /** From now on the user has no roles: the container reuses its request. */
    void end() {
        http = null;
    }

    /** Returns the container's text if it is equal: the container keeps it anyway. */
    private static String same(String text, String ofContainer) {
        return text.equals(ofContainer) ? ofContainer : text;
    }

    @Override
    public boolean isUserInRole(String role) {
        return http != null && http.isUserInRole(role);
    }

    /**
     * Returns the URI without the query. A session parses the URI together with the query after the 101 response. Therefore this method parses both in
     * advance.
     *
     * @throws NoUri if they are not a valid URI
     */
    private static URI uri(UpgradeRequest request, RequestTarget target) {
        try {
            URI uri = parsed((request.clientSecure() ? "wss://" : "ws://") + authority(request) + target.uriPath());
            if (!target.query().isEmpty()) URI.create(uri + "?" + target.uriQuery());
            return uri;
        } catch (IllegalArgumentException malformed) {
            throw new NoUri("Host and target do not form a URI (RFC 3986): send a host and an optional port, such as example.com:8080.");
        }
    }

    private static URI parsed(String text) {
        URI before = lastUri;
        return before != null && before.toString().equals(text) ? before : (lastUri = URI.create(text));
    }

    /**
     * Returns the host that a trusted proxy sent, or {@code Host}. If no trusted proxy sent anything and a filter or the container has set a different
     * name for this server, returns that name.
     */
    private static String authority(UpgradeRequest request) {
        if (request.forwarded().isPresent() && request.forwarded().get().host().isPresent()) {
            String forwarded = FieldScanner.trim(request.forwarded().get().host().get());
            if (Origin.of("http", forwarded).isPresent()) return forwarded;
        }
        String host = FieldScanner.trim(request.fields().first("Host").orElse(""));
        if (request.forwarded().isPresent() || request.authority().isEmpty() || request.authority().get().equals(host)) return host;
        String scheme = request.scheme().toLowerCase(Locale.ROOT);
        Optional<Origin> seen = Origin.of(scheme, request.authority().get());
        boolean same = seen.isEmpty() || seen.equals(Origin.of(scheme, host));
        return same ? host : seen.get().toString().replaceFirst("^.*://", "");
    }

    private static void fields(Map<String, List<String>> headers, Fields fields, OpeningHandshake.AcceptedHandshake accepted) {
        for (Fields.Line line : fields) {
            if (line.name().regionMatches(true, 0, "X-Tyrus-", 0, 8)) continue;       // Tyrus would interpret these fields
            List<String> values = headers.get(line.name());
            if (values == null) headers.put(line.name(), values = new ArrayList<>(1));
            values.add(line.value());
        }
        headers.put("Upgrade", List.of("websocket"));
        headers.put("Connection", List.of("Upgrade"));
        headers.put("Sec-WebSocket-Version", List.of("13"));
        List<String> key = headers.get("Sec-WebSocket-Key");
        if (key != null) headers.put("Sec-WebSocket-Key", List.of(FieldScanner.trim(key.get(0))));
        headers.remove("Sec-WebSocket-Protocol");
        headers.remove("Sec-WebSocket-Extensions");
        if (!accepted.offeredSubprotocols().isEmpty()) headers.put("Sec-WebSocket-Protocol", accepted.offeredSubprotocols());
        if (!accepted.offeredExtensions().isEmpty()) {
            headers.put("Sec-WebSocket-Extensions", List.of(accepted.offeredExtensions().stream().map(WebSocketExtension::toString).collect(Collectors.joining(", "))));
        }
    }
}
