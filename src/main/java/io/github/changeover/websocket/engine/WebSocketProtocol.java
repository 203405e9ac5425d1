package io.github.changeover.websocket.engine;

import io.github.changeover.http.PrintableText;
import io.github.changeover.servlet.CurrentRequest;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.DeflateAgreement;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.engine.WebSocketLibrary.WebSocketSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.glassfish.tyrus.core.HandshakeException;
import org.glassfish.tyrus.core.RequestContext;

/**
 * The protocol WebSocket (RFC 6455). Changeover performs the opening handshake. Then Tyrus calls the endpoint's {@code Configurator} for the decisions
 * that are left to it. No session is created before the switch.
 */
final class WebSocketProtocol implements UpgradeProtocol {
    private static final List<ProtocolToken> TOKENS = List.of(OpeningHandshake.TOKEN);
    private static final Optional<String> CLIENT_FIELD = Optional.of(OpeningHandshake.CLIENT_FIELD);
    private static final List<String> OWN_FIELDS = List.of("Upgrade", "Connection", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions");

    private final TyrusEndpoint endpoint;
    private final WebSocketSettings settings;
    private final WebSocketHandler.Shared shared;
    private final Optional<Map<String, String>> parameters;

    /** For a deployed endpoint. Its parameters are taken from the path. */
    WebSocketProtocol(TyrusEndpoint endpoint, WebSocketSettings settings, WebSocketHandler.Shared shared) {
        this(endpoint, settings, shared, Optional.empty());
    }

    /** @param parameters the path parameters, independent of the actual path */
    WebSocketProtocol(TyrusEndpoint endpoint, WebSocketSettings settings, WebSocketHandler.Shared shared, Map<String, String> parameters) {
        this(endpoint, settings, shared, Optional.of(parameters));
    }

    private WebSocketProtocol(TyrusEndpoint endpoint, WebSocketSettings settings, WebSocketHandler.Shared shared, Optional<Map<String, String>> parameters) {
        this.endpoint = endpoint;
        this.settings = settings;
        this.shared = shared;
        this.parameters = parameters;
    }

    @Override
    public List<ProtocolToken> tokens() {
        return TOKENS;
    }

    @Override
    public Optional<String> clientField() {
        return CLIENT_FIELD;
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        OpeningHandshake.HandshakeOutcome outcome = settings.check(request, offered);
        return outcome instanceof OpeningHandshake.RejectedHandshake refused ? refused.refusal() : endpoint(request, offered, (OpeningHandshake.AcceptedHandshake) outcome);
    }

    private Decision endpoint(UpgradeRequest request, ProtocolToken offered, OpeningHandshake.AcceptedHandshake accepted) {
        Optional<HttpServletRequest> http = CurrentRequest.current();
        if (http.isEmpty()) return dryRun(offered, accepted);
        RequestTarget target = RequestTarget.of(http.get());
        Optional<String> ambiguity = parameters.isPresent() ? Optional.empty() : target.ambiguity(request.contextPath(), request.path());
        if (ambiguity.isPresent()) {
            return new Decision.Refuse(400, "The path has " + ambiguity.get() + ", which servers interpret differently: send such a value in the query.");
        }
        Map<String, String> values = parameters.isPresent() ? parameters.get() : target.variables(request.contextPath(), endpoint.path(), request.path()).orElse(request.pathParameters());
        TyrusRequest tyrus;
        try {
            tyrus = TyrusRequest.of(http.get(), request, accepted, target, values);
        } catch (TyrusRequest.NoUri malformed) {
            return new Decision.Refuse(400, malformed.getMessage());
        }
        try {
            return negotiateWithTyrus(request, offered, accepted, tyrus.context());
        } finally {
            tyrus.end();
        }
    }

    private Decision negotiateWithTyrus(UpgradeRequest request, ProtocolToken offered, OpeningHandshake.AcceptedHandshake accepted, RequestContext context) {
        long negotiated = request.principal().isPresent() ? shared.ends().negotiating() : 0;
        if (!endpoint.acceptsOrigin(context.getHeader("Origin"))) {
            return new Decision.Refuse(403, "Origin '" + PrintableText.of(request.fields().first("Origin").orElse(""))
                    + "' is rejected by the endpoint at this path: ask its developer (checkOrigin of its ServerEndpointConfig.Configurator).");
        }
        TyrusHandshake handshake;
        try {
            handshake = endpoint.handshake(context, accepted);
        } catch (HandshakeException refused) {
            return new Decision.Refuse(Math.max(400, Math.min(599, refused.getHttpStatusCode())), "The endpoint at this path rejected this handshake.");
        }
        boolean switches = false;
        try {
            Decision decision = decision(offered, accepted, handshake, negotiated);
            switches = decision instanceof Decision.Switch;
            if (switches && handshake.chain().isKnown()) {
                // On an application thread: the thread that abandons the connection may be the one that closes all other connections.
                CurrentRequest.onSocketClosed(() -> ApplicationExecutor.tryExecute(shared.threads(), handshake.chain()::abandon));
            }
            return decision;
        } finally {
            if (!switches) handshake.chain().destroy();
        }
    }

    private Decision decision(ProtocolToken offered, OpeningHandshake.AcceptedHandshake accepted, TyrusHandshake handshake, long negotiated) {
        int status = handshake.response().getStatus();
        if (status != 101) return new Decision.Refuse(Math.max(400, Math.min(599, status)), "The endpoint at this path rejected this handshake.");
        OpeningHandshake.AcceptedHandshake agreed = accepted.withSubprotocol(Optional.ofNullable(handshake.response().getFirstHeaderValue("Sec-WebSocket-Protocol")));
        Optional<DeflateAgreement> deflate = handshake.extensions().deflates() ? accepted.deflate() : Optional.empty();
        return new Decision.Switch(List.of(offered), fields(agreed, handshake), opened -> new WebSocketHandler(handshake, deflate, settings, shared, negotiated),
                agreed.remark(endpoint.subprotocols()));
    }

    /** In a dry run there is no request of a container. Therefore no Configurator is called, and no switch follows. */
    private static Decision dryRun(ProtocolToken offered, OpeningHandshake.AcceptedHandshake accepted) {
        return new Decision.Switch(List.of(offered), accepted.fields(), context -> {
            throw new IllegalStateException("WebSocket is negotiated on the request's thread, inside the inner filter; this was a dry run");
        });
    }

    /** Returns the fields of Changeover and those that modifyHandshake added. */
    private static Fields fields(OpeningHandshake.AcceptedHandshake agreed, TyrusHandshake handshake) {
        Fields fields = agreed.withoutDeflate().fields();
        for (String line : handshake.extensions().lines()) fields = fields.with("Sec-WebSocket-Extensions", line);
        for (Map.Entry<String, List<String>> line : handshake.response().getHeaders().entrySet()) {
            if (isOwn(line.getKey())) continue;
            for (String value : line.getValue()) fields = fields.with(line.getKey(), value);
        }
        return fields;
    }

    private static boolean isOwn(String name) {
        for (String own : OWN_FIELDS) {
            if (own.equalsIgnoreCase(name)) return true;
        }
        return false;
    }

    @Override
    public String toString() {
        return "WebSocket";
    }
}
