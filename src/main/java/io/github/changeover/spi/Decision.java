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
     * @param remark  for the log and the console, beside "switched": what the client wished and did not get; empty for nothing
     */
    record Switch(List<ProtocolToken> layers, Fields fields, Function<SwitchContext, ConnectionHandler> handler, String remark) implements Decision {
        public Switch {
            layers = List.copyOf(layers);
            Objects.requireNonNull(remark, "remark");
            Objects.requireNonNull(fields, "fields");
            Objects.requireNonNull(handler, "handler");
            if (layers.isEmpty()) {
                throw new IllegalArgumentException("A switch names at least one protocol");
            }
        }

        /** A switch with nothing to remark. */
        public Switch(List<ProtocolToken> layers, Fields fields, Function<SwitchContext, ConnectionHandler> handler) {
            this(layers, fields, handler, "");
        }

        /** The same with a remark for the log and the console. */
        public Switch withRemark(String words) {
            return new Switch(layers, fields, handler, words);
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
     * @param remark what only the log and the console say, beside the reason: it is never sent to the client; empty for nothing
     */
    record Refuse(int status, Fields fields, String reason, String remark) implements Decision {
        public Refuse {
            Objects.requireNonNull(remark, "remark");
            Objects.requireNonNull(fields, "fields");
            Objects.requireNonNull(reason, "reason");
            if (status < 300 || status > 599) {
                throw new IllegalArgumentException("A refusal has a status from 300 to 599, not " + status);
            }
        }

        public Refuse(int status, Fields fields, String reason) {
            this(status, fields, reason, "");
        }

        public Refuse(int status, String reason) {
            this(status, Fields.none(), reason);
        }

        /** The same with what only the log and the console say. */
        public Refuse withRemark(String words) {
            return new Refuse(status, fields, reason, words);
        }
    }
}
