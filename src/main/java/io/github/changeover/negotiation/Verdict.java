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
 * @param token             the offered token it was asked for, as the client wrote it
 * @param closeAfterRefusal whether the answer, the application's as well, is to say {@code Connection: close}
 * @param upgradeList       what the answer lists in {@code Upgrade} (with {@code Connection: Upgrade}), most preferred
 *                          first; empty for no such field. The 101 lists the switch's layers instead
 * @param explanation       why
 */
public record Verdict(Decision decision, Optional<UpgradeProtocol> protocol, Optional<ProtocolToken> token,
                      boolean closeAfterRefusal, List<ProtocolToken> upgradeList, Explanation explanation) {
    public Verdict {
        Objects.requireNonNull(decision, "decision");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(explanation, "explanation");
        upgradeList = List.copyOf(upgradeList);
    }
}
