package io.github.changeover.negotiation;

import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What one path offers to change to, and to whom. RFC 9110 section 7.8.
 *
 * <pre>
 * PathRule.on("/upgrade-only").offer(foo, example).required(true).build()
 * HTTP/1.1 426 Upgrade Required     Upgrade: foo/2, example/1
 * </pre>
 *
 * @param template      the paths
 * @param protocols     what is offered, most preferred first; at least one
 * @param preference    whose order decides
 * @param required      whether a request that does not switch is answered 426 instead of by the application
 * @param advertise     whether answers that are no switch list the protocols in {@code Upgrade}
 * @param closeOnRefuse whether the connection closes after the answer to an offer that was not taken, so that octets
 *                      sent too early are never read as HTTP (RFC 9931)
 * @param roles         the user must have one of them; empty for anybody
 * @param gates         checks, in order, before a protocol is asked
 */
public record PathRule(PathTemplate template, List<UpgradeProtocol> protocols, Preference preference, boolean required,
                       boolean advertise, boolean closeOnRefuse, Set<String> roles, List<Gate> gates) {

    /** @throws IllegalArgumentException when no protocol is offered, or one without a token */
    public PathRule {
        Objects.requireNonNull(template, "template");
        Objects.requireNonNull(preference, "preference");
        protocols = List.copyOf(protocols);
        roles = Set.copyOf(roles);
        gates = List.copyOf(gates);
        if (protocols.isEmpty()) {
            throw new IllegalArgumentException("The rule for " + template + " offers nothing: give it at least one protocol, or leave it out");
        }
        for (UpgradeProtocol protocol : protocols) {
            if (protocol != Waiting.INSTANCE && protocol.tokens().isEmpty()) {
                throw new IllegalArgumentException("The rule for " + template + " offers " + protocol.getClass().getName()
                        + ", whose tokens() is empty: name at least one");
            }
        }
    }

    /** A rule for the paths of this template, such as {@code /echo}, {@code /lines/{room}} or {@code /lines/*}. */
    public static Builder on(String template) {
        return new Builder(PathTemplate.of(template));
    }

    /** Whether nothing is offered so far: where it is required, requests are refused with 503, and else it is as if there were no rule. */
    public boolean waits() {
        return protocols.get(0) == Waiting.INSTANCE;
    }

    /** Fields that only clients of these protocols send: {@link UpgradeProtocol#clientField}. */
    List<String> clientFields() {
        List<String> fields = new ArrayList<>(1);
        for (UpgradeProtocol protocol : protocols) {
            Candidate.guarded(protocol, protocol::clientField).filter(field -> !fields.contains(field)).ifPresent(fields::add);
        }
        return fields;
    }

    /** Whether this path answers a request without {@code Upgrade} otherwise than the application alone would. */
    boolean speaksUnasked() {
        return required || advertise;
    }

    /** Collects a rule. */
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

        /** Offers these as well, after those before. */
        public Builder offer(UpgradeProtocol... more) {
            return offer(List.of(more));
        }

        /** Offers these as well, after those before. */
        public Builder offer(List<? extends UpgradeProtocol> more) {
            protocols.addAll(more);
            return this;
        }

        /** Offers nothing so far. */
        public Builder waiting() {
            return offer(Waiting.INSTANCE);
        }

        /** Whose order decides; the client's unless said otherwise. */
        public Builder preference(Preference whose) {
            preference = whose;
            return this;
        }

        /** Whether a request that does not switch is answered 426. */
        public Builder required(boolean whether) {
            required = whether;
            return this;
        }

        /** Whether answers that are no switch list the protocols. */
        public Builder advertise(boolean whether) {
            advertise = whether;
            return this;
        }

        /** Whether the connection closes after the answer to an offer that was not taken. */
        public Builder closeOnRefuse(boolean whether) {
            closeOnRefuse = whether;
            return this;
        }

        /** Asks for one of these roles, and of those named before. */
        public Builder roles(String... more) {
            roles.addAll(List.of(more));
            return this;
        }

        /** Checks with this gate as well, after those before. */
        public Builder gate(Gate more) {
            gates.add(more);
            return this;
        }

        /** @throws IllegalArgumentException when no protocol is offered, or one without a token */
        public PathRule build() {
            return new PathRule(template, protocols, preference, required, advertise, closeOnRefuse, roles, gates);
        }
    }
}
