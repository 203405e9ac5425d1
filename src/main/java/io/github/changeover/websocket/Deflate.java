package io.github.changeover.websocket;

import io.github.changeover.websocket.WebSocketExtension.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The negotiation of permessage-deflate: RFC 7692 sections 5 and 7.1.
 *
 * <pre>
 * Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, permessage-deflate; client_max_window_bits
 * Sec-WebSocket-Extensions: permessage-deflate                  the second offer: the JDK does not support the first
 * </pre>
 *
 * <p>The first offer that the server supports is accepted. A parameter that is unknown, occurs twice or has an invalid value declines its own offer only.
 */
public final class Deflate {
    /** The registered name of the extension. */
    public static final String NAME = "permessage-deflate";
    static final String SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover";
    static final String CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover";
    static final String SERVER_MAX_WINDOW_BITS = "server_max_window_bits";
    static final String CLIENT_MAX_WINDOW_BITS = "client_max_window_bits";

    private final DeflatePolicy policy;
    private boolean serverNoContextTakeover;
    private boolean clientForgets;
    private OptionalInt serverWindow = OptionalInt.empty();
    private OptionalInt clientWindow = OptionalInt.empty();

    private Deflate(DeflatePolicy policy) {
        this.policy = policy;
    }

    /** Returns the agreed parameters; empty if no offer can be accepted. */
    public static Optional<DeflateAgreement> agree(List<WebSocketExtension> offers, DeflatePolicy policy) {
        return offers.stream().filter(offer -> offer.name().equals(NAME))
                .map(offer -> new Deflate(policy).agreementFor(offer)).flatMap(Optional::stream).findFirst();
    }

    private Optional<DeflateAgreement> agreementFor(WebSocketExtension offer) {
        for (Parameter parameter : offer.parameters()) {
            if (!accept(parameter)) return Optional.empty();
        }
        if (serverWindow.isPresent() && serverWindow.getAsInt() < policy.smallestServerWindow()) return Optional.empty();
        return Optional.of(new DeflateAgreement(serverNoContextTakeover || policy.serverNoContextTakeover(),
                clientForgets || policy.clientNoContextTakeover(), answeredServerWindow(), answeredClientWindow()));
    }

    /** Whether the parameter is known, occurs for the first time, and has a value that section 7.1 allows. */
    private boolean accept(Parameter parameter) {
        switch (parameter.name()) {
            case SERVER_NO_CONTEXT_TAKEOVER -> {
                boolean first = !serverNoContextTakeover;
                serverNoContextTakeover = true;
                return first && parameter.value().isEmpty();
            }
            case CLIENT_NO_CONTEXT_TAKEOVER -> {
                boolean first = !clientForgets;
                clientForgets = true;
                return first && parameter.value().isEmpty();
            }
            case SERVER_MAX_WINDOW_BITS -> {
                boolean first = serverWindow.isEmpty();
                serverWindow = bits(parameter.value());
                return first && serverWindow.isPresent();
            }
            case CLIENT_MAX_WINDOW_BITS -> {
                boolean first = clientWindow.isEmpty();
                clientWindow = parameter.value().isEmpty() ? OptionalInt.of(DeflatePolicy.FULL_WINDOW) : bits(parameter.value());
                return first && clientWindow.isPresent();
            }
            default -> {
                return false;
            }
        }
    }

    /** A decimal integer from 8 to 15 without leading zeros. */
    private static OptionalInt bits(Optional<String> value) {
        return value.map(text -> switch (text) {
            case "8", "9", "10", "11", "12", "13", "14", "15" -> OptionalInt.of(Integer.parseInt(text));
            default -> OptionalInt.empty();
        }).orElse(OptionalInt.empty());
    }

    /** The response contains it whenever the client offered it, even for 15 (section 7.1.2.1). Otherwise only if the server's own window is smaller. */
    private OptionalInt answeredServerWindow() {
        if (serverWindow.isPresent()) return OptionalInt.of(Math.min(serverWindow.getAsInt(), policy.largestServerWindow()));
        return policy.largestServerWindow() < DeflatePolicy.FULL_WINDOW ? OptionalInt.of(policy.largestServerWindow()) : OptionalInt.empty();
    }

    /** The response contains it only if the client offered it (section 7.1.2.2) and the server requests less than the full window. */
    private OptionalInt answeredClientWindow() {
        boolean wanted = clientWindow.isPresent() && policy.largestClientWindow() < DeflatePolicy.FULL_WINDOW;
        return wanted ? OptionalInt.of(Math.min(clientWindow.getAsInt(), policy.largestClientWindow())) : OptionalInt.empty();
    }
}
