package io.github.changeover.negotiation;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be done with a request. RFC 9110 sections 7.8 and 15.5.22.
 *
 * <pre>
 * HTTP/1.1 426 Upgrade Required
 * Connection: Upgrade  Upgrade: foo/2, example/1          decision Refuse(426), upgradeList [foo/2, example/1]
 * </pre>
 *
 * @param decision          switch, ignore (ordinary HTTP goes on) or refuse
 * @param protocol          the protocol that switches, or whose candidacy was refused
 * @param token             the offered token it was asked for, in the spelling of the protocol's own tokens
 * @param closeAfterRefusal whether the answer, the application's as well, is to say {@code Connection: close}
 * @param upgradeList       what the answer lists in {@code Upgrade} (with {@code Connection: Upgrade}), most preferred
 *                          first; empty for no such field. The 101 lists the switch's layers instead
 * @param required          whether the rule of the path forbids an answer over HTTP to this request: it is set to required, and the request
 *                          does not come over one of its protocols already
 * @param explanation       why
 */
public record Verdict(Decision decision, Optional<UpgradeProtocol> protocol, Optional<ProtocolToken> token,
                      boolean closeAfterRefusal, List<ProtocolToken> upgradeList, boolean required, Explanation explanation) {
    public Verdict {
        Objects.requireNonNull(decision, "decision");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(explanation, "explanation");
        upgradeList = List.copyOf(upgradeList);
    }

    /**
     * The refusal of a request that was to switch and cannot, where its path is {@link #required}: the application must not answer it
     * over HTTP. Empty on any other path, where the application answers.
     *
     * @param status 426 while the application has not seen the request, else 500
     * @param reason why it cannot switch, as part of a sentence
     */
    public Optional<Decision.Refuse> insteadOfHttp(int status, String reason) {
        if (!required) return Optional.empty();
        String rule = explanation.rule().map(Object::toString).orElse("");
        return Optional.of(new Decision.Refuse(status, "This resource needs a change of protocol, and the answer to this request cannot be sent over the new protocol ("
                + reason + "): change the protocol with another request, such as OPTIONS, and send this one over it. (The rule for " + rule + " is set to required.)"));
    }
}
