/**
 * A dry run: evaluates a typed request against the rules of an application and shows the response as bytes. The connection is not
 * switched and no handler is created. This package does not depend on a container.
 *
 * <p>Read it in this order: {@link io.github.changeover.dryrun.TypedRequest} (the typed request), {@link io.github.changeover.dryrun.DryRun}
 * (its result). The response is that of a real request: {@link io.github.changeover.negotiation.UpgradeResponse}.
 */
package io.github.changeover.dryrun;
