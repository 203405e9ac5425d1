package io.github.changeover.servlet.rules;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.internal.OfferedPath;
import io.github.changeover.internal.Offers;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.negotiation.Preference;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.servlet.settings.Settings;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes the rules of an application from its code, its classes and its settings: at the start, and again whenever the code makes another offer. The
 * set of classes, services and settings does not change. Thread-safe.
 */
public final class RuleFactory {
    /** A rule under construction. Settings override everything else. */
    private static final class RuleDraft {
        private final List<UpgradeProtocol> protocols = new ArrayList<>();
        private final List<Gate> gates = new ArrayList<>();
        private final Set<String> roles = new LinkedHashSet<>();
        private boolean serverOrder, required, advertise, closeOnRefuse;
        private boolean namesProtocols;                  // a setting names the protocols: offers of wider paths are ignored
        private Settings.PathSetting set;       // null without a setting

        /** Applies the values of the settings of the path. */
        private void apply() {
            if (set == null) return;
            set.serverOrder().ifPresent(value -> serverOrder = value);
            set.required().ifPresent(value -> required = value);
            set.advertise().ifPresent(value -> advertise = value);
            set.closeOnRefuse().ifPresent(value -> closeOnRefuse = value);
            set.roles().ifPresent(names -> {
                roles.clear();
                roles.addAll(names);
            });
        }

        /**
         * Copies the offer of a wider template, which covers these paths, to these paths, which have no other offer. The conditions of both
         * apply.
         */
        private void addOffersOf(RuleDraft wider) {
            protocols.addAll(wider.protocols);
            gates.addAll(0, wider.gates);
            if (roles.isEmpty()) roles.addAll(wider.roles);
            serverOrder |= wider.serverOrder;
            required |= wider.required;
            advertise |= wider.advertise;
            closeOnRefuse |= wider.closeOnRefuse;
            apply();
        }
    }

    /**
     * The result.
     *
     * @param wider  for each template without an offer: the template whose offer applies to its paths
     * @param absent protocols that a setting names and that are not offered so far, each with the name of the setting
     */
    public record BuiltRules(PathPolicy policy, Map<PathTemplate, PathTemplate> wider, List<String> absent) {
    }

    private final List<EndpointProtocol> endpoints;
    private final List<UpgradeProtocol> services;
    private final List<UpgradeProtocol> libraries;
    private final List<ProtocolToken> late;
    private final boolean codeMayOffer;       // application code may offer a protocol that is not known yet
    private final Settings settings;
    private final boolean enabled;
    private final Set<String> withoutGates;      // templates to which the gates for every path do not apply

    private RuleFactory(List<EndpointProtocol> endpoints, List<UpgradeProtocol> services, List<UpgradeProtocol> libraries, List<ProtocolToken> late, boolean codeMayOffer,
                     Settings settings, boolean enabled, Set<String> withoutGates) {
        this.endpoints = endpoints;
        this.services = services;
        this.libraries = libraries;
        this.late = late;
        this.codeMayOffer = codeMayOffer;
        this.settings = settings;
        this.enabled = enabled;
        this.withoutGates = withoutGates;
    }

    /**
     * @param late   the protocols that the libraries may still offer
     * @param withoutGates the templates of the libraries' own paths; the gates for every path do not apply to them
     * @param served whether anything is offered; if not, the rules only define which paths are required, and the protocols need not exist
     */
    public static RuleFactory of(List<UpgradeProtocol> libraries, List<ProtocolToken> late, Set<String> withoutGates, ScannedClasses found, Settings settings, boolean served, Instances instances,
                                 ClassLoader loader) {
        Map<Class<?>, UpgradeProtocol> byType = new LinkedHashMap<>();
        ServiceLoader.load(UpgradeProtocol.class, loader).forEach(protocol -> byType.putIfAbsent(protocol.getClass(), protocol));
        List<UpgradeProtocol> services = new ArrayList<>(byType.values());
        // Two beans of one class are two protocols; a bean of a class that is also a service is the same protocol.
        instances.beans(UpgradeProtocol.class).stream().filter(bean -> byType.keySet().stream().noneMatch(type -> type.isInstance(bean))).forEach(services::add);
        boolean programmed = found.protocols().isEmpty() || found.protocols().get().stream().anyMatch(type -> services.stream().noneMatch(type::isInstance));
        return new RuleFactory(found.endpoints().stream().map(type -> EndpointProtocol.of(type, instances)).toList(), List.copyOf(services), List.copyOf(libraries),
                List.copyOf(late), programmed, settings, served, Set.copyOf(withoutGates));
    }

    /** Returns the protocols that the application itself provides, with or without a path. Its code may still offer them on any path. */
    public List<ProtocolToken> services() {
        return services.stream().flatMap(protocol -> protocol.tokens().stream()).toList();
    }

    /**
     * Makes the rules. They include rules for paths that are configured but have no offer so far ({@link PathRule#hasNoOffer}).
     *
     * @throws IllegalArgumentException if two rules are for the same paths
     * @throws SettingValues.InvalidSettingException if the setting of a path names a protocol that does not exist and cannot be offered later
     */
    public BuiltRules build(Offers offers) {
        return new Build(offers).rules();
    }

    /** Makes the rules of the paths once, from all offers, endpoints and settings. */
    private final class Build {
        private final Map<String, RuleDraft> drafts = new LinkedHashMap<>();
        private final List<OfferedPath> offers;
        private final List<Gate> gates;
        private final List<UpgradeProtocol> forAnyPath = new ArrayList<>();
        private final List<String> absent = new ArrayList<>();

        private Build(Offers all) {
            this.offers = all.paths();
            this.gates = all.gates();
            offers.forEach(this::addCodeOffer);
            endpoints.forEach(this::endpoint);
            forAnyPath.addAll(services);
            forAnyPath.addAll(libraries);
            settings.paths().forEach(this::setting);
        }

        private RuleDraft draft(String template) {
            return drafts.computeIfAbsent(template, none -> new RuleDraft());
        }

        /** Returns the draft for the same paths, for a setting. The names of the variables in the template need not match. */
        private RuleDraft draftOfEqualPath(PathTemplate paths) {
            return drafts.entrySet().stream().filter(draft -> PathTemplate.of(draft.getKey()).equals(paths)).map(Map.Entry::getValue).findFirst().orElseGet(() -> draft(paths.toString()));
        }

        private void addCodeOffer(OfferedPath offer) {
            RuleDraft draft = draft(offer.template());
            draft.protocols.addAll(offer.protocols());
            draft.gates.addAll(offer.gates());
            draft.roles.addAll(offer.roles());
            draft.serverOrder = offer.serverOrder();
            draft.required = offer.required();
            draft.advertise = offer.advertised();
            draft.closeOnRefuse = offer.closeOnRefuse();
        }

        private void endpoint(EndpointProtocol protocol) {
            UpgradeEndpoint endpoint = protocol.endpoint();
            RuleDraft draft = draft(endpoint.value());
            draft.protocols.stream().filter(other -> other instanceof EndpointProtocol && other.tokens().equals(protocol.tokens())).findFirst().ifPresent(other -> {
                throw new IllegalStateException("Two @UpgradeEndpoint classes have the path " + endpoint.value() + " and the protocol " + endpoint.protocol() + ": " + other + " and " + protocol + ". Change one of them");
            });
            draft.protocols.add(protocol);
            draft.required |= endpoint.required();
            draft.roles.addAll(List.of(endpoint.roles()));
        }

        private void setting(PathTemplate template, Settings.PathSetting set) {
            RuleDraft draft = draftOfEqualPath(template);
            set.protocols().ifPresent(tokens -> {
                if (tokens.isEmpty()) throw new SettingValues.InvalidSettingException(set.setting(), "", "at least one protocol");
                List<UpgradeProtocol> before = List.copyOf(draft.protocols);
                draft.protocols.clear();
                draft.namesProtocols = true;
                tokens.forEach(token -> protocolFor(token, template, before, set.setting()).ifPresentOrElse(draft.protocols::add, () -> absent.add(token + " (" + set.setting() + ")")));
            });
            draft.set = set;
            draft.apply();
        }

        /**
         * Returns the protocol that a setting names. The protocols of the path itself come first, then those of a wider path, then all others; empty
         * for one that may be offered later. A library that offers a token late has one protocol for each path, so its protocol for another path is
         * not used.
         */
        private Optional<UpgradeProtocol> protocolFor(ProtocolToken token, PathTemplate path, List<UpgradeProtocol> own, String setting) {
            List<UpgradeProtocol> candidates = new ArrayList<>(own);
            offers.stream().filter(offer -> PathTemplate.of(offer.template()).covers(path)).sorted(Comparator.comparing(offer -> PathTemplate.of(offer.template())))
                    .forEach(offer -> candidates.addAll(offer.protocols()));
            if (!late.contains(token)) offers.forEach(offer -> candidates.addAll(offer.protocols()));
            candidates.addAll(forAnyPath);
            Optional<UpgradeProtocol> found = candidates.stream().filter(protocol -> protocol.tokens().contains(token)).findFirst()
                    .or(() -> candidates.stream().filter(protocol -> protocol.accepts(token)).findFirst())
                    .or(() -> enabled ? Optional.empty() : Optional.of(new PlaceholderProtocol(token)));
            if (found.isEmpty() && !codeMayOffer && !late.contains(token)) {
                throw new SettingValues.InvalidSettingException(setting, token.toString(), "one of the available protocols: "
                        + Stream.concat(candidates.stream().flatMap(protocol -> protocol.tokens().stream()), late.stream()).distinct().toList());
            }
            return found;
        }

        private BuiltRules rules() {
            Map<PathTemplate, PathTemplate> wider = new HashMap<>();
            TreeMap<PathTemplate, RuleDraft> offering = new TreeMap<>();        // the most specific first
            TreeMap<PathTemplate, RuleDraft> others = new TreeMap<>();
            drafts.forEach((template, draft) -> (draft.protocols.isEmpty() && !draft.required && !draft.namesProtocols ? others : offering).put(PathTemplate.of(template), draft));
            others.descendingMap().forEach((template, draft) -> {       // the widest first: its offer also applies to narrower paths
                Optional<PathTemplate> with = offering.keySet().stream().filter(other -> other.covers(template)).findFirst();
                if (with.isEmpty()) return;
                draft.addOffersOf(offering.get(with.get()));
                wider.put(template, wider.getOrDefault(with.get(), with.get()));
                offering.put(template, draft);
            });
            List<PathRule> rules = new ArrayList<>();
            drafts.forEach((template, draft) -> {
                PathRule.Builder rule = (draft.protocols.isEmpty() ? PathRule.on(template).withoutProtocol() : PathRule.on(template).offer(draft.protocols))
                        .preference(draft.serverOrder ? Preference.SERVER : Preference.CLIENT)
                        .required(draft.required).advertise(draft.advertise).closeOnRefuse(draft.closeOnRefuse)
                        .roles(draft.roles.toArray(String[]::new));
                if (!withoutGates.contains(template)) gates.forEach(rule::gate);
                draft.gates.forEach(rule::gate);
                rules.add(rule.build());
            });
            return new BuiltRules(PathPolicy.of(rules), Map.copyOf(wider), List.copyOf(absent));
        }
    }

    /** Returns the conditions of a rule as text, for the report at the start. */
    public static String describeConditions(PathRule rule) {
        return (rule.preference() == Preference.SERVER ? "in this order" : "in the client's order") + (rule.required() ? ", required" : "")
                + (rule.advertise() ? ", advertised" : "") + (rule.closeOnRefuse() ? ", closing the connection if no offer is accepted" : "")
                + (rule.roles().isEmpty() ? "" : ", for " + rule.roles());
    }

    /** A placeholder for a protocol while no protocol is offered. */
    private record PlaceholderProtocol(ProtocolToken token) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(token);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return new Decision.Ignore("not supported on this path");
        }
    }
}
