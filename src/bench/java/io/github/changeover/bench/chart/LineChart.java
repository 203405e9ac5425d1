package io.github.changeover.bench.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Curves over common positions, each with its name at its end.
 *
 * @param positions the names of the positions
 * @param places where the positions are, from 0 to 1
 * @param logarithmic whether the values have a logarithmic scale, from a power of ten to a power of ten
 */
public record LineChart(String title, String description, String unit, List<String> positions, List<Double> places, List<Series> series, boolean logarithmic) implements Chart {
    private static final int WIDTH = 880, HEIGHT = 400, LEFT = 64, RIGHT = 600, TOP = 66, BOTTOM = 360, APART = 16;

    /**
     * A curve.
     *
     * @param color index of its color
     * @param label the text at its end
     */
    public record Series(String label, int color, boolean dashed, List<Double> values) {
        private double last() {
            return values.get(values.size() - 1);
        }
    }

    @Override
    public String svg(Theme theme) {
        Svg svg = new Svg(theme, WIDTH, HEIGHT, title, description);
        svg.text(16, 50, unit, Svg.SMALL, theme.muted(), "start", false);
        for (double mark : marks()) {
            svg.line(LEFT, y(mark), RIGHT, y(mark));
            svg.text(LEFT - 8, y(mark) + 4, String.format(Locale.ROOT, "%,.0f", mark), Svg.SMALL, theme.muted(), "end", false);
        }
        for (int i = 0; i < positions.size(); i++) svg.text(x(i), BOTTOM + 20, positions.get(i), Svg.SMALL, theme.muted(), "middle", false);
        for (Series each : series) curve(svg, each);
        labels(svg);
        return svg.toString();
    }

    private void curve(Svg svg, Series each) {
        List<String> points = new ArrayList<>();
        for (int i = 0; i < each.values.size(); i++) points.add(String.format(Locale.ROOT, "%.1f,%.1f", x(i), y(each.values.get(i))));
        svg.curve(String.join(" ", points), svg.theme().series(each.color), each.dashed);
        for (int i = 0; i < each.values.size(); i++) svg.point(x(i), y(each.values.get(i)), svg.theme().series(each.color));
    }

    /** Writes the names beside the last points, from the bottom up, and moves a name up that would cover the one below it. */
    private void labels(Svg svg) {
        double free = BOTTOM;
        for (Series each : series.stream().sorted(Comparator.comparingDouble(Series::last)).toList()) {
            double y = Math.min(y(each.last()), free);
            svg.line(RIGHT + 5, y(each.last()), RIGHT + 18, y);
            svg.text(RIGHT + 22, y + 4, each.label, Svg.SMALL, svg.theme().text(), "start", each.color == 0);
            free = y - APART;
        }
    }

    private double x(int position) {
        return LEFT + 12 + places.get(position) * (RIGHT - LEFT - 12);
    }

    private double y(double value) {
        List<Double> marks = marks();
        double least = marks.get(0), most = marks.get(marks.size() - 1);
        double share = logarithmic ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least);
        return BOTTOM - Math.max(0, share) * (BOTTOM - TOP);
    }

    /** Returns the values of the horizontal lines: powers of ten, or about five round values from 0. */
    private List<Double> marks() {
        double most = series.stream().flatMap(each -> each.values.stream()).mapToDouble(Double::doubleValue).max().orElse(1);
        double least = series.stream().flatMap(each -> each.values.stream()).mapToDouble(Double::doubleValue).min().orElse(0);
        List<Double> marks = new ArrayList<>();
        if (logarithmic) {
            int from = (int) Math.floor(Math.log10(Math.max(least, 1)));
            int to = Math.max(from + 1, (int) Math.ceil(Math.log10(most)));
            for (int power = from; power <= to; power++) marks.add(Math.pow(10, power));
            return marks;
        }
        double step = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1) / 2)));
        if (most / step > 10) step *= 5;
        else if (most / step > 5) step *= 2;
        for (double mark = 0; mark < most + step; mark += step) marks.add(mark);
        return marks;
    }
}
