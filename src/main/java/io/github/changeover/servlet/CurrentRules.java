package io.github.changeover.servlet;

import io.github.changeover.internal.ApplicationOffers;
import io.github.changeover.internal.OfferListener;
import io.github.changeover.internal.Offers;
import io.github.changeover.management.StartReport;
import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.rules.ApplicationRules;
import io.github.changeover.servlet.rules.RuleFactory;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of paths as they are now. While the application starts, nothing is upgraded. After that, the first request that offers a protocol of its
 * path, or for which the application itself requests an upgrade, fixes the rules; until then the application may offer more. Thread-safe.
 */
final class CurrentRules implements OfferListener {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private final Deployment deployment;
    private final ApplicationOffers offers;
    private final RuleFactory factory;
    private final Set<String> pathsOfLibraries;     // the paths that occur in settings of libraries
    private final Object notifying = new Object();
    private final Set<String> logged = new HashSet<>();     // templates; guarded by notifying
    private volatile ApplicationRules rules;
    private volatile boolean starting = true;       // true until all listeners, filters and servlets that are loaded on startup are initialized
    private volatile boolean fixed;                 // set by the first upgrade request after the start

    CurrentRules(Deployment deployment, ApplicationOffers offers, RuleFactory factory, Set<String> pathsOfLibraries) {
        this.deployment = deployment;
        this.offers = offers;
        this.factory = factory;
        this.pathsOfLibraries = pathsOfLibraries;
    }

    /** Returns the rules. Immutable: a change of the offers replaces them. */
    ApplicationRules now() {
        return rules;
    }

    /** Returns whether the application is still starting. Until the start ends, the rules may change and nothing is upgraded. */
    boolean starting() {
        return starting;
    }

    /** Completes the start: all listeners, filters and servlets that are loaded on startup are initialized. From now on requests may be upgraded. */
    void started() {
        synchronized (notifying) {
            if (!starting) return;
            StartReport report = rules.report();
            report.lines().forEach(line -> LOG.log(System.Logger.Level.INFO, line));
            report.paths().forEach(path -> logged.add(path.template()));
            List<PathTemplate> waiting = templatesWithoutOffer();
            if (!waiting.isEmpty()) LOG.log(System.Logger.Level.INFO, "No protocol is offered so far on {0}, which have settings. A setting applies to the template as it is offered", waiting);
            if (!rules.absent().isEmpty()) LOG.log(System.Logger.Level.INFO, "Settings name protocols that are not offered so far: {0}", rules.absent());
            starting = false;
        }
    }

    /** Returns the paths that have settings, but no offer. */
    private List<PathTemplate> templatesWithoutOffer() {
        List<PathTemplate> templates = new ArrayList<>(rules.waiting());
        pathsOfLibraries.stream().map(PathTemplate::of).distinct().filter(template -> rules.policy().rules().stream().noneMatch(rule -> rule.template().equals(template))).forEach(templates::add);
        return templates;
    }

    /** Returns the rules for this request. The first request after the start that offers a protocol of its path fixes the rules. */
    ApplicationRules forRequest(UpgradeRequest request, Optional<UpgradeProtocol> requestedProtocol) {
        ApplicationRules now = rules;
        if (fixed || starting) return now;
        Optional<PathPolicy.Match> match = requestedProtocol.map(protocol -> now.matchFor(request.path(), protocol))
                .or(() -> now.offered(request.path()).filter(found -> !deployment.internal().isOn(found.rule())));
        if (match.isEmpty() || !Negotiator.requestsProtocol(request, match, List.of())) return now;     // the decision uses the same rules as this check
        if (offers.fix(request)) {
            fixed = true;
            warnOfWaiting();
        }
        return rules;       // now final: they include offers that were made before the rules were fixed
    }

    private void warnOfWaiting() {
        if (!rules.absent().isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': settings name protocols that are not offered, and no protocol can be added from now on: {1}", deployment.path(), rules.absent());
        }
        List<PathTemplate> templates = templatesWithoutOffer();
        if (templates.isEmpty()) return;
        LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': no protocol is offered on {1}, and none can be added from now on. The changeover.path... settings of "
                + "such a path apply only to upgrades that the application itself requests there (upgradeHttpToWebSocket).", deployment.path(), templates);
    }

    /** Builds rules from all offers, without a lock. */
    @Override
    public Runnable prepare(Offers offered) {
        RuleFactory.BuiltRules made = factory.build(offered);
        PathPolicy policy = made.policy();
        deployment.internal().check(policy);
        ApplicationRules built = new ApplicationRules(policy, made.wider(), made.absent(), offered.gates(), ApplicationRules.bounds(deployment.settings().connectionLimits(), policy), deployment.report(policy));
        return () -> publish(built);
    }

    /** Called within a lock. */
    private void publish(ApplicationRules built) {
        rules = built;
        deployment.publish(built);
    }

    /** Notifies the log and the libraries of new rules. Serialized by a lock, so that the last notification contains the newest rules. */
    @Override
    public void changed() {
        synchronized (notifying) {
            StartReport report = rules.report();
            if (!starting) {
                report.paths().stream().filter(path -> logged.add(path.template())).forEach(path -> LOG.log(System.Logger.Level.INFO, "After the start: " + report.line(path)));
            }
            for (ProtocolLibrary.Started library : deployment.libraries()) {
                try {
                    library.rules(rules.policy());
                } catch (RuntimeException failed) {
                    LOG.log(System.Logger.Level.WARNING, library.getClass().getName() + " failed to update the path rules", failed);
                }
            }
        }
    }

    /** Notifies the libraries of the first rules. An exception stops the start. */
    void notifyAtStart() {
        synchronized (notifying) {
            deployment.libraries().forEach(library -> library.rules(rules.policy()));
        }
    }
}
