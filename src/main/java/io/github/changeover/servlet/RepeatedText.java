package io.github.changeover.servlet;

import io.github.changeover.spi.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Returns one object for equal texts that many requests contain, because each open connection keeps its request. Shares only names of fields, and values
 * that are the same for many clients and never secret. The tables have a fixed size: a text that is replaced in them is only no longer shared. Thread-safe
 * without a lock, because the objects are immutable.
 */
final class RepeatedText {
    private static final int SLOTS = 256;           // a power of two
    private static final int LONGEST = 256;         // characters
    /** Fields whose values many clients send. */
    private static final List<String> SHARED = List.of("Host", "Connection", "Upgrade", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions", "Origin", "User-Agent",
            "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Pragma", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Via",
            "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Forwarded-Scheme");
    /** Further fields. Their values are not shared. */
    private static final List<String> ONLY_NAMES = List.of("Sec-WebSocket-Key", "Sec-WebSocket-Protocol", "Cookie", "Authorization", "Forwarded", "X-Forwarded-For", "X-Real-IP",
            "X-Request-ID", "Content-Length", "HTTP2-Settings", "Referer", "traceparent", "tracestate");
    /** The names, as written here and in lower case. */
    private static final Map<String, SharedName> NAMES = names();
    private static final Fields.Line[] LINES = new Fields.Line[SLOTS];
    private static final String[] TEXTS = new String[SLOTS];

    private record SharedName(String text, boolean sharesValues) {
    }

    private RepeatedText() {
    }

    private static Map<String, SharedName> names() {
        Map<String, SharedName> names = new HashMap<>();
        for (String name : SHARED) add(names, name, true);
        for (String name : ONLY_NAMES) add(names, name, false);
        return names;
    }

    private static void add(Map<String, SharedName> names, String name, boolean sharesValues) {
        names.put(name, new SharedName(name, sharesValues));
        String lower = name.toLowerCase(Locale.ROOT);
        names.put(lower, new SharedName(lower, sharesValues));
    }

    /**
     * Returns a field line.
     *
     * @throws IllegalArgumentException if the name or the value is not valid
     */
    static Fields.Line line(String name, String value) {
        SharedName shared = NAMES.get(name);
        if (shared == null) return new Fields.Line(name, value);
        if (!shared.sharesValues || value.length() > LONGEST) return new Fields.Line(shared.text, value);
        int slot = slot(31 * name.hashCode() + value.hashCode());
        Fields.Line known = LINES[slot];
        if (known != null && known.value().equals(value) && known.name().equals(name)) return known;
        Fields.Line made = new Fields.Line(shared.text, value);
        LINES[slot] = made;
        return made;
    }

    /** Returns a text that is equal to this one. Null for null. */
    static String text(String value) {
        if (value == null || value.length() > LONGEST) return value;
        int slot = slot(value.hashCode());
        String known = TEXTS[slot];
        if (value.equals(known)) return known;
        TEXTS[slot] = value;
        return value;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 16 ^ hash >>> 8) & SLOTS - 1;
    }
}
