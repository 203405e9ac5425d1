package io.github.changeover.websocket;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A comma-separated list that may stand on several field lines: RFC 9110 sections 5.3 and 5.6.1.
 *
 * <pre>
 * Sec-WebSocket-Protocol: chat, , superchat
 * Sec-WebSocket-Protocol: v1.echo              members chat, superchat, v1.echo
 * </pre>
 *
 * <p>RFC 6455 writes both of its lists as {@code 1#element}: empty members are tolerated, a field without any other is
 * malformed, and so is the whole field when one member is.
 */
public sealed interface FieldList<T> {
    /** More members than this, empty ones counted, are malformed. */
    int MAX_MEMBERS = 64;
    /** More octets than this, all lines together, are malformed. */
    int MAX_OCTETS = 8192;

    /** The members in order; none when there is no such field. */
    record Members<T>(List<T> members) implements FieldList<T> {
        public Members {
            members = List.copyOf(members);
        }
    }

    /** Not what the RFC says; {@code reason} is a sentence for the client and holds nothing the client wrote. */
    record Malformed<T>(String reason) implements FieldList<T> {
        public Malformed {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Reads the values of all lines of a field, in time linear in their length.
     *
     * @param name   the field's, for the sentence
     * @param form   what a member is, for the sentence
     * @param member reads one member that is not empty; empty when it is malformed
     */
    static <T> FieldList<T> read(String name, String form, List<String> lines, Function<FieldScanner, Optional<T>> member) {
        if (lines.isEmpty()) return new Members<>(List.of());
        if (lines.stream().mapToLong(String::length).sum() + lines.size() > MAX_OCTETS) {
            return new Malformed<>(name + " is too long: send at most " + MAX_OCTETS + " octets.");
        }
        List<T> members = new ArrayList<>(4);
        int count = 0;
        for (String line : lines) {
            FieldScanner scanner = new FieldScanner(line);
            do {
                if (++count > MAX_MEMBERS) return new Malformed<>(name + " has too many list members: send at most " + MAX_MEMBERS + ".");
                scanner.skipBlanks();
                if (scanner.atEnd() || scanner.sees(',')) continue;
                Optional<T> read = member.apply(scanner);
                if (read.isEmpty()) return new Malformed<>(name + " is malformed: send " + form + ".");
                members.add(read.get());
                scanner.skipBlanks();
            } while (scanner.take(','));
            if (!scanner.atEnd()) return new Malformed<>(name + " is malformed: send " + form + ".");
        }
        return members.isEmpty() ? new Malformed<>(name + " is empty: send " + form + ", or leave the field out.") : new Members<>(members);
    }
}
