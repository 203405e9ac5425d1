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
 * <p>Empty members count for nothing, and a field without any other is as if it were not there: devices that cannot be updated send
 * {@code Sec-WebSocket-Protocol} without a value. Members are bounded in number and length.
 */
public sealed interface FieldList<T> {
    /** More members than this, empty ones counted, are malformed. */
    int MAX_MEMBERS = 64;
    /** More bytes than this, all lines together, are malformed. */
    int MAX_OCTETS = 8192;

    /** The members in order; none when there is no such field, or only empty ones. */
    record Members<T>(List<T> members) implements FieldList<T> {
        public Members {
            members = List.copyOf(members);
        }
    }

    /** What a malformed member does to its field. */
    enum OnMalformed {
        /** The field is malformed. */
        REFUSE,
        /** The member is as if it were not there. */
        SKIP
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
     * @param name      the field's, for the sentence
     * @param form      what a member is, for the sentence
     * @param malformed what a malformed member does
     * @param member    reads one member that is not empty; empty when it is malformed
     */
    static <T> FieldList<T> read(String name, String form, List<String> lines, OnMalformed malformed, Function<FieldScanner, Optional<T>> member) {
        if (lines.isEmpty()) return new Members<>(List.of());
        if (lines.stream().mapToLong(String::length).sum() + lines.size() > MAX_OCTETS) {
            return new Malformed<>(name + " is too long: send at most " + MAX_OCTETS + " bytes.");
        }
        List<T> members = new ArrayList<>(4);
        int count = 0;
        FieldScanner scanner = new FieldScanner(lines.size() == 1 ? lines.get(0) : String.join(",", lines));
        do {
            if (++count > MAX_MEMBERS) return new Malformed<>(name + " has too many list members: send at most " + MAX_MEMBERS + ".");
            scanner.skipBlanks();
            if (scanner.atEnd() || scanner.sees(',')) continue;
            int start = scanner.at();
            Optional<T> read = member.apply(scanner);
            scanner.skipBlanks();
            if (read.isPresent() && (scanner.atEnd() || scanner.sees(','))) members.add(read.get());
            else if (malformed == OnMalformed.SKIP) scanner.skipMember(start);
            else return new Malformed<>(name + " is malformed: send " + form + ".");
        } while (scanner.take(','));
        return new Members<>(members);
    }
}
