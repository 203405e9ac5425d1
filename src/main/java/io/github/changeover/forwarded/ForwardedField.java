package io.github.changeover.forwarded;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Parses one line of {@code Forwarded}. RFC 7239 section 4.
 *
 * <pre>
 * Forwarded: for=192.0.2.43;proto=https, for="[2001:db8::1]:4711";host=example.com
 * </pre>
 */
final class ForwardedField {
    private static final String MARKS = "!#$%&'*+-.^_`|~";
    private final String line;
    private int at;

    private ForwardedField(String line) {
        this.line = line;
    }

    /**
     * Returns the elements in order. An element is empty if it has no usable information. The result is empty if any part of the line is
     * malformed.
     */
    static Optional<List<Optional<ForwardedElement>>> parse(String line) {
        return new ForwardedField(line).elements();
    }

    private Optional<List<Optional<ForwardedElement>>> elements() {
        List<Optional<ForwardedElement>> hops = new ArrayList<>();
        do {
            skipBlanks();
            if (at == line.length() || line.charAt(at) == ',') continue;        // an empty list member
            Optional<Map<String, String>> pairs = pairs();
            if (pairs.isEmpty()) return Optional.empty();
            hops.add(hop(pairs.get()));
            skipBlanks();
        } while (take(','));
        return at == line.length() ? Optional.of(hops) : Optional.empty();
    }

    private static Optional<ForwardedElement> hop(Map<String, String> pairs) {
        Optional<InetSocketAddress> client = Optional.ofNullable(pairs.get("for")).flatMap(ForwardedElement::node);
        boolean empty = pairs.containsKey("for") ? client.isEmpty() : !pairs.containsKey("proto") && !pairs.containsKey("host");
        return empty ? Optional.empty()
                : Optional.of(new ForwardedElement(client, Optional.ofNullable(pairs.get("proto")).flatMap(ForwardedElement::scheme), Optional.ofNullable(pairs.get("host")), OptionalInt.empty()));
    }

    /** Returns the pairs of one element. The result is empty if the element is malformed or a name occurs twice. */
    private Optional<Map<String, String>> pairs() {
        Map<String, String> pairs = new HashMap<>();
        do {
            if (at == line.length() || line.charAt(at) == ';' || line.charAt(at) == ',' || isBlank(line.charAt(at))) continue;     // [ forwarded-pair ]: may be empty
            String name = token();
            if (name.isEmpty() || !take('=')) return Optional.empty();
            Optional<String> value = at < line.length() && line.charAt(at) == '"' ? quoted() : Optional.of(token()).filter(token -> !token.isEmpty());
            if (value.isEmpty() || pairs.put(name.toLowerCase(Locale.ROOT), value.get()) != null) return Optional.empty();
        } while (take(';'));
        return Optional.of(pairs);
    }

    private String token() {
        int start = at;
        while (at < line.length() && isTchar(line.charAt(at))) at++;
        return line.substring(start, at);
    }

    private Optional<String> quoted() {
        StringBuilder said = new StringBuilder();
        for (at++; at < line.length(); ) {
            char c = line.charAt(at++);
            if (c == '"') return Optional.of(said.toString());
            if (c == '\\') {
                if (at == line.length()) return Optional.empty();
                c = line.charAt(at++);
            }
            said.append(c);
        }
        return Optional.empty();
    }

    private boolean take(char c) {
        if (at == line.length() || line.charAt(at) != c) return false;
        at++;
        return true;
    }

    private void skipBlanks() {
        while (at < line.length() && isBlank(line.charAt(at))) at++;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isTchar(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || MARKS.indexOf(c) >= 0;
    }
}
