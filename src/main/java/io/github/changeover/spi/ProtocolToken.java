package io.github.changeover.spi;

import io.github.changeover.http.PrintableText;
import io.github.changeover.http.Token;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One protocol of an {@code Upgrade} list: {@code name ["/" version]} (RFC 9110 section 7.8).
 *
 * <p>Two tokens are equal if their names are equal (case-insensitive) and their versions are equal
 * (case-sensitive). {@code WebSocket} and {@code websocket} are equal; {@code websocket/13} is different from both.
 *
 * @param name    the name of the protocol as written, an RFC 9110 token
 * @param version the version as written, an RFC 9110 token, or empty if there is none
 */
public record ProtocolToken(String name, String version) {

    /** @throws IllegalArgumentException if the name, or a version that is not empty, is not a token */
    public ProtocolToken {
        if (!Token.isToken(name)) {
            throw new IllegalArgumentException("Not a protocol name (RFC 9110 token): '" + PrintableText.of(name) + "'");
        }
        if (!version.isEmpty() && !Token.isToken(version)) {
            throw new IllegalArgumentException("Not a protocol version (RFC 9110 token): '" + PrintableText.of(version) + "'");
        }
    }

    /**
     * Returns the token that is written as {@code name} or {@code name/version}.
     *
     * @throws IllegalArgumentException if the text has neither form; for text from a client use {@link #parse}
     */
    public static ProtocolToken of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException(
                "Not a protocol: '" + PrintableText.of(text) + "'. Write name or name/version, such as example/1"));
    }

    /** Returns the token that a client wrote, or empty if it is malformed ({@code foo/}, {@code /1}, {@code a b}, {@code foo/1/2}). */
    public static Optional<ProtocolToken> parse(String text) {
        int slash = text.indexOf('/');
        String name = slash < 0 ? text : text.substring(0, slash);
        String version = slash < 0 ? "" : text.substring(slash + 1);
        boolean wellFormed = Token.isToken(name) && (slash < 0 || Token.isToken(version));
        return wellFormed ? Optional.of(new ProtocolToken(name, version)) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProtocolToken that && name.equalsIgnoreCase(that.name) && version.equals(that.version);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name.toLowerCase(Locale.ROOT), version);
    }

    /** Returns the token as written in the header field {@code Upgrade}. */
    @Override
    public String toString() {
        return version.isEmpty() ? name : name + '/' + version;
    }
}
