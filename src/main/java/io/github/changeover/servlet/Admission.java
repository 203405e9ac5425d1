package io.github.changeover.servlet;

import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;

/** Result of the check of the connection limits before a switch: a reserved connection, or a rejection with {@code Retry-After}. */
sealed interface Admission {
    /** @param place releases the reservation; must be run when the connection has ended or is never made */
    record Granted(Runnable place) implements Admission {
    }

    record Denied(Decision.Refuse refusal, Ground ground) implements Admission {
    }

    static Admission of(NegotiatedRequest considered, ConnectionRegistry register, ConnectionLimiter places) {
        if (register.draining()) {
            return new Denied(refuse(503, "This application takes no new connections at present, for it is draining: try again later, or another node."), Ground.DRAINING);
        }
        String path = considered.verdict().explanation().rule().map(Object::toString).orElse("");
        ConnectionLimiter.Answer answer = places.take(considered.verdict().token().orElseThrow(), path, considered.request().client());
        return answer instanceof ConnectionLimiter.Full full ? new Denied(refusal(full), Ground.LIMIT) : new Granted((ConnectionLimiter.Place) answer);
    }

    private static Decision.Refuse refusal(ConnectionLimiter.Full full) {
        return switch (full.scope()) {
            case ALL -> refuse(503, "There are as many connections as this application takes: try again later (changeover.connections.max).");
            case PROTOCOL -> refuse(503, "There are as many connections of this protocol as this application takes: try again later (changeover.protocol."
                    + full.whose() + ".connections.max).");
            case PATH -> refuse(503, "There are as many connections as this path takes: try again later (changeover.path." + full.whose() + ".connections.max).");
            case ADDRESS -> refuse(429, "There are as many connections from your address as this application takes: close one, or try again later"
                    + " (changeover.connections.per-address.max).");
        };
    }

    private static Decision.Refuse refuse(int status, String sentence) {
        return new Decision.Refuse(status, Fields.of("Retry-After", "5"), sentence);
    }
}
