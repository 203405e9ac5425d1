package io.github.changeover.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The parameters of a part that runs only by hand: {@code name=number}, and {@code write} to replace its section in docs/performance.md. */
final class Parameters {
    private static final String WRITE = "write";
    private final Map<String, Integer> values;
    private boolean write;

    /** @param defaults all names with their default values */
    Parameters(Map<String, Integer> defaults, List<String> words) {
        values = new LinkedHashMap<>(defaults);
        for (String word : words) {
            String[] parts = word.split("=", 2);
            if (word.equals(WRITE)) write = true;
            else if (parts.length == 2 && values.containsKey(parts[0])) values.put(parts[0], Integer.valueOf(parts[1]));
            else throw new IllegalArgumentException(word + " is not a parameter. Use " + WRITE + ", or one of these with a number: " + String.join(", ", values.keySet()));
        }
    }

    int get(String name) {
        return values.get(name);
    }

    boolean write() {
        return write;
    }

    /** Returns the parameters with their values. */
    @Override
    public String toString() {
        return values.entrySet().stream().map(each -> String.format(Locale.ROOT, "%s=%d", each.getKey(), each.getValue())).collect(Collectors.joining(" "));
    }
}
