package io.github.changeover.http;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The {@code Connection} header field of a message. RFC 9110 section 7.6.1.
 *
 * <pre>
 * Connection: keep-alive, Upgrade
 * Connection: HTTP2-Settings        options keep-alive, upgrade, http2-settings
 * </pre>
 *
 * <p>Options are compared as whole words, ignoring case: {@code no-upgrade} is not {@code upgrade}. A member that is not a valid token is
 * skipped. An option may name a header field that applies to this hop only and must not be forwarded.
 */
public final class ConnectionField {
    private static final ConnectionField ABSENT = new ConnectionField(Set.of());
    private final Set<String> options;

    private ConnectionField(Set<String> options) {
        this.options = options;
    }

    /** Parses the values of all {@code Connection} lines. Does not throw, whatever the lines contain. */
    public static ConnectionField parse(List<String> lines) {
        if (lines.isEmpty()) return ABSENT;
        Set<String> options = new LinkedHashSet<>(8);
        for (ListMembers members = new ListMembers(lines); members.next(); ) {
            if (members.isEmpty()) continue;
            String option = members.text();
            if (Token.isToken(option)) options.add(option.toLowerCase(Locale.ROOT));
        }
        return new ConnectionField(Collections.unmodifiableSet(options));
    }

    /** Returns whether these lines contain the option. The option must be a token. */
    public static boolean has(List<String> lines, String option) {
        for (ListMembers members = new ListMembers(lines); members.next(); ) {
            if (members.is(option)) return true;
        }
        return false;
    }

    /** Returns the options in lower case, in order, without duplicates. */
    public Set<String> options() {
        return options;
    }

    @Override
    public String toString() {
        return String.join(", ", options);
    }
}
