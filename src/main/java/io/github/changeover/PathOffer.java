package io.github.changeover;

import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a program offers on one path; made by {@link Changeover#path}. Fixed once the application has started. */
public final class PathOffer {
    private final Changeover changeover;
    private final String template;
    private final List<UpgradeProtocol> protocols = new ArrayList<>();
    private final List<Gate> gates = new ArrayList<>();
    private final Set<String> roles = new LinkedHashSet<>();
    private boolean serverOrder;
    private boolean required;
    private boolean advertised;
    private boolean closedOnRefusal;

    PathOffer(Changeover changeover, String template) {
        this.changeover = changeover;
        this.template = template;
    }

    /** Offers these protocols, after those before. */
    public PathOffer offer(UpgradeProtocol... more) {
        changeover.mustBeOpen();
        protocols.addAll(List.of(more));
        return this;
    }

    /** Lets the order of {@link #offer} decide, not the client's. */
    public PathOffer serverOrder() {
        changeover.mustBeOpen();
        serverOrder = true;
        return this;
    }

    /** Answers 426 to a request that does not switch. */
    public PathOffer required() {
        changeover.mustBeOpen();
        required = true;
        return this;
    }

    /** Lists the protocols in every ordinary answer of this path. */
    public PathOffer advertise() {
        changeover.mustBeOpen();
        advertised = true;
        return this;
    }

    /** Closes the connection after an offer that was not taken (RFC 9931). */
    public PathOffer closeOnRefuse() {
        changeover.mustBeOpen();
        closedOnRefusal = true;
        return this;
    }

    /** Asks for one of these roles. */
    public PathOffer roles(String... more) {
        changeover.mustBeOpen();
        roles.addAll(List.of(more));
        return this;
    }

    /** Checks with this gate, after those before. */
    public PathOffer gate(Gate more) {
        changeover.mustBeOpen();
        gates.add(more);
        return this;
    }

    public String template() {
        return template;
    }

    public List<UpgradeProtocol> protocols() {
        return List.copyOf(protocols);
    }

    public List<Gate> gates() {
        return List.copyOf(gates);
    }

    public Set<String> roleNames() {
        return Set.copyOf(roles);
    }

    public boolean isServerOrder() {
        return serverOrder;
    }

    public boolean isRequired() {
        return required;
    }

    public boolean isAdvertised() {
        return advertised;
    }

    public boolean isClosedOnRefusal() {
        return closedOnRefusal;
    }
}
