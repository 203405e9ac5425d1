package io.github.changeover.spi;

import io.github.changeover.http.PrintableText;
import io.github.changeover.http.Token;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * HTTP field lines in their order (RFC 9110 section 5). Names are case-insensitive.
 *
 * <p>A name that is not a token is rejected with an {@link IllegalArgumentException}, and so is a value with CR, LF, NUL,
 * another control character except the tab, or a character above U+00FF. So a field line cannot split a message (RFC 9110
 * section 5.5, RFC 9112 section 11.1).
 */
public final class Fields implements Iterable<Fields.Line> {
    /**
     * One field line.
     * @param name  a token, as written
     * @param value without line breaks; may be empty
     */
    public record Line(String name, String value) {
        /** @throws IllegalArgumentException if the name or the value is not valid */
        public Line {
            Objects.requireNonNull(value, "value");
            if (!Token.isToken(name)) {
                throw new IllegalArgumentException("Not a field name (RFC 9110 token): '" + PrintableText.of(name) + "'");
            }
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c < 0x20 && c != '\t' || c == 0x7f || c > 0xff) {
                    throw new IllegalArgumentException("The value of field " + name
                            + " contains a character that is not allowed in a field value (RFC 9110 section 5.5): '"
                            + PrintableText.of(value) + "'");
                }
            }
        }
    }

    private static final Fields NONE = new Fields(List.of());
    private final List<Line> lines;

    private Fields(List<Line> lines) {
        this.lines = lines;
    }

    /** Returns no field lines. */
    public static Fields none() {
        return NONE;
    }

    /**
     * Creates field lines from alternating names and values: {@code Fields.of("Retry-After", "5", "Vary", "Upgrade")}.
     * @throws IllegalArgumentException if a value is missing, or a name or a value is not valid
     */
    public static Fields of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("Names and values must alternate: a value is missing for " + namesAndValues[namesAndValues.length - 1]);
        }
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            lines.add(new Line(namesAndValues[i], namesAndValues[i + 1]));
        }
        return of(lines);
    }

    /** Returns these field lines, in this order. The list is copied. */
    public static Fields of(List<Line> lines) {
        return lines.isEmpty() ? NONE : new Fields(List.copyOf(lines));
    }

    /**
     * Returns these lines and one more at the end.
     * @throws IllegalArgumentException if the name or the value is not valid
     */
    public Fields with(String name, String value) {
        List<Line> more = new ArrayList<>(lines);
        more.add(new Line(name, value));
        return of(more);
    }

    /** Returns these lines without those of this name. */
    public Fields without(String name) {
        return of(lines.stream().filter(line -> !line.name().equalsIgnoreCase(name)).toList());
    }

    /** Returns the values of all lines of this name, in order; empty if there is none. */
    public List<String> values(String name) {
        String first = null;
        List<String> values = null;      // null for at most one line
        for (Line line : lines) {
            if (!line.name().equalsIgnoreCase(name)) continue;
            if (first == null) {
                first = line.value();
                continue;
            }
            if (values == null) {
                values = new ArrayList<>(4);
                values.add(first);
            }
            values.add(line.value());
        }
        if (values != null) return Collections.unmodifiableList(values);
        return first == null ? List.of() : List.of(first);
    }

    /** Returns the value of the first line of this name. */
    public Optional<String> first(String name) {
        for (Line line : lines) {
            if (line.name().equalsIgnoreCase(name)) return Optional.of(line.value());
        }
        return Optional.empty();
    }

    /** Returns whether there is a line of this name. */
    public boolean contains(String name) {
        for (Line line : lines) {
            if (line.name().equalsIgnoreCase(name)) return true;
        }
        return false;
    }

    /** Returns all lines, in order. The list cannot be changed. */
    public List<Line> lines() {
        return lines;
    }

    @Override
    public Iterator<Line> iterator() {
        return lines.iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fields that && lines.equals(that.lines);
    }

    @Override
    public int hashCode() {
        return lines.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.name()).append(": ").append(line.value()).append('\n'));
        return text.toString();
    }
}
