package io.github.changeover.spi;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** What a protocol answers to an offer. */
public sealed interface Decision {

    /**
     * The connection changes to {@code layers}.
     *
     * @param layers  the protocols bottom-up, as the 101 lists them (RFC 9110 section 7.8): {@code [foo/2]} or
     *                {@code [TLS/1.2, HTTP/1.1]}. The client has offered each, but for HTTP/1.1 on top of another
     * @param fields  further fields of the 101; {@code Upgrade}, {@code Connection} and framing fields are not taken
     * @param handler makes the handler, on the request's thread, just before the switch; what it throws is answered 500
     */
    record Switch(List<ProtocolToken> layers, Fields fields, Function<SwitchContext, ConnectionHandler> handler) implements Decision {
        public Switch {
            layers = List.copyOf(layers);
            Objects.requireNonNull(fields, "fields");
            Objects.requireNonNull(handler, "handler");
            if (layers.isEmpty()) {
                throw new IllegalArgumentException("A switch names at least one protocol");
            }
        }

        /** A switch to one protocol. */
        public static Switch to(ProtocolToken protocol, Function<SwitchContext, ConnectionHandler> handler) {
            return new Switch(List.of(protocol), Fields.none(), handler);
        }
    }

    /** This protocol does not want the connection: the next candidate is asked, and when none is left ordinary HTTP goes on. */
    record Ignore(String reason) implements Decision {
        public Ignore {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * The request is answered with an error or a redirect, and no further candidate is asked.
     *
     * @param status 300 to 599
     * @param fields further fields of the response; a 426 gets its {@code Upgrade} by itself. A 401 without
     *               {@code WWW-Authenticate} lets the container's login ask, and is a 403 where the application has none
     * @param reason a sentence for the client: what is wrong and what to do
     */
    record Refuse(int status, Fields fields, String reason) implements Decision {
        public Refuse {
            Objects.requireNonNull(fields, "fields");
            Objects.requireNonNull(reason, "reason");
            if (status < 300 || status > 599) {
                throw new IllegalArgumentException("A refusal has a status from 300 to 599, not " + status);
            }
        }

        public Refuse(int status, String reason) {
            this(status, Fields.none(), reason);
        }
    }
}
