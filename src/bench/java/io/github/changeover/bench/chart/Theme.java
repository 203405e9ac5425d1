package io.github.changeover.bench.chart;

import java.util.List;

/** The colors of a chart on a light or on a dark page. */
public enum Theme {
    LIGHT("", "#ffffff", "#1f2328", "#59636e", "#d1d9e0", List.of("#0969da", "#bc4c00", "#8250df", "#1a7f37", "#6e7781", "#1b7c83", "#9a6700")),
    DARK("-dark", "#0d1117", "#f0f6fc", "#9198a1", "#3d444d", List.of("#58a6ff", "#f0883e", "#bc8cff", "#3fb950", "#8b949e", "#39c5cf", "#d29922"));

    private final String suffix;
    private final String background;
    private final String text;
    private final String muted;
    private final String line;
    private final List<String> series;

    Theme(String suffix, String background, String text, String muted, String line, List<String> series) {
        this.suffix = suffix;
        this.background = background;
        this.text = text;
        this.muted = muted;
        this.line = line;
        this.series = series;
    }

    /** Returns what the name of a chart's file ends with, before its extension. */
    public String suffix() {
        return suffix;
    }

    String background() {
        return background;
    }

    String text() {
        return text;
    }

    String muted() {
        return muted;
    }

    String line() {
        return line;
    }

    String series(int index) {
        return series.get(index % series.size());
    }
}
