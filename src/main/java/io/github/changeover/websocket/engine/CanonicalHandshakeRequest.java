package io.github.changeover.websocket.engine;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.WebSocketExtension;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A checked handshake in canonical form, for engines that parse header fields less strictly than the RFC requires. */
final class CanonicalHandshakeRequest extends HttpServletRequestWrapper {
    /** If the client made no valid offer in one of these fields, the field is hidden. */
    private static final Set<String> OPTIONAL = Set.of("sec-websocket-protocol", "sec-websocket-extensions");
    private final Map<String, String> canonical = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    CanonicalHandshakeRequest(HttpServletRequest request, OpeningHandshake.AcceptedHandshake accepted) {
        super(request);
        canonical.put("Upgrade", "websocket");
        canonical.put("Connection", "Upgrade");
        canonical.put("Sec-WebSocket-Version", "13");
        canonical.put("Sec-WebSocket-Key", FieldScanner.trim(request.getHeader("Sec-WebSocket-Key")));
        if (!accepted.offeredSubprotocols().isEmpty()) canonical.put("Sec-WebSocket-Protocol", String.join(", ", accepted.offeredSubprotocols()));
        if (!accepted.offeredExtensions().isEmpty()) {
            canonical.put("Sec-WebSocket-Extensions", accepted.offeredExtensions().stream().map(WebSocketExtension::toString).collect(Collectors.joining(", ")));
        }
    }

    @Override
    public String getHeader(String name) {
        String value = canonical.get(name);
        return value != null || OPTIONAL.contains(name.toLowerCase(Locale.ROOT)) ? value : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        String value = canonical.get(name);
        if (value != null) return Collections.enumeration(List.of(value));
        return OPTIONAL.contains(name.toLowerCase(Locale.ROOT)) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        Set<String> names = new LinkedHashSet<>(Collections.list(super.getHeaderNames()));
        names.removeIf(name -> OPTIONAL.contains(name.toLowerCase(Locale.ROOT)) && !canonical.containsKey(name));
        return Collections.enumeration(names);
    }
}
