package io.github.changeover.spi;

import java.util.List;
import java.util.Optional;

/**
 * A protocol that an HTTP/1.1 connection can change to. Found by {@link java.util.ServiceLoader}, as a
 * CDI bean, or handed over by program; it is offered nowhere until a path names it.
 *
 * <p>One instance serves every request: implementations are thread-safe. {@link #negotiate} runs on the
 * request's thread, after the application's own filters.
 */
public interface UpgradeProtocol {
    /** What a 426 and an advertisement list for this protocol, most preferred first, at least one; also how configuration names it. */
    List<ProtocolToken> tokens();

    /** Whether an offered token is this protocol: by default one of {@link #tokens()}; a family such as TLS widens it. */
    default boolean accepts(ProtocolToken offered) {
        return tokens().contains(offered);
    }

    /** The methods and content that the request may have. */
    default ContentRule content() {
        return ContentRule.NONE;
    }

    /** What becomes of octets sent before the 101. */
    default EarlyData earlyData() {
        return EarlyData.DELIVER;
    }

    /**
     * Whether this protocol answers the original request: then the application runs first, once, and its
     * response is handed over in {@link SwitchContext#original()}.
     */
    default boolean answersOriginalRequest() {
        return false;
    }

    /** Whether a request comes over this protocol already: a path that requires it then lets the request pass, and does not advertise it. */
    default boolean isSpoken(UpgradeRequest request) {
        return false;
    }

    /**
     * A field that every client of this protocol sends in its request, and nobody else, such as {@code Sec-WebSocket-Key}; empty where there is none.
     * A GET with this field and without {@code Upgrade}, on a path of this protocol, is answered 426: a proxy has probably removed {@code Upgrade}. Asked
     * once at start.
     */
    default Optional<String> clientField() {
        return Optional.empty();
    }

    /**
     * Decides on a request that offers {@code offered}, a token it {@link #accepts}, given in the spelling of {@link #tokens()}. What it
     * throws is answered 500.
     */
    Decision negotiate(UpgradeRequest request, ProtocolToken offered);
}
