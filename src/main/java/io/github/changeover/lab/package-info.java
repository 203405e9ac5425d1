/**
 * The negotiation lab: it evaluates a typed request against an application's rules and shows the response as bytes. The connection is not
 * switched and no handler is created. This package does not depend on a container.
 *
 * <p>Read it in this order: {@link io.github.changeover.lab.TypedRequest} (the typed request), {@link io.github.changeover.lab.Rehearsal}
 * (the result of the dry run), {@link io.github.changeover.lab.Answer} (the response).
 */
package io.github.changeover.lab;
