package io.github.changeover.http;

/** Converts text from a peer to bounded, printable ASCII for a log line or a page. */
public final class PrintableText {
    /** The limit in characters for a text that is the main content of a page or of an event. */
    public static final int LONG = 240;
    private static final int LONGEST = 80;

    private PrintableText() {
    }

    /** Replaces every character that is not printable ASCII with {@code ?} and limits the text to 80 characters. */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** Works like {@link #of(String)}, with another limit. A longer text is cut, and {@code ...} is added as three more characters. */
    public static String of(String text, int longest) {
        int length = Math.min(text.length(), longest);
        if (length == text.length() && isPrintable(text)) return text;
        StringBuilder shown = new StringBuilder(length + 3);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            shown.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return text.length() > longest ? shown.append("...").toString() : shown.toString();
    }

    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7f) return false;
        }
        return true;
    }
}
