package io.github.changeover.observe;

import io.github.changeover.negotiation.Explanation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A decision on a request that offered something, or had to.
 *
 * @param number      counts up from 1 within the application
 * @param when        it was made
 * @param took        the negotiation
 * @param remote      the client's address and port
 * @param explanation why; nothing in it is secret
 * @param answer      the head of the answer; empty while the application is at it
 */
public record Decided(long number, Instant when, Duration took, String remote, Explanation explanation, Optional<AnswerHead> answer) {
}
