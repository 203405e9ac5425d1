package io.github.changeover.negotiation;

import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The protocols that a path supports, and the conditions for a switch. RFC 9110 section 7.8.
 *
 * <pre>
 * PathRule.on("/upgrade-only").offer(foo, example).required(true).build()
 * HTTP/1.1 426 Upgrade Required     Upgrade: foo/2, example/1
 * </pre>
 *
 * @param template      the paths
 * @param protocols     the supported protocols, most preferred first; at least one
 * @param preference    whether the client's or the server's order decides
 * @param required      whether a request that does not switch gets a 426 instead of the application's response
 * @param advertise     whether responses other than a 101 list the protocols in {@code Upgrade}
 * @param closeOnRefuse whether the connection closes after the response to a rejected offer, so that bytes that the client sent too early
 *                      are never parsed as HTTP (RFC 9931)
 * @param roles         the user must have one of these roles; empty for no restriction
 * @param gates         checks that run, in order, before a protocol is called
 */
public record PathRule(PathTemplate template, List<UpgradeProtocol> protocols, Preference preference, boolean required,
                       boolean advertise, boolean closeOnRefuse, Set<String> roles, List<Gate> gates) {

    /** @throws IllegalArgumentException if there is no protocol, or a protocol has no token */
    public PathRule {
        Objects.requireNonNull(template, "template");
        Objects.requireNonNull(preference, "preference");
        protocols = List.copyOf(protocols);
        roles = Set.copyOf(roles);
        gates = List.copyOf(gates);
        if (protocols.isEmpty()) {
            throw new IllegalArgumentException("The rule for " + template + " offers no protocol: add at least one protocol or remove the rule");
        }
        for (UpgradeProtocol protocol : protocols) {
            if (protocol != MissingProtocol.INSTANCE && protocol.tokens().isEmpty()) {
                throw new IllegalArgumentException("The rule for " + template + " offers " + protocol.getClass().getName()
                        + ", whose tokens() is empty: return at least one");
            }
        }
    }

    /** Creates a builder for the paths of this template, such as {@code /echo}, {@code /lines/{room}} or {@code /lines/*}. */
    public static Builder on(String template) {
        return new Builder(PathTemplate.of(template));
    }

    /**
     * Returns whether the rule has no protocol yet. In that case requests are refused with 503 if the rule is required. Otherwise the rule
     * has no effect.
     */
    public boolean hasNoOffer() {
        return protocols.get(0) == MissingProtocol.INSTANCE;
    }

    /** Returns the header fields that only clients of these protocols send: {@link UpgradeProtocol#clientField}. */
    List<String> clientFields() {
        List<String> fields = new ArrayList<>(1);
        for (UpgradeProtocol protocol : protocols) {
            Candidate.callProtocol(protocol, protocol::clientField).filter(field -> !fields.contains(field)).ifPresent(fields::add);
        }
        return fields;
    }

    /** Returns whether this rule can change the response to a request without {@code Upgrade}. */
    boolean concernsRequestsWithoutUpgrade() {
        return required || advertise;
    }

    /** Builds a rule. */
    public static final class Builder {
        private final PathTemplate template;
        private final List<UpgradeProtocol> protocols = new ArrayList<>();
        private Preference preference = Preference.CLIENT;
        private boolean required;
        private boolean advertise;
        private boolean closeOnRefuse;
        private final Set<String> roles = new HashSet<>();
        private final List<Gate> gates = new ArrayList<>();

        private Builder(PathTemplate template) {
            this.template = template;
        }

        /** Adds protocols after those added before. */
        public Builder offer(UpgradeProtocol... more) {
            return offer(List.of(more));
        }

        /** Adds protocols after those added before. */
        public Builder offer(List<? extends UpgradeProtocol> more) {
            protocols.addAll(more);
            return this;
        }

        /** Marks the rule as having no protocol yet. */
        public Builder withoutProtocol() {
            return offer(MissingProtocol.INSTANCE);
        }

        /** Sets whose order decides. The default is the client's order. */
        public Builder preference(Preference whose) {
            preference = whose;
            return this;
        }

        /** Sets whether a request that does not switch gets a 426. */
        public Builder required(boolean whether) {
            required = whether;
            return this;
        }

        /** Sets whether responses other than a 101 list the protocols. */
        public Builder advertise(boolean whether) {
            advertise = whether;
            return this;
        }

        /** Sets whether the connection closes after the response to a rejected offer. */
        public Builder closeOnRefuse(boolean whether) {
            closeOnRefuse = whether;
            return this;
        }

        /** Adds roles. The user must have at least one of all added roles. */
        public Builder roles(String... more) {
            roles.addAll(List.of(more));
            return this;
        }

        /** Adds a gate after those added before. */
        public Builder gate(Gate more) {
            gates.add(more);
            return this;
        }

        /** @throws IllegalArgumentException if there is no protocol, or a protocol has no token */
        public PathRule build() {
            return new PathRule(template, protocols, preference, required, advertise, closeOnRefuse, roles, gates);
        }
    }
}
