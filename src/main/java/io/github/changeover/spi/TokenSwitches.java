package io.github.changeover.spi;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Protocols that an operator has switched off while the application runs. Thread-safe; a change holds for the next
 * negotiation. What is off is not switched to and stands in no 426 and no advertisement.
 *
 * <p>A token ({@code foo/2}) and a name ({@code foo}, every version of it) are switched apart: a token is on again only
 * when neither it nor its name is off.
 */
public final class TokenSwitches {
    private final Set<ProtocolToken> tokens = ConcurrentHashMap.newKeySet();
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    /** Switches one token off. */
    public void off(ProtocolToken token) {
        tokens.add(token);
    }

    /** Undoes {@link #off(ProtocolToken)}. */
    public void on(ProtocolToken token) {
        tokens.remove(token);
    }

    /**
     * Switches every version of a protocol off.
     *
     * @throws IllegalArgumentException when this is no protocol name
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

    /** What is off, sorted: {@code foo/2} for a token, {@code foo/*} for every version of a name. */
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
