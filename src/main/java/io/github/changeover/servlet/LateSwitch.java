package io.github.changeover.servlet;

import io.github.changeover.management.EventRecorder;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;

/**
 * A switch that the application itself requests while it responds. It is negotiated like any other, with the roles and gates of the path, and is
 * performed when all filters have returned. Internal.
 */
public final class LateSwitch {
    private static final String EXPLANATION = "Changeover-Explanation";

    private LateSwitch() {
    }

    /**
     * Agrees to switch to this protocol, or writes the same rejection as the filters write for a path with a rule. Must be called on the thread of
     * the request. Returns normally in both cases; after a rejection the response is committed.
     *
     * @throws IllegalStateException if the request does not offer the protocol, or can no longer switch; the message contains the reason, and no
     *         response was written
     * @throws IOException if the rejection could not be sent
     */
    public static void to(UpgradeProtocol protocol, HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean offered = offers(protocol, request);
        if (!offered && !lostItsOffer(protocol, request)) throw notOffered(protocol);
        Optional<Exchange> exchange = Exchange.of(request);
        if (offered && exchange.isEmpty()) throw cannot(protocol, "changeover-outer is not mapped to /*, or not to requests");
        if (request.getDispatcherType() == DispatcherType.INCLUDE) {
            throw cannot(protocol, "it is included by RequestDispatcher.include, and an included resource cannot set status and fields of the answer. Use RequestDispatcher.forward");
        }
        if (request.getDispatcherType() == DispatcherType.ERROR) throw cannot(protocol, "its answer is an error, and this is its error page");
        if (request.isAsyncStarted() || exchange.isPresent() && exchange.get().isOver()) throw cannot(protocol, "it has gone asynchronous");
        if (response.isCommitted()) throw cannot(protocol, "its answer has begun");
        Deployment deployment = deployment(request);
        if (!deployment.offers()) throw cannot(protocol, deployment.off());

        NegotiatedRequest considered = NegotiatedRequest.of(request, deployment, Optional.of(protocol));
        if (ContainerLogin.isNeeded(considered.verdict().decision())) {
            boolean known = ContainerLogin.ask(request, response);
            if (ContainerLogin.answered(response)) {
                tell(deployment.record(considered), exchange, response);
                return;
            }
            if (known) considered = NegotiatedRequest.of(request, deployment, Optional.of(protocol));
        }
        Decision decision = considered.verdict().decision();
        if (decision instanceof Decision.Ignore && !offered) throw notOffered(protocol);
        if (decision instanceof Decision.Switch change) {
            deployment.switchesLateTo(protocol);
            Agreement agreement = new Agreement(deployment, considered, change, exchange.orElseThrow());
            if (agreement.admit(request, response).isEmpty()) agreement.withoutAnswer(new byte[0], request, response);
            return;
        }
        Decision.Refuse refusal = ContainerLogin.isNeeded(decision) ? ContainerLogin.NONE : decision instanceof Decision.Refuse said ? said : insteadOfIgnoring(protocol, considered, deployment);
        Explanation before = considered.verdict().explanation();
        Explanation explanation = refusal == decision ? before : before.refused(refusal.status(), before.ground(), refusal.reason());
        EventRecorder.Entry entry = refusal == decision ? deployment.record(considered) : deployment.record(considered, refusal, before.ground());
        if (response.containsHeader(EXPLANATION)) response.setHeader(EXPLANATION, explanation.toString());
        Refusal.write(refusal, considered.verdict(), deployment.container().requestRepair(), request, response);
        tell(entry, exchange, response);
    }

    private static void tell(EventRecorder.Entry entry, Optional<Exchange> exchange, HttpServletResponse response) {
        if (exchange.isPresent()) exchange.get().recorded(entry);
        else entry.answered(Exchange.head(response));
    }

    private static IllegalStateException notOffered(UpgradeProtocol protocol) {
        return cannot(protocol, "its Upgrade field does not list " + protocol.tokens().get(0) + ". Look at that field first, and answer other requests with content");
    }

    private static IllegalStateException cannot(UpgradeProtocol protocol, String why) {
        return new IllegalStateException("This request cannot be upgraded to " + protocol + ": " + why);
    }

    /** Returns whether the request was sent by a client of the protocol, but a proxy has removed {@code Upgrade}. */
    private static boolean lostItsOffer(UpgradeProtocol protocol, HttpServletRequest request) {
        return request.getHeader("Upgrade") == null && protocol.clientField().filter(field -> request.getHeader(field) != null).isPresent();
    }

    /** Returns whether the request offers the protocol, in any form, including a malformed one. */
    private static boolean offers(UpgradeProtocol protocol, HttpServletRequest request) {
        return Collections.list(request.getHeaders("Upgrade")).stream().map(line -> line.toLowerCase(Locale.ROOT))
                .anyMatch(line -> protocol.tokens().stream().map(ProtocolToken::name).anyMatch(name -> line.contains(name.toLowerCase(Locale.ROOT))));
    }

    /** Returns a rejection for a request that the filters would pass to the application. Here the application has no other response than the switch. */
    private static Decision.Refuse insteadOfIgnoring(UpgradeProtocol protocol, NegotiatedRequest considered, Deployment deployment) {
        String only = "This path only serves upgrades to " + protocol + ", and this request cannot be upgraded: ";
        String reason = considered.verdict().explanation().reason() + ".";
        if (considered.verdict().explanation().ground() == Ground.NOT_HTTP11) return new Decision.Refuse(505, only + reason + " Send it over HTTP/1.1.");
        if (considered.verdict().explanation().ground() != Ground.DECLINED) return new Decision.Refuse(400, only + reason);
        ContentRule content = protocol.content();
        if (protocol.tokens().stream().allMatch(deployment.switches()::isOff)) {
            return new Decision.Refuse(503, Fields.of("Retry-After", "5"), "The protocol " + protocol + " is switched off at present (by changeover.off, or an operator): try again later.");
        } else if (!content.methods().isEmpty() && !content.methods().contains(considered.request().method())) {
            String allowed = String.join(", ", content.methods().stream().sorted().toList());
            return new Decision.Refuse(405, Fields.of("Allow", allowed), only + "its method is not " + allowed + ".");
        }
        return new Decision.Refuse(400, only + (considered.request().hasContent() && !content.content() ? "it has content." : reason));
    }

    private static Deployment deployment(HttpServletRequest request) throws IOException {
        try {
            return Deployment.start(request.getServletContext());
        } catch (ServletException stopped) {
            throw new IOException(stopped);
        }
    }
}
