package io.github.changeover.spi;

import java.util.List;
import java.util.Optional;

/**
 * A protocol that an HTTP/1.1 connection can be switched to. Applications implement this interface; new methods have a default. An
 * implementation is found by {@link java.util.ServiceLoader} or as a CDI bean, or the application passes it to {@code PathOffer.offer}.
 * It is supported only on the paths that are configured for it.
 *
 * <p>One instance serves all requests, so implementations must be thread-safe. {@link #negotiate} runs on the
 * thread of the request, after the filters of the application.
 */
public interface UpgradeProtocol {
    /** The tokens that a 426 and an advertisement list for this protocol, most preferred first; at least one. Settings use the same tokens. */
    List<ProtocolToken> tokens();

    /** Whether an offered token is this protocol. By default it must be one of {@link #tokens()}. A family such as TLS accepts more tokens. */
    default boolean accepts(ProtocolToken offered) {
        return tokens().contains(offered);
    }

    /** The methods and content that the request may have. By default GET without content. */
    default ContentRule content() {
        return ContentRule.NONE;
    }

    /** How bytes that arrive before the 101 are handled (RFC 9931). By default they are the first bytes of the new protocol. */
    default EarlyData earlyData() {
        return EarlyData.DELIVER;
    }

    /**
     * Whether this protocol sends the response to the original request. Then the application processes the request first, once, and its
     * response is available in {@link SwitchContext#original()}.
     */
    default boolean answersOriginalRequest() {
        return false;
    }

    /**
     * Whether a request was already received over this protocol. If so, a path that requires an upgrade accepts the request, and no response
     * to it lists this protocol.
     */
    default boolean isSpoken(UpgradeRequest request) {
        return false;
    }

    /**
     * A header field that every client of this protocol sends in its request, and no other client sends, such as {@code Sec-WebSocket-Key}; empty if there
     * is none. A GET with this field and without {@code Upgrade}, on a path of this protocol, is rejected with 426, because a proxy has probably removed
     * {@code Upgrade}. The value must not change: it may be read only once, at the start.
     */
    default Optional<String> clientField() {
        return Optional.empty();
    }

    /**
     * Decides about a request that offers {@code offered}. This is a token for which {@link #accepts} returned {@code true}, in the spelling of
     * {@link #tokens()}. If this method throws or returns null, the request is rejected with 500.
     */
    Decision negotiate(UpgradeRequest request, ProtocolToken offered);
}
