package io.github.changeover.spring;

import java.util.Comparator;
import java.util.Set;

/** A property starts with {@code changeover} and is not a setting. */
final class UnknownPropertyException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String name, hint;

    /** @param known the properties that exist; empty if the name has no path, which must be in brackets */
    UnknownPropertyException(String name, Set<String> known) {
        super("There is no property " + name + ". " + hint(name, known));
        this.name = name;
        this.hint = hint(name, known);
    }

    String name() {
        return name;
    }

    /** Returns what to do, as sentences. */
    String hint() {
        return hint;
    }

    private static String hint(String name, Set<String> known) {
        if (known.isEmpty()) return "A path is written in brackets, because it has special characters: changeover.path[/lines/{room}].idle, in YAML \"[/lines/{room}]\".";
        String nearest = known.stream().min(Comparator.comparingInt(each -> distance(name, each))).orElseThrow();
        return (distance(name, nearest) <= 3 ? "Did you mean " + nearest + "? " : "") + "The properties are: " + String.join(", ", known) + (name.startsWith("changeover.path[") ? "" : ", and changeover.path[PATH].NAME") + ".";
    }

    /** Returns the number of characters that must be inserted, removed or replaced. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) row[j] = j;
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int above = row[j];
                row[j] = Math.min(Math.min(above, row[j - 1]) + 1, diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[to.length()];
    }
}
