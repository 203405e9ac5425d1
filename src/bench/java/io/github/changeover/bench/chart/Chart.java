package io.github.changeover.bench.chart;

/** A chart as an SVG image. */
public interface Chart {
    /** Returns the text for readers who do not see the image. */
    String description();

    /** Returns the image. */
    String svg(Theme theme);
}
