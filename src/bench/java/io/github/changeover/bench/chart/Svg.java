package io.github.changeover.bench.chart;

import java.util.Locale;

/** Writes the elements of an SVG image. It has a title and a description for readers who do not see it. */
final class Svg {
    static final int SMALL = 12, LARGE = 15;
    private final Theme theme;
    private final StringBuilder text = new StringBuilder();

    Svg(Theme theme, int width, int height, String title, String description) {
        this.theme = theme;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" role=\"img\" aria-labelledby=\"title description\""
                + " font-family=\"system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif\">", width, height);
        add("<title id=\"title\">%s</title>", escape(title));
        add("<desc id=\"description\">%s</desc>", escape(description));
        rectangle(0, 0, width, height, theme.background());
        text(16, 26, title, LARGE, theme.text(), "start", true);
    }

    Theme theme() {
        return theme;
    }

    void rectangle(double x, double y, double width, double height, String color) {
        add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>", x, y, width, height, color);
    }

    void line(double fromX, double fromY, double toX, double toY) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", fromX, fromY, toX, toY, theme.line());
    }

    /** @param points the coordinates, in the form of SVG */
    void curve(String points, String color, boolean dashed) {
        add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>", points, color, dashed ? " stroke-dasharray=\"6 4\"" : "");
    }

    void point(double x, double y, String color) {
        add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>", x, y, color);
    }

    /** @param anchor start, middle or end */
    void text(double x, double y, String content, int size, String color, String anchor, boolean bold) {
        add("<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\"%s>%s</text>", x, y, size, color, anchor, bold ? " font-weight=\"600\"" : "", escape(content));
    }

    @Override
    public String toString() {
        return text + "</svg>\n";
    }

    private void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escape(String content) {
        return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
