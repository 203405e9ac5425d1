package io.github.changeover.websocket;

import io.github.changeover.http.Authority;
import io.github.changeover.http.ConnectionField;
import io.github.changeover.http.FieldList;
import io.github.changeover.http.PrintableText;
import io.github.changeover.negotiation.UpgradeField;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The server side of the opening handshake: RFC 6455 sections 4.2.1 and 4.2.2, in the order of the RFC.
 *
 * <pre>
 * GET /chat HTTP/1.1  Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==  Sec-WebSocket-Version: 13
 * HTTP/1.1 101        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
 * </pre>
 *
 * <p>The first error determines the response. The status is 426 for a missing or unsupported version and for a missing {@code Upgrade: websocket} or
 * {@code Connection: Upgrade}; it is 400 for every other error.
 */
public final class OpeningHandshake {
    /** The protocol name in {@code Upgrade}. {@code websocket/13} is a different protocol. */
    public static final ProtocolToken TOKEN = ProtocolToken.of("websocket");
    /** A header field that every WebSocket client sends, and no other client. */
    public static final String CLIENT_FIELD = "Sec-WebSocket-Key";
    private static final String VERSION = "13";
    private static final Fields VERSIONS = Fields.of("Sec-WebSocket-Version", VERSION);
    /** A number from 0 to 255 without leading zeros: RFC 6455 section 4.3. */
    private static final Pattern ANY_VERSION = Pattern.compile("\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5]");

    private final UpgradeRequest request;
    private final HandshakeFields fields;

    private OpeningHandshake(UpgradeRequest request) {
        this.request = request;
        this.fields = new HandshakeFields(request.fields());
    }

    /** The result of an opening handshake. */
    public sealed interface HandshakeOutcome permits AcceptedHandshake, RejectedHandshake {
    }

    /**
     * The handshake is rejected because of an error of the client. Contains the complete response, except that the {@code Upgrade} field of a 426 is added
     * when the response is written.
     */
    public record RejectedHandshake(Decision.Refuse refusal) implements HandshakeOutcome {
    }

    /**
     * The handshake is valid. Contains the agreed parameters.
     *
     * @param accept              the value of {@code Sec-WebSocket-Accept}
     * @param offeredSubprotocols the subprotocols that the client offers, in its order, without duplicates
     * @param subprotocol         the agreed subprotocol
     * @param offeredExtensions   the extensions that the client offers, in its order
     * @param deflate             the agreed parameters of permessage-deflate; empty if messages are not compressed
     */
    public record AcceptedHandshake(String accept, List<String> offeredSubprotocols, Optional<String> subprotocol,
                           List<WebSocketExtension> offeredExtensions, Optional<DeflateAgreement> deflate) implements HandshakeOutcome {
        private static final int LONGEST_SHOWN = 40, SHOWN_PREFIX = 12;

        /** @throws IllegalArgumentException if the client did not offer the subprotocol, or permessage-deflate */
        public AcceptedHandshake {
            offeredSubprotocols = List.copyOf(offeredSubprotocols);
            offeredExtensions = List.copyOf(offeredExtensions);
            if (subprotocol.isPresent() && !offeredSubprotocols.contains(subprotocol.get())) {
                throw new IllegalArgumentException("Subprotocol '" + subprotocol.get() + "' was not offered, so it cannot be"
                        + " chosen (RFC 6455 section 4.2.2): choose one of " + offeredSubprotocols + ", or none");
            }
            if (deflate.isPresent() && offeredExtensions.stream().noneMatch(offer -> offer.name().equals(Deflate.NAME))) {
                throw new IllegalArgumentException(Deflate.NAME + " was not offered, so it cannot be accepted (RFC 6455 section 4.2.2)");
            }
        }

        /**
         * Returns a copy with the subprotocol that the application chose among those that the client offers, or without one.
         *
         * @throws IllegalArgumentException if the client did not offer it
         */
        public AcceptedHandshake withSubprotocol(Optional<String> choice) {
            return choice.equals(subprotocol) ? this : new AcceptedHandshake(accept, offeredSubprotocols, choice, offeredExtensions, deflate);
        }

        /** Returns a copy without compression. */
        public AcceptedHandshake withoutDeflate() {
            return deflate.isEmpty() ? this : new AcceptedHandshake(accept, offeredSubprotocols, subprotocol, offeredExtensions, Optional.empty());
        }

        /**
         * Returns a remark for the log and the console if the client offers subprotocols and gets none; otherwise an empty string.
         *
         * @param known the subprotocols that the endpoint supports
         */
        public String remark(List<String> known) {
            if (offeredSubprotocols.isEmpty() || subprotocol.isPresent()) return "";
            return "without a subprotocol: the client offers " + shown(offeredSubprotocols) + ", the endpoint supports " + (known.isEmpty() ? "none" : shown(known));
        }

        /** Some browser applications send access tokens as subprotocols. Therefore a long name is truncated, so that a log never contains a complete one. */
        private static String shown(List<String> names) {
            return PrintableText.of(names.stream().map(name -> name.length() > LONGEST_SHOWN ? name.substring(0, SHOWN_PREFIX) + "..." : name).toList().toString(), 120);
        }

        /** Returns the header fields of the 101 response except {@code Upgrade} and {@code Connection}. */
        public Fields fields() {
            Fields fields = Fields.of("Sec-WebSocket-Accept", accept);
            if (subprotocol.isPresent()) fields = fields.with(Subprotocols.FIELD, subprotocol.get());
            if (deflate.isPresent()) fields = fields.with(ExtensionOffers.FIELD, deflate.get().toString());
            return fields;
        }
    }

    /** Checks a request. Never throws because of data that the client sent. */
    public static HandshakeOutcome check(UpgradeRequest request, HandshakePolicy policy) {
        return new OpeningHandshake(request).outcome(policy);
    }

    private HandshakeOutcome outcome(HandshakePolicy policy) {
        Optional<Decision.Refuse> fault = fault();
        if (fault.isPresent()) return new RejectedHandshake(fault.get());

        FieldList<String> subprotocols = Subprotocols.parse(fields.protocol());
        if (subprotocols instanceof FieldList.Malformed<String> malformed) return refused(malformed);
        FieldList<WebSocketExtension> extensions = ExtensionOffers.parse(fields.extensions());
        if (extensions instanceof FieldList.Malformed<WebSocketExtension> malformed) return refused(malformed);

        List<String> offered = ((FieldList.Members<String>) subprotocols).members();
        List<WebSocketExtension> offers = ((FieldList.Members<WebSocketExtension>) extensions).members();
        return new AcceptedHandshake(AcceptKey.of(fields.key().get(0)), offered, Subprotocols.choose(offered, policy.subprotocols()),
                offers, offers.isEmpty() ? Optional.empty() : policy.deflate().flatMap(how -> Deflate.agree(offers, how)));
    }

    /** Returns the rejection for the first error. */
    private Optional<Decision.Refuse> fault() {
        Optional<Decision.Refuse> fault = requestLine();
        if (fault.isEmpty()) fault = host();
        if (fault.isEmpty()) fault = upgrade();
        if (fault.isEmpty()) fault = connection();
        if (fault.isEmpty()) fault = key();
        if (fault.isEmpty()) fault = version();
        if (fault.isEmpty()) fault = origin();
        return fault.isEmpty() ? noAccept() : fault;
    }

    /** Section 4.2.1 item 1. The handshake of the RFC has no content, and RFC 9931 advises against accepting content. */
    private Optional<Decision.Refuse> requestLine() {
        if (!request.method().equals("GET")) return badRequest("A WebSocket handshake must use the method GET.");
        if (!request.protocol().equals("HTTP/1.1")) return badRequest("A WebSocket handshake must use HTTP/1.1.");
        return request.hasContent() ? badRequest("A WebSocket handshake must not have content.") : Optional.empty();
    }

    /** Section 4.2.1 item 2. */
    private Optional<Decision.Refuse> host() {
        if (fields.host().size() != 1) return badRequest("The request must have exactly one Host field.");
        return Authority.parse(fields.host().get(0)).isPresent() ? Optional.empty()
                : badRequest("Host is malformed: send a host and an optional port, such as example.com:8080.");
    }

    /** Section 4.2.1 item 3. The negotiation has already checked this field. The check is repeated for callers that do not use the negotiation. */
    private Optional<Decision.Refuse> upgrade() {
        if (fields.upgrade().isEmpty() && !fields.key().isEmpty()) return Optional.of(new Decision.Refuse(426, UpgradeField.lost(CLIENT_FIELD)));
        boolean offered = UpgradeField.parse(fields.upgrade()) instanceof UpgradeField.Offered.Present present && present.offer().tokens().contains(TOKEN);
        return offered ? Optional.empty()
                : Optional.of(new Decision.Refuse(426, "This path requires WebSocket: send 'Upgrade: websocket' and 'Connection: Upgrade'."));
    }

    /** Section 4.2.1 item 4. */
    private Optional<Decision.Refuse> connection() {
        return ConnectionField.has(fields.connection(), "upgrade") ? Optional.empty()
                : Optional.of(new Decision.Refuse(426, "Connection does not list upgrade: send 'Connection: Upgrade'."));
    }

    /** Section 4.2.1 item 5. */
    private Optional<Decision.Refuse> key() {
        if (fields.key().isEmpty()) return badRequest("Sec-WebSocket-Key is missing: send 16 random bytes in base64.");
        if (fields.key().size() > 1) return badRequest("Sec-WebSocket-Key occurs more than once: send one.");
        String key = fields.key().get(0);
        return AcceptKey.isNonce(key) ? Optional.empty() : badRequest("Sec-WebSocket-Key is malformed: it has " + key.length()
                + " characters. Send 16 random bytes in base64, which are 24 characters with two equals signs at the end (RFC 6455 section 4.1).");
    }

    /** Section 4.2.1 item 6, and section 4.4. A request without the field requests no supported version. A list is not a valid version. */
    private Optional<Decision.Refuse> version() {
        if (fields.version().isEmpty()) {
            return Optional.of(new Decision.Refuse(426, VERSIONS, "Sec-WebSocket-Version is missing: send 'Sec-WebSocket-Version: 13'."));
        }
        if (fields.version().size() > 1) {
            return Optional.of(new Decision.Refuse(400, VERSIONS,
                    "Sec-WebSocket-Version occurs more than once: send 'Sec-WebSocket-Version: 13' once."));
        }
        String version = fields.version().get(0);
        if (version.equals(VERSION)) return Optional.empty();
        return Optional.of(ANY_VERSION.matcher(version).matches()
                ? new Decision.Refuse(426, VERSIONS, "This WebSocket version is not supported: send 'Sec-WebSocket-Version: 13'.")
                : new Decision.Refuse(400, VERSIONS, "Sec-WebSocket-Version is malformed: send 'Sec-WebSocket-Version: 13'."));
    }

    /** Section 4.2.1 item 7. {@link SameOrigin} checks whether the origin is allowed. */
    private Optional<Decision.Refuse> origin() {
        return fields.origin().size() > 1 ? badRequest(SameOrigin.REPEATED) : Optional.empty();
    }

    /**
     * A request must not contain this response field. Otherwise the client may have confused request and response, or may try to choose the response value
     * itself.
     */
    private Optional<Decision.Refuse> noAccept() {
        return fields.accept().isEmpty() ? Optional.empty() : badRequest("Sec-WebSocket-Accept is a field of the response: remove it from the request.");
    }

    private static Optional<Decision.Refuse> badRequest(String sentence) {
        return Optional.of(new Decision.Refuse(400, sentence));
    }

    private static RejectedHandshake refused(FieldList.Malformed<?> malformed) {
        return new RejectedHandshake(new Decision.Refuse(400, malformed.reason()));
    }
}
