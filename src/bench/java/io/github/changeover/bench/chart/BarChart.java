package io.github.changeover.bench.chart;

import java.util.List;

/** Panels in two columns, each with its own scale and a horizontal bar for each value. Shorter is better. */
public record BarChart(String title, String description, List<Panel> panels) implements Chart {
    private static final int WIDTH = 880, TOP = 44, COLUMN = WIDTH / 2, MARGIN = 16, NAMES = 170, NUMBERS = 62;
    private static final int HEAD = 24, BAR = 16, STEP = 22, BELOW = 14;

    /** The bars of one row. */
    public record Panel(String title, List<Bar> bars) {
    }

    /**
     * A bar.
     *
     * @param color index of its color
     * @param label the value as it is printed
     */
    public record Bar(String name, int color, double value, String label) {
    }

    @Override
    public String svg(Theme theme) {
        Svg svg = new Svg(theme, WIDTH, height(), title, description);
        double y = TOP;
        for (int i = 0; i < panels.size(); i += 2) {
            panel(svg, panels.get(i), 0, y);
            if (i + 1 < panels.size()) panel(svg, panels.get(i + 1), COLUMN, y);
            y += height(i);
        }
        return svg.toString();
    }

    private int height() {
        int height = TOP;
        for (int i = 0; i < panels.size(); i += 2) height += height(i);
        return height;
    }

    /** Returns the height of a panel and of the one beside it. */
    private int height(int index) {
        int bars = panels.get(index).bars.size();
        if (index + 1 < panels.size()) bars = Math.max(bars, panels.get(index + 1).bars.size());
        return HEAD + bars * STEP + BELOW;
    }

    private static void panel(Svg svg, Panel panel, double x, double y) {
        svg.text(x + MARGIN, y + 14, panel.title, Svg.SMALL, svg.theme().text(), "start", true);
        double most = panel.bars.stream().mapToDouble(Bar::value).max().orElse(1);
        double left = x + MARGIN + NAMES;
        double space = COLUMN - MARGIN - NAMES - NUMBERS;
        double top = y + HEAD;
        for (Bar bar : panel.bars) {
            double width = Math.max(1, space * bar.value / most);
            svg.text(left - 8, top + BAR - 4, bar.name, Svg.SMALL, svg.theme().muted(), "end", false);
            svg.rectangle(left, top, width, BAR, svg.theme().series(bar.color));
            svg.text(left + width + 5, top + BAR - 4, bar.label, Svg.SMALL, svg.theme().text(), "start", bar.color == 0);
            top += STEP;
        }
    }
}
