package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.RequestAtHand;
import io.github.changeover.negotiation.Printable;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.engine.WebSocketLibrary.Terms;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeStatus;

/**
 * WebSocket, RFC 6455: the opening handshake is ours, then Tyrus asks the endpoint's {@code Configurator} for what is left to it.
 * Nothing of a session is made before the switch.
 */
final class WebSocketProtocol implements UpgradeProtocol {
    private static final Set<String> OURS = Set.of("upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions");

    private final WebSocketEngine engine;
    private final Terms terms;
    private final WebSocketHandler.Shared shared;
    private final Map<String, String> parameters;

    WebSocketProtocol(WebSocketEngine engine, Terms terms, WebSocketHandler.Shared shared) {
        this(engine, terms, shared, Map.of());
    }

    /** @param parameters of the path, where Tyrus cannot find them */
    WebSocketProtocol(WebSocketEngine engine, Terms terms, WebSocketHandler.Shared shared, Map<String, String> parameters) {
        this.engine = engine;
        this.terms = terms;
        this.shared = shared;
        this.parameters = parameters;
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(OpeningHandshake.TOKEN);
    }

    @Override
    public Optional<String> clientField() {
        return Optional.of(OpeningHandshake.CLIENT_FIELD);
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        OpeningHandshake.Outcome outcome = terms.check(request, offered);
        return outcome instanceof OpeningHandshake.Refused refused ? refused.refusal() : endpoint(request, offered, (OpeningHandshake.Accepted) outcome);
    }

    private Decision endpoint(UpgradeRequest request, ProtocolToken offered, OpeningHandshake.Accepted accepted) {
        Optional<HttpServletRequest> http = RequestAtHand.current();
        if (http.isEmpty()) return rehearsed(offered, accepted);
        long negotiated = request.principal().isPresent() ? shared.ends().negotiating() : 0;
        TyrusUpgradeResponse response = new TyrusUpgradeResponse();
        UpgradeInfo info = TyrusRequest.during(http.get(), request, accepted, parameters, context -> engine.upgrade(context, response));
        // SUCCESS tells of more than 101
        if (info.getStatus() == UpgradeStatus.SUCCESS && response.getStatus() == 101) {
            OpeningHandshake.Accepted agreed = agreed(accepted, response);
            return new Decision.Switch(List.of(offered), fields(agreed, response),
                    context -> new WebSocketHandler(info, agreed.subprotocol().orElse(""), agreed.deflate(), terms, shared, negotiated),
                    agreed.remark(TyrusUpgrade.of(info).map(TyrusUpgrade::subprotocols).orElse(List.of())));
        }
        if (info.getStatus() == UpgradeStatus.NOT_APPLICABLE) return new Decision.Ignore("no WebSocket endpoint is at this path");
        return response.getStatus() == 403 ? new Decision.Refuse(403, "Origin '" + Printable.of(request.fields().first("Origin").orElse(""))
                + "' is refused by the endpoint at this path: ask its developer (checkOrigin of its ServerEndpointConfig.Configurator).")
                : new Decision.Refuse(Math.max(400, Math.min(599, response.getStatus())), "The endpoint at this path does not take this handshake.");
    }

    /** Without a request, as in the negotiation lab, nothing will be switched and no Configurator is asked. */
    private static Decision rehearsed(ProtocolToken offered, OpeningHandshake.Accepted accepted) {
        return new Decision.Switch(List.of(offered), accepted.fields(), context -> {
            throw new IllegalStateException("WebSocket is negotiated on the request's thread, inside the inner filter; this was a rehearsal");
        });
    }

    /** What the endpoint's Configurator left of it. */
    private static OpeningHandshake.Accepted agreed(OpeningHandshake.Accepted accepted, TyrusUpgradeResponse response) {
        Optional<String> subprotocol = Optional.ofNullable(response.getFirstHeaderValue("Sec-WebSocket-Protocol"));
        OpeningHandshake.Accepted chosen = accepted.withSubprotocol(subprotocol);
        return response.getHeaders().containsKey("Sec-WebSocket-Extensions") ? chosen : chosen.withoutDeflate();
    }

    /** Ours, and what modifyHandshake added. */
    private static Fields fields(OpeningHandshake.Accepted agreed, TyrusUpgradeResponse response) {
        Fields fields = agreed.fields();
        for (Map.Entry<String, List<String>> line : response.getHeaders().entrySet()) {
            if (OURS.contains(line.getKey().toLowerCase(Locale.ROOT))) continue;
            for (String value : line.getValue()) fields = fields.with(line.getKey(), value);
        }
        return fields;
    }

    @Override
    public String toString() {
        return "WebSocket";
    }
}
