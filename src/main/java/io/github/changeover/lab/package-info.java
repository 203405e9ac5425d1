/**
 * The negotiation lab: a request that nobody sent is held against an application's rules, and the answer is written down as
 * octets. Nothing is switched, no handler is made, and nothing here knows a container.
 *
 * <p>Read it in this order: {@link io.github.changeover.lab.TypedRequest} (what somebody typed),
 * {@link io.github.changeover.lab.Rehearsal} (what would become of it), {@link io.github.changeover.lab.Answer} (as octets).
 */
package io.github.changeover.lab;
