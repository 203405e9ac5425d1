package io.github.changeover.servlet;

import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.UpgradeResponse;
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
public final class ApplicationRequestedUpgrade {
    private ApplicationRequestedUpgrade() {
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
        if (!offered && !mayHaveLostUpgradeField(protocol, request)) throw notOffered(protocol);
        Optional<UpgradeAttempt> existing = UpgradeAttempt.of(request);
        if (offered && existing.isEmpty()) throw impossible(protocol, "changeover-outer is not mapped to /*, or not to the REQUEST dispatcher");
        if (request.getDispatcherType() == DispatcherType.INCLUDE) {
            throw impossible(protocol, "it is included by RequestDispatcher.include, and an included resource cannot set the status and the header fields of the response. Use RequestDispatcher.forward");
        }
        if (request.getDispatcherType() == DispatcherType.ERROR) throw impossible(protocol, "its response is an error, and this is the error page");
        if (request.isAsyncStarted() || existing.isPresent() && existing.get().haveFiltersReturned()) throw impossible(protocol, "its asynchronous processing has started");
        if (response.isCommitted()) throw impossible(protocol, "its response is already committed");
        Deployment deployment = deployment(request);
        if (!deployment.offers()) throw impossible(protocol, deployment.off());

        UpgradeAttempt attempt = offered ? existing.orElseThrow() : UpgradeAttempt.uncompleted(deployment);
        Optional<UpgradeResponse> result = attempt.negotiate(request, response, Optional.of(protocol));
        if (result.isEmpty()) return;
        if (result.get() instanceof UpgradeResponse.Ordinary && !offered) throw notOffered(protocol);
        if (result.get() instanceof UpgradeResponse.Switching switching) {
            deployment.countLateProtocol(protocol);
            attempt.prepareLateSwitch(switching, request, response);
        } else if (result.get() instanceof UpgradeResponse.Rejection rejection) {
            attempt.reject(rejection, request, response);
        } else {
            attempt.reject(UpgradeResponse.rejection(insteadOfIgnoring(protocol, attempt, deployment), attempt.verdict()), request, response);
        }
    }

    private static IllegalStateException notOffered(UpgradeProtocol protocol) {
        return impossible(protocol, "its Upgrade field does not list " + protocol.tokens().get(0) + ". Check that field first, and respond to other requests with content");
    }

    private static IllegalStateException impossible(UpgradeProtocol protocol, String why) {
        return new IllegalStateException("This request cannot be upgraded to " + protocol + ": " + why);
    }

    /** Returns whether the request was sent by a client of the protocol, but a proxy has removed {@code Upgrade}. */
    private static boolean mayHaveLostUpgradeField(UpgradeProtocol protocol, HttpServletRequest request) {
        return request.getHeader("Upgrade") == null && protocol.clientField().filter(field -> request.getHeader(field) != null).isPresent();
    }

    /** Returns whether the request offers the protocol, in any form, including a malformed one. */
    private static boolean offers(UpgradeProtocol protocol, HttpServletRequest request) {
        return Collections.list(request.getHeaders("Upgrade")).stream().map(line -> line.toLowerCase(Locale.ROOT))
                .anyMatch(line -> protocol.tokens().stream().map(ProtocolToken::name).anyMatch(name -> line.contains(name.toLowerCase(Locale.ROOT))));
    }

    /** Returns a rejection for a request that the filters would pass to the application. Here the application has no other response than the switch. */
    private static Decision.Refuse insteadOfIgnoring(UpgradeProtocol protocol, UpgradeAttempt attempt, Deployment deployment) {
        String only = "This path supports only upgrades to " + protocol + ", and this request cannot be upgraded: ";
        String reason = attempt.verdict().explanation().reason() + ".";
        if (attempt.verdict().explanation().ground() == Ground.NOT_HTTP11) return new Decision.Refuse(505, only + reason + " Send it over HTTP/1.1.");
        if (attempt.verdict().explanation().ground() != Ground.DECLINED) return new Decision.Refuse(400, only + reason);
        ContentRule content = protocol.content();
        if (protocol.tokens().stream().allMatch(deployment.toggles()::isOff)) {
            return UpgradeResponse.retryLater(503, "The protocol " + protocol + " is disabled at present (by changeover.off or by an operator): try again later.");
        } else if (!content.allowsMethod(attempt.request().method())) {
            String allowed = String.join(", ", content.methods().stream().sorted().toList());
            return new Decision.Refuse(405, Fields.of("Allow", allowed), only + "its method is not " + allowed + ".");
        }
        return new Decision.Refuse(400, only + (attempt.request().hasContent() && !content.content() ? "it has content." : reason));
    }

    private static Deployment deployment(HttpServletRequest request) throws IOException {
        try {
            return Deployment.start(request.getServletContext());
        } catch (ServletException stopped) {
            throw new IOException(stopped);
        }
    }
}
