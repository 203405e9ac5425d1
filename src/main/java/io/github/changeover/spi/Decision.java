package io.github.changeover.spi;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** The decision of a protocol about an offer. Immutable. More kinds may be added, so a program that reads decisions needs a branch for others. */
public sealed interface Decision {

    /**
     * The connection switches to {@code layers}.
     *
     * @param layers  the protocols bottom-up, as the 101 lists them (RFC 9110 section 7.8): {@code [foo/2]} or
     *                {@code [TLS/1.2, HTTP/1.1]}. The client must have offered each of them, except HTTP/1.1 on top of another protocol
     * @param fields  additional header fields of the 101; {@code Upgrade}, {@code Connection} and framing fields are ignored
     * @param handler creates the handler, on the thread of the request, just before the switch; if it throws, the request is rejected with 500
     * @param remark  an addition to "switched" for the log and the console, such as a wish of the client that was not met; empty if there is none
     */
    record Switch(List<ProtocolToken> layers, Fields fields, Function<SwitchContext, ConnectionHandler> handler, String remark) implements Decision {
        public Switch {
            layers = List.copyOf(layers);
            Objects.requireNonNull(remark, "remark");
            Objects.requireNonNull(fields, "fields");
            Objects.requireNonNull(handler, "handler");
            if (layers.isEmpty()) {
                throw new IllegalArgumentException("A switch must name at least one protocol");
            }
        }

        /** A switch without a remark. */
        public Switch(List<ProtocolToken> layers, Fields fields, Function<SwitchContext, ConnectionHandler> handler) {
            this(layers, fields, handler, "");
        }

        /** Returns the same switch with a remark for the log and the console. */
        public Switch withRemark(String words) {
            return new Switch(layers, fields, handler, words);
        }

        /** A switch to one protocol, without additional header fields. */
        public static Switch to(ProtocolToken protocol, Function<SwitchContext, ConnectionHandler> handler) {
            return new Switch(List.of(protocol), Fields.none(), handler);
        }
    }

    /**
     * This protocol does not accept the offer. The next candidate decides; if there is none, the request stays ordinary HTTP.
     * @param reason why, in a few words, for the log, the console and the field {@code Changeover-Explanation}; not null
     */
    record Ignore(String reason) implements Decision {
        public Ignore {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * The request is rejected with an error or a redirect, and no other candidate is considered.
     *
     * @param status 300 to 599
     * @param fields additional header fields of the response; the {@code Upgrade} of a 426 is added automatically. A 401 without
     *               {@code WWW-Authenticate} starts the login of the container; if the application has no login, a 403 is sent instead
     * @param reason a sentence for the client: what is wrong and what to do
     * @param remark an addition to the reason for the log and the console. It is never sent to the client; empty if there is none
     */
    record Refuse(int status, Fields fields, String reason, String remark) implements Decision {
        public Refuse {
            Objects.requireNonNull(remark, "remark");
            Objects.requireNonNull(fields, "fields");
            Objects.requireNonNull(reason, "reason");
            if (status < 300 || status > 599) {
                throw new IllegalArgumentException("A rejection must have a status from 300 to 599, not " + status);
            }
        }

        /** A rejection without a remark. */
        public Refuse(int status, Fields fields, String reason) {
            this(status, fields, reason, "");
        }

        /** A rejection without additional header fields and without a remark. */
        public Refuse(int status, String reason) {
            this(status, Fields.none(), reason);
        }

        /** Returns the same refusal with a remark for the log and the console. */
        public Refuse withRemark(String words) {
            return new Refuse(status, fields, reason, words);
        }
    }
}
