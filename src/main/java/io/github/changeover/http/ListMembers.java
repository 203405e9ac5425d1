package io.github.changeover.http;

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
public final class ListMembers {
    private final Iterator<String> lines;
    private final boolean quotedStrings;
    private String line = "";
    private int next = 1;
    private int start;
    private int end;
    private int lastQuote = -1;     // of the line; without it, each member would search the rest of the line for a quote

    /** Creates the iterator of a list whose members have no quoted strings: every comma is a separator. */
    public ListMembers(List<String> lines) {
        this(lines, false);
    }

    private ListMembers(List<String> lines, boolean quotedStrings) {
        this.lines = lines.iterator();
        this.quotedStrings = quotedStrings;
    }

    /** Creates the iterator of a list whose members may have quoted strings: a comma in a quoted string is not a separator. */
    public static ListMembers withQuotedStrings(List<String> lines) {
        return new ListMembers(lines.size() > 1 ? List.of(String.join(",", lines)) : lines, true);      // a quoted string may begin in one line and end in another
    }

    /** Returns the length of the lines joined by commas. */
    public static long length(List<String> lines) {
        long length = Math.max(0, lines.size() - 1);
        for (String line : lines) length += line.length();
        return length;
    }

    /** Moves to the next member. Returns false after the last one. */
    public boolean next() {
        if (next > line.length()) {
            if (!lines.hasNext()) return false;
            line = lines.next();
            next = 0;
            if (quotedStrings) lastQuote = line.lastIndexOf('"');
        }
        start = next;
        end = endOfMember();
        next = end + 1;
        while (start < end && FieldScanner.isWhiteSpace(line.charAt(start))) start++;
        while (end > start && FieldScanner.isWhiteSpace(line.charAt(end - 1))) end--;
        return true;
    }

    private int endOfMember() {
        if (start <= lastQuote) return new FieldScanner(line, start, line.length()).endOfMember();
        int comma = line.indexOf(',', start);
        return comma < 0 ? line.length() : comma;
    }

    public boolean isEmpty() {
        return start == end;
    }

    /** Returns whether the member equals this token, ignoring case. */
    public boolean is(String token) {
        if (end - start != token.length()) return false;
        for (int i = 0; i < token.length(); i++) {
            if (Token.lower(line.charAt(start + i)) != Token.lower(token.charAt(i))) return false;
        }
        return true;
    }

    public String text() {
        return line.substring(start, end);
    }

    /** Returns a scanner of this member. */
    public FieldScanner scanner() {
        return new FieldScanner(line, start, end);
    }
}
