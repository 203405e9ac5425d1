package io.github.changeover.websocket.engine;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.CarriedByContainer;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** WebSocket by the container's engine, behind our gate and opening handshake. */
final class CarriedWebSocket implements CarriedByContainer {
    private final Handover handover;
    private final PathTerms terms;
    private final Map<PathTemplate, Class<?>> endpoints;

    CarriedWebSocket(Handover handover, PathTerms terms, Map<PathTemplate, Class<?>> endpoints) {
        this.handover = handover;
        this.terms = terms;
        this.endpoints = endpoints;
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(OpeningHandshake.TOKEN);
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        if (terms.of(template(request.path())).check(request, offered) instanceof OpeningHandshake.Refused refused) return refused.refusal();
        return Decision.Switch.to(offered, context -> {
            throw new IllegalStateException("The container carries this connection");
        });
    }

    @Override
    public void carry(HttpServletRequest request, HttpServletResponse response, SwitchContext context) throws IOException, ServletException {
        String path = context.request().path();
        PathTemplate template = template(path);
        OpeningHandshake.Accepted accepted = (OpeningHandshake.Accepted) OpeningHandshake.check(context.request(), terms.of(template).handshake());
        handover.handOver(new CanonicalRequest(request, accepted), response, endpoints.get(template), template.toString(), template.match(path).orElseThrow());
    }

    private PathTemplate template(String path) {
        return endpoints.keySet().stream().filter(each -> each.matches(path)).min(PathTemplate::compareTo).orElseThrow();
    }

    @Override
    public String toString() {
        return "WebSocket (the container's)";
    }
}
