package io.github.changeover.websocket.engine;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.ContainerProtocol;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.Subprotocols;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** WebSocket by the container's engine, after the gate and the opening handshake of Changeover. */
final class ContainerEngineProtocol implements ContainerProtocol {
    private final ContainerEngineHandshake containerHandshake;
    private final EndpointSettings settings;
    private final Map<PathTemplate, Class<?>> endpoints;

    ContainerEngineProtocol(ContainerEngineHandshake containerHandshake, EndpointSettings settings, Map<PathTemplate, Class<?>> endpoints) {
        this.containerHandshake = containerHandshake;
        this.settings = settings;
        this.endpoints = endpoints;
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
        Optional<PathTemplate> found = template(request.path());
        if (found.isEmpty()) return new Decision.Refuse(404, "There is no WebSocket endpoint at this path.");     // happens for another spelling of a path that requires an upgrade
        PathTemplate template = found.get();
        OpeningHandshake.HandshakeOutcome outcome = settings.of(template).check(request, offered);
        if (outcome instanceof OpeningHandshake.RejectedHandshake refused) return refused.refusal();
        OpeningHandshake.AcceptedHandshake accepted = (OpeningHandshake.AcceptedHandshake) outcome;
        List<String> known = List.of(endpoints.get(template).getAnnotation(ServerEndpoint.class).subprotocols());
        return Decision.Switch.to(offered, context -> {
            throw new IllegalStateException("The container handles this connection");
        }).withRemark(accepted.withSubprotocol(Subprotocols.choose(accepted.offeredSubprotocols(), known)).remark(known));
    }

    @Override
    public void passToContainer(HttpServletRequest request, HttpServletResponse response, SwitchContext context) throws IOException, ServletException {
        String path = context.request().path();
        PathTemplate template = template(path).orElseThrow();
        OpeningHandshake.AcceptedHandshake accepted = (OpeningHandshake.AcceptedHandshake) OpeningHandshake.check(context.request(), settings.of(template).handshake());
        containerHandshake.passOn(new CanonicalHandshakeRequest(request, accepted), response, endpoints.get(template), template.toString(), template.match(path).orElseThrow());
    }

    private Optional<PathTemplate> template(String path) {
        return endpoints.keySet().stream().filter(each -> each.matches(path)).min(PathTemplate::compareTo);
    }

    @Override
    public String toString() {
        return "WebSocket (the container's)";
    }
}
