package io.github.changeover.negotiation;

/** Text of a peer made fit for a log line, or a page: printable ASCII, bounded. */
public final class Printable {
    private static final int LONGEST = 80;

    private Printable() {
    }

    /** The text with everything but printable ASCII shown as {@code ?}, at most 80 characters. */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** The same within another bound. */
    public static String of(String text, int longest) {
        int length = Math.min(text.length(), longest);
        StringBuilder shown = new StringBuilder(length + 3);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            shown.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return text.length() > longest ? shown.append("...").toString() : shown.toString();
    }
}
