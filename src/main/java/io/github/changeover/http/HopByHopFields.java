package io.github.changeover.http;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Header fields that apply to one connection only and are never forwarded (RFC 9110 section 7.6.1, RFC 9113 section 8.2.2). */
public final class HopByHopFields {
    /** In lower case. */
    private static final Set<String> NAMES = Set.of("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "http2-settings");
    /** Fields that the message needs: {@code Connection} must not name them (RFC 9110 section 7.6.1). */
    private static final Set<String> NEVER_HOP_BY_HOP = Set.of("host", "content-length");

    private HopByHopFields() {
    }

    /** Returns whether the field is one of these in every message. Ignores case. */
    public static boolean contains(String name) {
        return NAMES.contains(name.toLowerCase(Locale.ROOT));
    }

    /**
     * Returns the fields of one message that must not be forwarded: these and those that its {@code Connection} lines name, except
     * {@code Host} and {@code Content-Length}. The names are in lower case.
     */
    public static Set<String> of(List<String> connectionLines) {
        if (connectionLines.isEmpty()) return NAMES;
        Set<String> names = new HashSet<>(ConnectionField.parse(connectionLines).options());
        names.removeAll(NEVER_HOP_BY_HOP);
        names.addAll(NAMES);
        return names;
    }
}
