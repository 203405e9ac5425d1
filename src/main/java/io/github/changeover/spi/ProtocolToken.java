package io.github.changeover.spi;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One protocol of an {@code Upgrade} list: {@code name ["/" version]} (RFC 9110 section 7.8).
 *
 * <p>Two tokens are equal when their names are equal without regard to case and their versions are
 * equal exactly: {@code WebSocket} is {@code websocket}, {@code websocket/13} is neither.
 *
 * @param name    the protocol's name as written, an RFC 9110 token
 * @param version the version as written, an RFC 9110 token, or empty when there is none
 */
public record ProtocolToken(String name, String version) {

    /** @throws IllegalArgumentException when the name, or a version that is not empty, is no token */
    public ProtocolToken {
        if (!Tchar.isToken(name)) {
            throw new IllegalArgumentException("Not a protocol name (RFC 9110 token): '" + Tchar.printable(name) + "'");
        }
        if (!version.isEmpty() && !Tchar.isToken(version)) {
            throw new IllegalArgumentException("Not a protocol version (RFC 9110 token): '" + Tchar.printable(version) + "'");
        }
    }

    /**
     * The token written as {@code name} or {@code name/version}.
     *
     * @throws IllegalArgumentException when the text is neither; for text of a peer use {@link #parse}
     */
    public static ProtocolToken of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException(
                "Not a protocol: '" + Tchar.printable(text) + "'. Write name or name/version, such as example/1"));
    }

    /** The token a peer wrote, or empty when it is malformed ({@code foo/}, {@code /1}, {@code a b}, {@code foo/1/2}). */
    public static Optional<ProtocolToken> parse(String text) {
        int slash = text.indexOf('/');
        String name = slash < 0 ? text : text.substring(0, slash);
        String version = slash < 0 ? "" : text.substring(slash + 1);
        boolean wellFormed = Tchar.isToken(name) && (slash < 0 || Tchar.isToken(version));
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

    /** As it stands in an {@code Upgrade} field. */
    @Override
    public String toString() {
        return version.isEmpty() ? name : name + '/' + version;
    }
}
