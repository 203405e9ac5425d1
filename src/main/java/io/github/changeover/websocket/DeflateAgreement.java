package io.github.changeover.websocket;

import java.util.OptionalInt;

/**
 * The parameters of permessage-deflate that client and server agreed on: RFC 7692 section 7.1.
 *
 * <pre>
 * offered   permessage-deflate; server_no_context_takeover; server_max_window_bits=15; client_max_window_bits
 * answered  permessage-deflate; server_no_context_takeover; server_max_window_bits=15
 * </pre>
 *
 * @param serverNoContextTakeover whether the server resets its window after each message
 * @param clientNoContextTakeover whether the client resets its window after each message
 * @param serverMaxWindowBits     as in the response; empty if the response does not contain it, and then the window has 15 bits
 * @param clientMaxWindowBits     as in the response; empty if the response does not contain it, and then the window has 15 bits
 */
public record DeflateAgreement(boolean serverNoContextTakeover, boolean clientNoContextTakeover,
                               OptionalInt serverMaxWindowBits, OptionalInt clientMaxWindowBits) {

    /** The largest window, in bits, that the server may compress with. */
    public int serverWindowBits() {
        return serverMaxWindowBits.orElse(DeflatePolicy.FULL_WINDOW);
    }

    /** The largest window, in bits, that the client may compress with. The server's inflater needs a window of this size. */
    public int clientWindowBits() {
        return clientMaxWindowBits.orElse(DeflatePolicy.FULL_WINDOW);
    }

    /** Returns the value as it is in the {@code Sec-WebSocket-Extensions} field of the response. */
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
