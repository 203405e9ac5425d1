package io.github.changeover.servlet;

import io.github.changeover.PathOffer;
import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.Preference;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the rules of an application from what its programs, its classes and its settings say. */
final class Policies {
    /** A rule in the making; settings have the last word. */
    private static final class Draft {
        private final List<UpgradeProtocol> protocols = new ArrayList<>();
        private final List<Gate> gates = new ArrayList<>();
        private final Set<String> roles = new LinkedHashSet<>();
        private boolean serverOrder, required, advertise, closeOnRefuse;
    }

    private final Map<String, Draft> drafts = new LinkedHashMap<>();
    private final List<UpgradeProtocol> known = new ArrayList<>();
    private final boolean served;

    private Policies(boolean served) {
        this.served = served;
    }

    /** @param served whether anything is offered; where not, the rules say only which paths are required, and a protocol need not be there */
    static PathPolicy build(List<PathOffer> offers, List<UpgradeProtocol> libraries, Set<Class<?>> endpoints, Settings settings, boolean served, ClassLoader loader) {
        Policies policies = new Policies(served);
        Instances instances = Instances.of(loader);
        Map<Class<?>, UpgradeProtocol> once = new LinkedHashMap<>();
        ServiceLoader.load(UpgradeProtocol.class, loader).forEach(protocol -> once.putIfAbsent(protocol.getClass(), protocol));
        Set<Class<?>> mounted = offers.stream().flatMap(offer -> offer.protocols().stream()).map(Object::getClass).collect(Collectors.toSet());
        instances.beans(UpgradeProtocol.class).stream().filter(bean -> once.keySet().stream().noneMatch(type -> type.isInstance(bean)))
                .forEach(bean -> once.put(bean.getClass(), bean));
        offers.forEach(policies::program);
        endpoints.forEach(type -> policies.endpoint(EndpointProtocol.of(type, instances)));
        once.values().stream().filter(protocol -> !mounted.contains(protocol.getClass())).forEach(policies.known::add);
        policies.known.addAll(libraries);
        settings.paths().forEach(policies::setting);
        return policies.rules();
    }

    private Draft draft(String template) {
        return drafts.computeIfAbsent(template, none -> new Draft());
    }

    private void program(PathOffer offer) {
        Draft draft = draft(offer.template());
        draft.protocols.addAll(offer.protocols());
        draft.gates.addAll(offer.gates());
        draft.roles.addAll(offer.roleNames());
        draft.serverOrder = offer.isServerOrder();
        draft.required = offer.isRequired();
        draft.advertise = offer.isAdvertised();
        draft.closeOnRefuse = offer.isClosedOnRefusal();
        known.addAll(offer.protocols());
    }

    private void endpoint(EndpointProtocol protocol) {
        UpgradeEndpoint endpoint = protocol.endpoint();
        Draft draft = draft(endpoint.value());
        draft.protocols.add(protocol);
        draft.required |= endpoint.required();
        draft.roles.addAll(List.of(endpoint.roles()));
    }

    private void setting(String template, Settings.PathSetting set) {
        Draft draft = draft(template);
        String prefix = "changeover.path." + template + ".";
        set.protocols().ifPresent(tokens -> {
            List<UpgradeProtocol> before = List.copyOf(draft.protocols);
            draft.protocols.clear();
            tokens.forEach(token -> draft.protocols.add(named(token, before, prefix + "protocols")));
        });
        set.serverOrder().ifPresent(value -> draft.serverOrder = value);
        set.required().ifPresent(value -> draft.required = value);
        set.advertise().ifPresent(value -> draft.advertise = value);
        set.closeOnRefuse().ifPresent(value -> draft.closeOnRefuse = value);
        set.roles().ifPresent(roles -> {
            draft.roles.clear();
            draft.roles.addAll(roles);
        });
        if (draft.protocols.isEmpty() && !served) {
            draft.protocols.add(new Unserved(ProtocolToken.of("unknown")));
        } else if (draft.protocols.isEmpty()) {
            throw new SettingValues.Wrong(prefix + "protocols", "", "at least one protocol, as nothing else offers one on this path");
        }
    }

    /** The protocol a setting names: the path's own first, then any other that is known. */
    private UpgradeProtocol named(ProtocolToken token, List<UpgradeProtocol> own, String setting) {
        List<UpgradeProtocol> candidates = new ArrayList<>(own);
        candidates.addAll(known);
        return candidates.stream().filter(protocol -> protocol.tokens().contains(token)).findFirst()
                .or(() -> candidates.stream().filter(protocol -> protocol.accepts(token)).findFirst())
                .or(() -> served ? Optional.empty() : Optional.of(new Unserved(token)))
                .orElseThrow(() -> new SettingValues.Wrong(setting, token.toString(), "one of the protocols that are there: "
                                + candidates.stream().flatMap(protocol -> protocol.tokens().stream()).distinct().toList()));
    }

    /** Stands for a protocol that nothing here serves, while nothing is offered. */
    private record Unserved(ProtocolToken token) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(token);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return new Decision.Ignore("not served");
        }
    }

    private PathPolicy rules() {
        List<PathRule> rules = new ArrayList<>();
        drafts.forEach((template, draft) -> {
            PathRule.Builder rule = PathRule.on(template).offer(draft.protocols)
                    .preference(draft.serverOrder ? Preference.SERVER : Preference.CLIENT)
                    .required(draft.required).advertise(draft.advertise).closeOnRefuse(draft.closeOnRefuse)
                    .roles(draft.roles.toArray(String[]::new));
            draft.gates.forEach(rule::gate);
            rules.add(rule.build());
        });
        return PathPolicy.of(rules);
    }

    /** A rule's terms for the report at start. */
    static String terms(PathRule rule) {
        return (rule.preference() == Preference.SERVER ? "in this order" : "in the client's order") + (rule.required() ? ", required" : "")
                + (rule.advertise() ? ", advertised" : "") + (rule.closeOnRefuse() ? ", closing after an offer not taken" : "")
                + (rule.roles().isEmpty() ? "" : ", for " + rule.roles());
    }
}
