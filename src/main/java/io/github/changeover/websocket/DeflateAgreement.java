package io.github.changeover.websocket;

import java.util.OptionalInt;

/**
 * What both sides agreed on for permessage-deflate: RFC 7692 section 7.1.
 *
 * <pre>
 * offered   permessage-deflate; server_no_context_takeover; server_max_window_bits=15; client_max_window_bits
 * answered  permessage-deflate; server_no_context_takeover; server_max_window_bits=15
 * </pre>
 *
 * @param serverNoContextTakeover the server forgets its window after each message
 * @param clientNoContextTakeover the client does
 * @param serverMaxWindowBits     as answered; empty when nothing is said, then the window is 15
 * @param clientMaxWindowBits     as answered; empty when nothing is said, then the window is 15
 */
public record DeflateAgreement(boolean serverNoContextTakeover, boolean clientNoContextTakeover,
                               OptionalInt serverMaxWindowBits, OptionalInt clientMaxWindowBits) {

    /** The bits of the window that the server compresses with: no more. */
    public int serverWindowBits() {
        return serverMaxWindowBits.orElse(DeflatePolicy.FULL_WINDOW);
    }

    /** The bits of the window that the client may compress with, so the server's inflater needs. */
    public int clientWindowBits() {
        return clientMaxWindowBits.orElse(DeflatePolicy.FULL_WINDOW);
    }

    /** As it stands in the response's {@code Sec-WebSocket-Extensions}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(Deflate.NAME);
        if (serverNoContextTakeover) text.append("; ").append(Deflate.SERVER_NO_CONTEXT_TAKEOVER);
        if (clientNoContextTakeover) text.append("; ").append(Deflate.CLIENT_NO_CONTEXT_TAKEOVER);
        serverMaxWindowBits.ifPresent(bits -> text.append("; ").append(Deflate.SERVER_MAX_WINDOW_BITS).append('=').append(bits));
        clientMaxWindowBits.ifPresent(bits -> text.append("; ").append(Deflate.CLIENT_MAX_WINDOW_BITS).append('=').append(bits));
        return text.toString();
    }
}
