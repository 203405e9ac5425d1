package io.github.changeover.servlet;

import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.UpgradeRequest;
import java.time.Duration;

/**
 * A request that was negotiated about.
 *
 * @param request as the application's filters left it
 * @param verdict what is to be done with it
 * @param took    the negotiation's time
 */
record Considered(UpgradeRequest request, Verdict verdict, Duration took) {
}
