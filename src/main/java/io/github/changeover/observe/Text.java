package io.github.changeover.observe;

import io.github.changeover.negotiation.Printable;

/** Text of a peer or a program made fit for eyes: printable ASCII, bounded. */
final class Text {
    private static final int LONGEST = 240;

    private Text() {
    }

    static String shown(String text) {
        return text == null ? "" : Printable.of(text, LONGEST);
    }
}
