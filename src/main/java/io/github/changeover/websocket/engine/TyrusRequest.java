package io.github.changeover.websocket.engine;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.glassfish.tyrus.core.RequestContext;

/** A checked handshake as Tyrus wants to see it: each field in its one canonical form. */
final class TyrusRequest implements RequestContext.Builder.IsUserInRoleDelegate {
    private HttpServletRequest http;        // null after the handshake: the container uses it again

    private TyrusRequest(HttpServletRequest http) {
        this.http = http;
    }

    /** @param parameters of the path, beside those that Tyrus finds */
    static <T> T during(HttpServletRequest http, UpgradeRequest request, OpeningHandshake.Accepted accepted, Map<String, String> parameters, Function<RequestContext, T> handshake) {
        TyrusRequest roles = new TyrusRequest(http);
        try {
            RequestContext context = RequestContext.Builder.create()
                    .requestURI(uri(request)).queryString(request.query().isEmpty() ? null : request.query())
                    .httpSession(http.getSession(false)).secure(request.secure())
                    .userPrincipal(request.principal().orElse(null)).isUserInRoleDelegate(roles)
                    .parameterMap(http.getParameterMap()).remoteAddr(request.remote().getHostString())
                    .serverAddr(request.local().getHostString()).serverPort(request.local().getPort()).build();
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

    private static URI uri(UpgradeRequest request) {
        return URI.create(request.contextPath() + rawPath(request.path()));
    }

    /** The path as the rules saw it, without path parameters and in one encoding. */
    static String rawPath(String path) {
        try {
            return new URI(null, null, path, null).getRawPath();
        } catch (URISyntaxException odd) {
            throw new IllegalStateException("A path that no URI can have passed the container", odd);
        }
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
        accepted.deflate().ifPresent(agreement -> headers.put("Sec-WebSocket-Extensions", List.of(agreement.toString())));
        headers.keySet().removeIf(name -> name.regionMatches(true, 0, "X-Tyrus-", 0, 8));     // Tyrus would act on them
    }
}
