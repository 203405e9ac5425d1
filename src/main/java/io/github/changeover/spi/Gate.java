package io.github.changeover.spi;

import java.util.Optional;

/**
 * A check that every candidate of a path must pass before its protocol decides. Applications implement this interface.
 * It is called on the thread of the request, and implementations must be thread-safe. If a check throws or returns
 * null, the request is rejected with 500.
 */
@FunctionalInterface
public interface Gate {
    /** Returns the refusal, or empty if the candidate passes. */
    Optional<Decision.Refuse> check(UpgradeRequest request, ProtocolToken candidate);
}
