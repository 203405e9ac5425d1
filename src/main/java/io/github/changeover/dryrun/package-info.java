/**
 * A dry run: evaluates a typed request against the rules of an application and shows the response as bytes. The connection is not
 * switched and no handler is created. This package does not depend on a container.
 *
 * <p>Read it in this order: {@link io.github.changeover.dryrun.TypedRequest} (the typed request), {@link io.github.changeover.dryrun.DryRun}
 * (the result of the dry run), {@link io.github.changeover.dryrun.DryRunResponse} (the response).
 */
package io.github.changeover.dryrun;
