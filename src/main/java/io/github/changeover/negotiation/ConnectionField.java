package io.github.changeover.negotiation;

import io.github.changeover.spi.ProtocolToken;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The {@code Connection} field of a message: RFC 9110 section 7.6.1.
 *
 * <pre>
 * Connection: keep-alive, Upgrade
 * Connection: HTTP2-Settings        options keep-alive, upgrade, http2-settings
 * </pre>
 *
 * <p>Options are compared without regard to case and as wholes: {@code no-upgrade} is not {@code upgrade}. What is no
 * token is skipped. An option may name a field that concerns this hop only and is not passed on.
 */
public final class ConnectionField {
    private static final ConnectionField ABSENT = new ConnectionField(Set.of());
    private final Set<String> options;

    private ConnectionField(Set<String> options) {
        this.options = options;
    }

    /** Reads the values of all {@code Connection} lines. Throws for no content of theirs. */
    public static ConnectionField parse(List<String> lines) {
        if (lines.isEmpty()) return ABSENT;
        Set<String> options = new LinkedHashSet<>(8);
        for (ListMembers members = new ListMembers(lines); members.next(); ) {
            if (members.isEmpty()) continue;
            String option = members.text();
            if (isToken(option)) options.add(option.toLowerCase(Locale.ROOT));
        }
        return new ConnectionField(Collections.unmodifiableSet(options));
    }

    /** Whether the option, which is a token, is in these lines. */
    public static boolean has(List<String> lines, String option) {
        for (ListMembers members = new ListMembers(lines); members.next(); ) {
            if (members.is(option)) return true;
        }
        return false;
    }

    /** The options in lower case, in order, each once. */
    public Set<String> options() {
        return options;
    }

    /** A protocol without a version is a token, and the other way round. */
    private static boolean isToken(String text) {
        return text.indexOf('/') < 0 && ProtocolToken.parse(text).isPresent();
    }

    @Override
    public String toString() {
        return String.join(", ", options);
    }
}
