package io.github.changeover.management;

import io.github.changeover.negotiation.Printable;

/** Converts text from a peer or a program to bounded, printable ASCII. */
final class DisplayText {
    private static final int LONGEST = 240;

    private DisplayText() {
    }

    static String shown(String text) {
        return text == null ? "" : Printable.of(text, LONGEST);
    }
}
