/**
 * The decision of RFC 9110 section 7.8 as pure code. The input is field lines and rules. The output is a
 * {@link io.github.changeover.negotiation.Verdict verdict} with its reasons. This package does not depend on a container.
 *
 * <p>Read it in this order: {@link io.github.changeover.negotiation.UpgradeField} and
 * {@link io.github.changeover.http.ConnectionField} (what the client sends), {@link io.github.changeover.negotiation.PathRule} and
 * {@link io.github.changeover.negotiation.PathPolicy} (what the application allows), {@link io.github.changeover.negotiation.Negotiator}
 * (the decision).
 *
 * <p>Input from a peer never causes an exception. A programming error does, and its message explains how to correct it.
 */
package io.github.changeover.negotiation;
