package io.github.changeover.servlet;

import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.SwitchContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;

/** One request with an offer, on its way between the outer and the inner filter. */
final class Exchange {
    private static final String ATTRIBUTE = Exchange.class.getName();

    /** The inner filter's word: this connection is to switch once everything has returned. */
    record Pending(Deployment deployment, Verdict verdict, Decision.Switch decision, SwitchContext context, No no) {
    }

    /** Says as HTTP why there is no switch after all. */
    interface No {
        void say(Decision.Refuse refusal) throws IOException;
    }

    private Pending pending;

    /** Puts an exchange on a request. */
    static Exchange on(HttpServletRequest request) {
        Exchange exchange = new Exchange();
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    /** The exchange the outer filter put on the request; empty when it did not run. */
    static Optional<Exchange> of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Exchange exchange ? Optional.of(exchange) : Optional.empty();
    }

    void agree(Pending switching) {
        pending = switching;
    }

    Optional<Pending> agreed() {
        return Optional.ofNullable(pending);
    }
}
