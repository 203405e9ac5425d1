package io.github.changeover.spi;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The protocols that an operator has turned off while the application runs. Thread-safe. A change applies to the next
 * negotiation. A protocol that is off is not accepted, and is not listed in a 426 or in an advertisement.
 *
 * <p>A token ({@code foo/2}) and a name ({@code foo}, all its versions) are turned off independently: a token is on only
 * if neither the token nor its name is off.
 */
public final class ProtocolToggles {
    private final Set<ProtocolToken> tokens = ConcurrentHashMap.newKeySet();
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    /** Turns one token off. */
    public void off(ProtocolToken token) {
        tokens.add(token);
    }

    /** Undoes {@link #off(ProtocolToken)}. */
    public void on(ProtocolToken token) {
        tokens.remove(token);
    }

    /**
     * Turns all versions of a protocol off.
     *
     * @throws IllegalArgumentException if this is not a valid protocol name
     */
    public void offByName(String name) {
        names.add(new ProtocolToken(name, "").name().toLowerCase(Locale.ROOT));
    }

    /** Undoes {@link #offByName}. */
    public void onByName(String name) {
        names.remove(name.toLowerCase(Locale.ROOT));
    }

    /** Whether the token, or its name, is off. */
    public boolean isOff(ProtocolToken token) {
        return !tokens.isEmpty() && tokens.contains(token)
                || !names.isEmpty() && names.contains(token.name().toLowerCase(Locale.ROOT));
    }

    /** Returns what is off, sorted: {@code foo/2} for a token, {@code foo/*} for all versions of a name. */
    public Set<String> listed() {
        Set<String> listed = new TreeSet<>();
        tokens.forEach(token -> listed.add(token.toString()));
        names.forEach(name -> listed.add(name + "/*"));
        return listed;
    }

    @Override
    public String toString() {
        return "off " + listed();
    }
}
