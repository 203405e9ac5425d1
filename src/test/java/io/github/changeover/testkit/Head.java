package io.github.changeover.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * The head of an HTTP/1 response. Immutable.
 *
 * @param raw        the head exactly as sent, including the empty line
 * @param statusLine without its CRLF
 * @param status     the status code
 * @param fields     all field lines, in order
 */
public record Head(String raw, String statusLine, int status, List<Field> fields) {

    /** A field line: the name as sent, and the value without white space at both ends. */
    public record Field(String name, String value) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    /**
     * Parses a head that ends with the empty line.
     * @throws AssertionError if this is not the head of an HTTP/1 response
     */
    static Head parse(String raw) {
        String[] lines = raw.substring(0, raw.length() - 4).split("\r\n", -1);
        if (!lines[0].matches("HTTP/1\\.[01] \\d{3}( .*)?")) {
            throw new AssertionError("not a status line: " + lines[0]);
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0) {
                throw new AssertionError("not a field line: " + lines[i]);
            }
            fields.add(new Field(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
        }
        return new Head(raw, lines[0], Integer.parseInt(lines[0].substring(9, 12)), List.copyOf(fields));
    }

    /** Returns the values of all lines of this name, in order. The name is case-insensitive. */
    public List<String> all(String name) {
        return fields.stream().filter(field -> field.name.equalsIgnoreCase(name)).map(Field::value).toList();
    }

    /**
     * Returns the value of the only line of this name; null if there is none.
     * @throws AssertionError if there are several
     */
    public String only(String name) {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw new AssertionError(values.size() + " lines of " + name + ": " + values);
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** Returns whether there is a line of this name. */
    public boolean has(String name) {
        return !all(name).isEmpty();
    }

    @Override
    public String toString() {
        return raw;
    }
}
