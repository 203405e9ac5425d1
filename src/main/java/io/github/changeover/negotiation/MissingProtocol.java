package io.github.changeover.negotiation;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/** A placeholder in a rule that has no protocol yet ({@link PathRule#hasNoOffer}). It is never a candidate and is in no list. */
final class MissingProtocol implements UpgradeProtocol {
    static final UpgradeProtocol INSTANCE = new MissingProtocol();

    private MissingProtocol() {
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of();
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return new Decision.Ignore("no protocol is offered");
    }
}
