package io.github.changeover.servlet;

import io.github.changeover.spi.OriginalResponse;

/** What became of an application's run against a {@link CapturedResponse}. */
sealed interface CaptureOutcome {
    /** The answer is whole, and nothing of it was sent. */
    record Whole(OriginalResponse response) implements CaptureOutcome {
    }

    /**
     * The answer went, or goes, to the client as ordinary HTTP: the connection cannot change any more.
     *
     * @param reason a part of a sentence, such as {@code the response is longer than 65536 octets}
     */
    record PassedThrough(String reason) implements CaptureOutcome {
    }

    /**
     * The answer cannot be captured whole, and must not go as ordinary HTTP: nothing of it was sent, and it is lost.
     *
     * @param reason a part of a sentence
     */
    record Withheld(String reason) implements CaptureOutcome {
    }
}
