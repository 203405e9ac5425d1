package io.github.changeover.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A comma-separated list, which may be split over several field lines: RFC 9110 sections 5.3 and 5.6.1.
 *
 * <pre>
 * Sec-WebSocket-Protocol: chat, , superchat
 * Sec-WebSocket-Protocol: v1.echo              members chat, superchat, v1.echo
 * </pre>
 *
 * <p>Empty members are ignored. A field with only empty members is treated as absent, because some devices that cannot be updated send
 * {@code Sec-WebSocket-Protocol} without a value. The number and the length of the members are limited.
 */
public sealed interface FieldList<T> {
    /** A list with more members than this, including empty ones, is malformed. */
    int MAX_MEMBERS = 64;
    /** A list with more bytes than this in all its lines together is malformed. */
    int MAX_BYTES = 8192;

    /** The members in their order; none if the field is absent or has only empty members. */
    record Members<T>(List<T> members) implements FieldList<T> {
        public Members {
            members = List.copyOf(members);
        }
    }

    /** The effect of a malformed member on its field. */
    enum OnMalformed {
        /** The whole field is malformed. */
        REFUSE,
        /** The member is ignored. */
        SKIP
    }

    /** The field violates the RFC. {@code reason} is a sentence for the client and contains no text that the client sent. */
    record Malformed<T>(String reason) implements FieldList<T> {
        public Malformed {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Parses the values of all lines of a field. The time is linear in their length.
     *
     * @param name      the name of the field, for the error message
     * @param form      describes a valid value, for the error message
     * @param malformed the effect of a malformed member
     * @param member    parses one member that is not empty; returns empty if it is malformed
     */
    static <T> FieldList<T> read(String name, String form, List<String> lines, OnMalformed malformed, Function<FieldScanner, Optional<T>> member) {
        if (lines.isEmpty()) return new Members<>(List.of());
        if (ListMembers.length(lines) > MAX_BYTES) return new Malformed<>(name + " is too long: send at most " + MAX_BYTES + " bytes.");
        List<T> parsed = new ArrayList<>(4);
        int count = 0;
        for (ListMembers members = ListMembers.withQuotedStrings(lines); members.next(); ) {
            if (++count > MAX_MEMBERS) return new Malformed<>(name + " has too many list members: send at most " + MAX_MEMBERS + ".");
            if (members.isEmpty()) continue;
            FieldScanner scanner = members.scanner();
            Optional<T> read = member.apply(scanner);
            scanner.skipWhiteSpace();
            if (read.isPresent() && scanner.atEnd()) parsed.add(read.get());
            else if (malformed == OnMalformed.REFUSE) return new Malformed<>(name + " is malformed: send " + form + ".");
        }
        return new Members<>(parsed);
    }
}
