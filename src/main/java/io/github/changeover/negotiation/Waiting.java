package io.github.changeover.negotiation;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/** Stands in a rule that offers nothing so far ({@link PathRule#waits}): it is no candidate, and in no list. */
final class Waiting implements UpgradeProtocol {
    static final UpgradeProtocol INSTANCE = new Waiting();

    private Waiting() {
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of();
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return new Decision.Ignore("nothing is offered");
    }
}
