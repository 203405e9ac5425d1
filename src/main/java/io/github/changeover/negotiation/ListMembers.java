package io.github.changeover.negotiation;

import java.util.Iterator;
import java.util.List;

/**
 * Iterates over the members of a comma-separated list that may be split over several field lines (RFC 9110 sections 5.3 and 5.6.1).
 * Optional white space (SP and HTAB only) is removed. Empty members are included.
 *
 * <pre>
 * Upgrade: a_protocol/1, example ,another_protocol/2.2
 * Upgrade: , last/1
 * </pre>
 */
final class ListMembers {
    private final Iterator<String> lines;
    private String line = "";
    private int next = 1;
    private int start;
    private int end;

    ListMembers(List<String> lines) {
        this.lines = lines.iterator();
    }

    /** Moves to the next member. Returns false after the last one. */
    boolean next() {
        if (next > line.length()) {
            if (!lines.hasNext()) return false;
            line = lines.next();
            next = 0;
        }
        int comma = line.indexOf(',', next);
        start = next;
        end = comma < 0 ? line.length() : comma;
        next = end + 1;
        while (start < end && isBlank(line.charAt(start))) start++;
        while (end > start && isBlank(line.charAt(end - 1))) end--;
        return true;
    }

    boolean isEmpty() {
        return start == end;
    }

    /** Returns whether the member equals this token, ignoring case. */
    boolean is(String token) {
        if (end - start != token.length()) return false;
        for (int i = 0; i < token.length(); i++) {
            if (lower(line.charAt(start + i)) != lower(token.charAt(i))) return false;
        }
        return true;
    }

    /** Handles ASCII only, because a token has no other letters. */
    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
    }

    String text() {
        return line.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
