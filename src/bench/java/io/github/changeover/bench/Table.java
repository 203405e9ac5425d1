package io.github.changeover.bench;

import java.util.List;
import java.util.Locale;

/** A table in Markdown, and the form of its numbers. */
final class Table {
    static final String NONE = "-";

    private Table() {
    }

    static String head(List<String> titles) {
        return "| " + String.join(" | ", titles) + " |\n|---" + "|--:".repeat(titles.size() - 1) + "|\n";
    }

    static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    static String micros(double micros) {
        return String.format(Locale.ROOT, micros < 10 ? "%.2f" : micros < 100 ? "%.1f" : "%,.0f", micros);
    }

    /** Returns the median, and the minimum and the maximum in parentheses. */
    static String range(Measured measured) {
        return micros(measured.micros()) + " (" + micros(measured.least()) + " to " + micros(measured.most()) + ")";
    }
}
