package io.github.changeover.servlet.capture;

import io.github.changeover.spi.OriginalResponse;

/** The result of running the application with a {@link CapturedResponse}. */
public sealed interface CaptureOutcome {
    /** The response is complete, and no byte of it was sent. */
    record Complete(OriginalResponse response) implements CaptureOutcome {
    }

    /**
     * The response was sent, or is being sent, as ordinary HTTP. The connection can no longer switch.
     *
     * @param reason a part of a sentence, such as {@code the response is longer than 65536 bytes}
     */
    record PassedThrough(String reason) implements CaptureOutcome {
    }

    /**
     * The response cannot be captured completely and must not be sent as ordinary HTTP. No byte of it was sent, and it is discarded.
     *
     * @param reason a part of a sentence
     */
    record Discarded(String reason) implements CaptureOutcome {
    }
}
