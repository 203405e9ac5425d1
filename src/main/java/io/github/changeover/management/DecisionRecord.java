package io.github.changeover.management;

import io.github.changeover.negotiation.Explanation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A recorded decision on a request that offered a protocol, or whose path requires an upgrade.
 *
 * @param number      the sequence number within the application, from 1
 * @param when        when the decision was made
 * @param took        the duration of the negotiation
 * @param remote      the client's address and port
 * @param explanation the reason; contains no secrets
 * @param response      the head of the response; empty until the response is known
 */
public record DecisionRecord(long number, Instant when, Duration took, String remote, Explanation explanation, Optional<ResponseSummary> response) {
}
