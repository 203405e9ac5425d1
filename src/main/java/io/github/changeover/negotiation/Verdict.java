package io.github.changeover.negotiation;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a negotiation: what the server does with a request. RFC 9110 sections 7.8 and 15.5.22.
 *
 * <pre>
 * HTTP/1.1 426 Upgrade Required
 * Connection: Upgrade  Upgrade: foo/2, example/1          decision Refuse(426), upgradeList [foo/2, example/1]
 * </pre>
 *
 * @param decision          switch, ignore (ordinary HTTP continues) or refuse
 * @param protocol          the protocol that switches, or the candidate protocol whose request was refused
 * @param token             the offered token that the protocol was called with, in the protocol's own spelling
 * @param closeAfterRefusal whether the response, including a response of the application, must contain {@code Connection: close}
 * @param upgradeList       the protocols that the response lists in {@code Upgrade} (with {@code Connection: Upgrade}), most preferred
 *                          first; empty for no such field. A 101 lists the layers of the switch instead
 * @param required          whether the rule of the path forbids an HTTP response to this request: the rule is set to required, and the
 *                          request does not already arrive over one of its protocols
 * @param explanation       the reason
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
     * Returns the refusal of a request whose switch was decided but is not possible, if its path is {@link #required}: the application must
     * not respond to the request over HTTP. On any other path the result is empty, and the application responds.
     *
     * @param status 426 if the application has not seen the request, otherwise 500
     * @param reason why the switch is not possible, as part of a sentence
     */
    public Optional<Decision.Refuse> insteadOfHttp(int status, String reason) {
        if (!required) return Optional.empty();
        String rule = explanation.rule().map(Object::toString).orElse("");
        return Optional.of(new Decision.Refuse(status, "This resource requires a protocol upgrade, but the response to this request cannot be sent over the new protocol ("
                + reason + "): upgrade with another request, such as OPTIONS, and send this request over the new protocol. (The rule for " + rule + " is set to required.)"));
    }
}
