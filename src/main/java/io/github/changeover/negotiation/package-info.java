/**
 * The choice of RFC 9110 section 7.8 as pure code: field lines and rules in, a
 * {@link io.github.changeover.negotiation.Verdict verdict} with its reasons out. Nothing here knows a container.
 *
 * <p>Read it in this order: {@link io.github.changeover.negotiation.UpgradeField} and
 * {@link io.github.changeover.negotiation.ConnectionField} (what the client says),
 * {@link io.github.changeover.negotiation.PathRule} and {@link io.github.changeover.negotiation.PathPolicy} (what the
 * application allows), {@link io.github.changeover.negotiation.Negotiator} (the choice).
 *
 * <p>What a peer sends never throws; what a programmer wrote wrongly does, and says what to do.
 */
package io.github.changeover.negotiation;
