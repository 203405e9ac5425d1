package io.github.changeover.forwarded;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.http.ListMembers;
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
    private ForwardedField() {
    }

    /**
     * Returns the elements in order. An element is empty if it has no usable information. The result is empty if any part of the line is
     * malformed.
     */
    static Optional<List<Optional<ForwardedElement>>> parse(String line) {
        List<Optional<ForwardedElement>> elements = new ArrayList<>();
        for (ListMembers members = ListMembers.withQuotedStrings(List.of(line)); members.next(); ) {
            if (members.isEmpty()) continue;
            FieldScanner scanner = members.scanner();
            Optional<Map<String, String>> pairs = pairs(scanner);
            if (pairs.isEmpty() || !scanner.atEnd()) return Optional.empty();
            elements.add(element(pairs.get()));
        }
        return Optional.of(elements);
    }

    private static Optional<ForwardedElement> element(Map<String, String> pairs) {
        Optional<InetSocketAddress> client = Optional.ofNullable(pairs.get("for")).flatMap(ForwardedElement::node);
        boolean empty = pairs.containsKey("for") ? client.isEmpty() : !pairs.containsKey("proto") && !pairs.containsKey("host");
        return empty ? Optional.empty()
                : Optional.of(new ForwardedElement(client, Optional.ofNullable(pairs.get("proto")).flatMap(ForwardedElement::scheme), Optional.ofNullable(pairs.get("host")), OptionalInt.empty()));
    }

    /** Returns the pairs of one element. The result is empty if the element is malformed or a name occurs twice. White space is not allowed. */
    private static Optional<Map<String, String>> pairs(FieldScanner scanner) {
        Map<String, String> pairs = new HashMap<>();
        do {
            if (scanner.atEnd() || scanner.isAt(';')) continue;     // [ forwarded-pair ]: may be empty
            Optional<String> name = scanner.token();
            if (name.isEmpty() || !scanner.skip('=')) return Optional.empty();
            Optional<String> value = scanner.tokenOrQuotedString();
            if (value.isEmpty() || pairs.put(name.get().toLowerCase(Locale.ROOT), value.get()) != null) return Optional.empty();
        } while (scanner.skip(';'));
        return Optional.of(pairs);
    }
}
