package io.github.changeover.servlet;

import io.github.changeover.OfferedPath;
import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.negotiation.Preference;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the rules of an application from what its programs, its classes and its settings say: at start, and again whenever a program says more. Which
 * classes, services and settings there are does not change. Thread-safe.
 */
final class Policies {
    /** A rule in the making; settings have the last word. */
    private static final class Draft {
        private final List<UpgradeProtocol> protocols = new ArrayList<>();
        private final List<Gate> gates = new ArrayList<>();
        private final Set<String> roles = new LinkedHashSet<>();
        private boolean serverOrder, required, advertise, closeOnRefuse;
        private boolean named;                  // a setting says which protocols there are: what is wider has no say
        private Settings.PathSetting set;       // null without

        /** What a setting says of its terms. */
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

        /** Nothing is offered on these paths, but on more paths, these among them: that holds here, with the terms of both. */
        private void offerAs(Draft wider) {
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
     * The rules that were made.
     *
     * @param wider  of paths on which nothing is offered by itself: the template whose offer holds there
     * @param absent protocols that a setting names and nobody offers so far, each with the setting
     */
    record Made(PathPolicy policy, Map<PathTemplate, PathTemplate> wider, List<String> absent) {
    }

    private final List<EndpointProtocol> endpoints;
    private final List<UpgradeProtocol> services;
    private final List<UpgradeProtocol> libraries;
    private final List<ProtocolToken> late;
    private final boolean programmed;       // a program may offer a protocol that nothing has told of
    private final Settings settings;
    private final boolean served;

    private Policies(List<EndpointProtocol> endpoints, List<UpgradeProtocol> services, List<UpgradeProtocol> libraries, List<ProtocolToken> late, boolean programmed,
                     Settings settings, boolean served) {
        this.endpoints = endpoints;
        this.services = services;
        this.libraries = libraries;
        this.late = late;
        this.programmed = programmed;
        this.settings = settings;
        this.served = served;
    }

    /**
     * @param late   what the libraries may yet offer
     * @param served whether anything is offered; where not, the rules say only which paths are required, and a protocol need not be there
     */
    static Policies of(List<UpgradeProtocol> libraries, List<ProtocolToken> late, EndpointScan.Found found, Settings settings, boolean served, ClassLoader loader) {
        Instances instances = Instances.of(loader);
        Map<Class<?>, UpgradeProtocol> once = new LinkedHashMap<>();
        ServiceLoader.load(UpgradeProtocol.class, loader).forEach(protocol -> once.putIfAbsent(protocol.getClass(), protocol));
        instances.beans(UpgradeProtocol.class).stream().filter(bean -> once.keySet().stream().noneMatch(type -> type.isInstance(bean)))
                .forEach(bean -> once.put(bean.getClass(), bean));
        boolean programmed = found.protocols().isEmpty() || found.protocols().get().stream().anyMatch(type -> once.values().stream().noneMatch(type::isInstance));
        return new Policies(found.endpoints().stream().map(type -> EndpointProtocol.of(type, instances)).toList(), List.copyOf(once.values()), List.copyOf(libraries),
                List.copyOf(late), programmed, settings, served);
    }

    /** What the application itself brings, on paths or not: a program may still offer it anywhere. */
    List<ProtocolToken> services() {
        return services.stream().flatMap(protocol -> protocol.tokens().stream()).toList();
    }

    /**
     * The rules, among them those of paths that are spoken of and offer nothing so far ({@link PathRule#waits}).
     *
     * @throws IllegalArgumentException when two rules are for the same paths
     * @throws SettingValues.Wrong      when a path's setting names a protocol that is not there and cannot come
     */
    Made build(List<OfferedPath> offers) {
        return new Making(offers).rules();
    }

    /** One pass over everything. */
    private final class Making {
        private final Map<String, Draft> drafts = new LinkedHashMap<>();
        private final List<OfferedPath> offers;
        private final List<UpgradeProtocol> anywhere = new ArrayList<>();
        private final List<String> absent = new ArrayList<>();

        private Making(List<OfferedPath> offers) {
            this.offers = offers;
            offers.forEach(this::program);
            endpoints.forEach(this::endpoint);
            Set<Class<?>> mounted = offers.stream().flatMap(offer -> offer.protocols().stream()).map(Object::getClass).collect(Collectors.toSet());
            services.stream().filter(protocol -> !mounted.contains(protocol.getClass())).forEach(anywhere::add);
            anywhere.addAll(libraries);
            settings.paths().forEach(this::setting);
        }

        private Draft draft(String template) {
            return drafts.computeIfAbsent(template, none -> new Draft());
        }

        /** For settings: a template for the same paths, whatever its variables are called. */
        private Draft sameAs(PathTemplate paths) {
            return drafts.entrySet().stream().filter(draft -> PathTemplate.of(draft.getKey()).equals(paths)).map(Map.Entry::getValue).findFirst().orElseGet(() -> draft(paths.toString()));
        }

        private void program(OfferedPath offer) {
            Draft draft = draft(offer.template());
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
            Draft draft = draft(endpoint.value());
            draft.protocols.add(protocol);
            draft.required |= endpoint.required();
            draft.roles.addAll(List.of(endpoint.roles()));
        }

        private void setting(PathTemplate template, Settings.PathSetting set) {
            Draft draft = sameAs(template);
            set.protocols().ifPresent(tokens -> {
                if (tokens.isEmpty()) throw new SettingValues.Wrong(set.naming(), "", "at least one protocol");
                List<UpgradeProtocol> before = List.copyOf(draft.protocols);
                draft.protocols.clear();
                draft.named = true;
                tokens.forEach(token -> named(token, template, before, set.naming()).ifPresentOrElse(draft.protocols::add, () -> absent.add(token + " (" + set.naming() + ")")));
            });
            draft.set = set;
            draft.apply();
        }

        /**
         * The protocol a setting names: the path's own first, then that of a wider path, then any other that is there; empty for one that may come later. A
         * library that offers a token late has a protocol for each path: that of another path is not this one's.
         */
        private Optional<UpgradeProtocol> named(ProtocolToken token, PathTemplate path, List<UpgradeProtocol> own, String setting) {
            List<UpgradeProtocol> candidates = new ArrayList<>(own);
            offers.stream().filter(offer -> PathTemplate.of(offer.template()).covers(path)).sorted(Comparator.comparing(offer -> PathTemplate.of(offer.template())))
                    .forEach(offer -> candidates.addAll(offer.protocols()));
            if (!late.contains(token)) offers.forEach(offer -> candidates.addAll(offer.protocols()));
            candidates.addAll(anywhere);
            Optional<UpgradeProtocol> found = candidates.stream().filter(protocol -> protocol.tokens().contains(token)).findFirst()
                    .or(() -> candidates.stream().filter(protocol -> protocol.accepts(token)).findFirst())
                    .or(() -> served ? Optional.empty() : Optional.of(new Unserved(token)));
            if (found.isEmpty() && !programmed && !late.contains(token)) {
                throw new SettingValues.Wrong(setting, token.toString(), "one of the protocols that are there: "
                        + Stream.concat(candidates.stream().flatMap(protocol -> protocol.tokens().stream()), late.stream()).distinct().toList());
            }
            return found;
        }

        private Made rules() {
            Map<PathTemplate, PathTemplate> wider = new HashMap<>();
            TreeMap<PathTemplate, Draft> offering = new TreeMap<>();        // the most specific first
            TreeMap<PathTemplate, Draft> others = new TreeMap<>();
            drafts.forEach((template, draft) -> (draft.protocols.isEmpty() && !draft.required && !draft.named ? others : offering).put(PathTemplate.of(template), draft));
            others.descendingMap().forEach((template, draft) -> {       // the widest first: what holds there holds for narrower ones
                Optional<PathTemplate> with = offering.keySet().stream().filter(other -> other.covers(template)).findFirst();
                if (with.isEmpty()) return;
                draft.offerAs(offering.get(with.get()));
                wider.put(template, wider.getOrDefault(with.get(), with.get()));
                offering.put(template, draft);
            });
            List<PathRule> rules = new ArrayList<>();
            drafts.forEach((template, draft) -> {
                PathRule.Builder rule = (draft.protocols.isEmpty() ? PathRule.on(template).waiting() : PathRule.on(template).offer(draft.protocols))
                        .preference(draft.serverOrder ? Preference.SERVER : Preference.CLIENT)
                        .required(draft.required).advertise(draft.advertise).closeOnRefuse(draft.closeOnRefuse)
                        .roles(draft.roles.toArray(String[]::new));
                draft.gates.forEach(rule::gate);
                rules.add(rule.build());
            });
            return new Made(PathPolicy.of(rules), Map.copyOf(wider), List.copyOf(absent));
        }
    }

    /** A rule's terms for the report at start. */
    static String terms(PathRule rule) {
        return (rule.preference() == Preference.SERVER ? "in this order" : "in the client's order") + (rule.required() ? ", required" : "")
                + (rule.advertise() ? ", advertised" : "") + (rule.closeOnRefuse() ? ", closing after an offer not taken" : "")
                + (rule.roles().isEmpty() ? "" : ", for " + rule.roles());
    }

    /** Stands for a protocol while nothing is offered. */
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
}
