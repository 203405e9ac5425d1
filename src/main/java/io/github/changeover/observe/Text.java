package io.github.changeover.observe;

import io.github.changeover.negotiation.Printable;

/** Converts text from a peer or a program to bounded, printable ASCII. */
final class Text {
    private static final int LONGEST = 240;

    private Text() {
    }

    static String shown(String text) {
        return text == null ? "" : Printable.of(text, LONGEST);
    }
}
