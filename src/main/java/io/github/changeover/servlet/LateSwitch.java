package io.github.changeover.servlet;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * A switch that the application asks for itself, amid its answer, where no rule is for the path. It is negotiated as any other,
 * and comes about when all filters have returned. Internal.
 */
public final class LateSwitch {
    private LateSwitch() {
    }

    /**
     * Agrees to switch to this protocol. On the request's thread.
     *
     * @throws IllegalStateException when this request cannot switch; says why. Nothing has been answered
     * @throws IOException           when it may not, for now: the refusal, 429 or 503, has been answered
     */
    public static void to(UpgradeProtocol protocol, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Exchange exchange = Exchange.of(request).orElseThrow(() -> new IllegalStateException(
                "This request cannot change the protocol: it has no Upgrade field, or changeover-outer is not mapped to /*"));
        if (response.isCommitted()) throw new IllegalStateException("This request cannot change the protocol: its answer has begun");
        if (request.isAsyncStarted()) throw new IllegalStateException("This request cannot change the protocol: it has gone asynchronous");
        Deployment deployment = deployment(request);
        if (!deployment.offers()) throw new IllegalStateException("This request cannot change the protocol: " + deployment.off());
        PathRule asked = PathRule.on("/*").offer(protocol).build();
        Considered considered = Considered.of(request, deployment, path -> Optional.of(new PathPolicy.Match(asked, Map.of())));
        if (!(considered.verdict().decision() instanceof Decision.Switch change)) {
            throw new IllegalStateException("This request cannot change the protocol: " + considered.verdict().explanation().reason());
        }
        Agreement agreement = new Agreement(deployment, considered, change, exchange);
        Optional<Decision.Refuse> refused = agreement.admit(request, response);
        if (refused.isPresent()) throw new IOException(refused.get().reason());
        agreement.withoutAnswer(new byte[0], request, response);
    }

    private static Deployment deployment(HttpServletRequest request) throws IOException {
        try {
            return Deployment.start(request.getServletContext());
        } catch (ServletException stopped) {
            throw new IOException(stopped);
        }
    }
}
