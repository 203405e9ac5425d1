package io.github.changeover.spi;

import java.util.Optional;

/**
 * A check that every candidate of a path must pass before its protocol decides. Applications implement it. Called on the thread of the request. Implementations must be
 * thread-safe. If it throws, the request is rejected with 500.
 */
@FunctionalInterface
public interface Gate {
    /** Returns the refusal, or empty if the candidate passes. */
    Optional<Decision.Refuse> check(UpgradeRequest request, ProtocolToken candidate);
}
