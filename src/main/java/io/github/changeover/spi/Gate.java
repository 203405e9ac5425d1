package io.github.changeover.spi;

import java.util.Optional;

/**
 * A check that every candidate of a path must pass before its protocol is asked, on the request's thread. Thread-safe. What it
 * throws is answered 500.
 */
@FunctionalInterface
public interface Gate {
    /** The refusal, or empty to let the candidate pass. */
    Optional<Decision.Refuse> check(UpgradeRequest request, ProtocolToken candidate);
}
