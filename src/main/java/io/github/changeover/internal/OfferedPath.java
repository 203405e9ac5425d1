package io.github.changeover.internal;

import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.ArrayList;
import java.util.List;

/**
 * The current offer of one path. Immutable.
 *
 * @param template      the template of the paths
 * @param protocols     the supported protocols; may be empty until the first is offered
 * @param gates         the checks, in order
 * @param roles         the user needs one of these roles; empty if no role is needed
 * @param serverOrder   whether the order of the server decides, not the order of the client
 * @param required      whether a request that is not upgraded is rejected with 426
 * @param advertised    whether ordinary responses list the protocols
 * @param closeOnRefuse whether the connection is closed after an offer that was not accepted
 */
public record OfferedPath(String template, List<UpgradeProtocol> protocols, List<Gate> gates, List<String> roles,
                          boolean serverOrder, boolean required, boolean advertised, boolean closeOnRefuse) {
    public OfferedPath {
        protocols = List.copyOf(protocols);
        gates = List.copyOf(gates);
        roles = List.copyOf(roles);
    }

    static OfferedPath of(String template) {
        return new OfferedPath(template, List.of(), List.of(), List.of(), false, false, false, false);
    }

    public OfferedPath withProtocols(List<UpgradeProtocol> more) {
        return new OfferedPath(template, both(protocols, more), gates, roles, serverOrder, required, advertised, closeOnRefuse);
    }

    public OfferedPath withGate(Gate more) {
        return new OfferedPath(template, protocols, both(gates, List.of(more)), roles, serverOrder, required, advertised, closeOnRefuse);
    }

    public OfferedPath withRoles(List<String> more) {
        return new OfferedPath(template, protocols, gates, both(roles, more), serverOrder, required, advertised, closeOnRefuse);
    }

    public OfferedPath inServerOrder() {
        return new OfferedPath(template, protocols, gates, roles, true, required, advertised, closeOnRefuse);
    }

    public OfferedPath asRequired() {
        return new OfferedPath(template, protocols, gates, roles, serverOrder, true, advertised, closeOnRefuse);
    }

    public OfferedPath asAdvertised() {
        return new OfferedPath(template, protocols, gates, roles, serverOrder, required, true, closeOnRefuse);
    }

    public OfferedPath closingOnRefuse() {
        return new OfferedPath(template, protocols, gates, roles, serverOrder, required, advertised, true);
    }

    private static <T> List<T> both(List<T> before, List<T> more) {
        List<T> all = new ArrayList<>(before);
        all.addAll(more);
        return all;
    }
}
