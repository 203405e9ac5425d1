package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.OfferedPath;
import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.CallbackExecutor;
import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionMonitor;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.management.EventRecorder;
import io.github.changeover.management.StartReport;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.capture.CaptureFiles;
import io.github.changeover.servlet.edge.Container;
import io.github.changeover.servlet.edge.ContainerSupport;
import io.github.changeover.servlet.endpoint.ApplicationRules;
import io.github.changeover.servlet.endpoint.Instances;
import io.github.changeover.servlet.endpoint.RuleFactory;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.servlet.settings.Settings;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Everything that Changeover holds for one application, from its start to contextDestroyed. */
public final class Deployment implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private static final String ATTRIBUTE = Deployment.class.getName(), OURS = "io.github.changeover.";

    private final Settings settings;
    private final ContainerSupport support;
    private final Container container;
    private final RuleFactory policies;
    private final TokenSwitches switches;
    private final ApplicationResources application;
    private final Switching switching;
    private final EventRecorder chronicle;
    private final ConnectionLimiter places;
    private final BlockingHandlerThreads blocking;
    private final InternalConnections internal;
    private final CaptureFiles overflow;
    private final ServletContext context;
    private final boolean veils, switchesLate;
    private final List<ProtocolToken> late;
    private final Set<String> spoken;       // the paths that occur in settings of libraries
    private final List<ProtocolLibrary.Started> libraries = new ArrayList<>();
    private final ShutdownActions undo;
    private final Object telling = new Object();
    private final Set<String> told = new HashSet<>();      // templates that were already logged; guarded by telling
    private volatile ApplicationRules rules;
    private volatile boolean starting = true;       // true until all listeners, filters and servlets that are loaded on startup are initialised
    private long ending;            // System.nanoTime() when the end of the application began; used only by the thread that ends it
    private volatile boolean fixed;         // set by the first upgrade request after the start

    /** @param undo receives the end action of each part as soon as that part is started */
    private Deployment(ServletContext context, ShutdownActions undo) {
        this.context = context;
        this.undo = undo;
        List<ProtocolLibrary> found = ProtocolLibrary.found();
        SettingValues values = SettingValues.of(context);
        Set<String> ofPaths = found.stream().flatMap(library -> library.pathSettings().stream()).collect(Collectors.toSet());
        settings = Settings.read(values, found.stream().flatMap(library -> library.settings().stream()).collect(Collectors.toSet()), ofPaths);
        spoken = values.pathsWith(ofPaths);
        support = ContainerSupport.of(context, values);
        container = support.container();
        support.warning().ifPresent(warning -> LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': {1}", path(context), warning));
        if (settings.servletEdge()) container.useServletApiOnly();
        ClassLoader loader = context.getClassLoader();
        CallbackExecutor callbacks = CallbackExecutor.of(settings.maxCallbacks(), container.threads(), loader);
        undo.add("the threads of callbacks", callbacks::close);
        ApplicationResources.CallbackScope scope = Instances.of(loader).requestScope();
        ProtocolLibrary.Start start = new ProtocolLibrary.Start(context, Changeover.of(context), values, container.requestThreads(), callbacks.results(), scope::begin,
                container.localAddress(), container);
        for (ProtocolLibrary library : found) {
            ProtocolLibrary.Started started = library.start(start);
            libraries.add(started);
            undo.add(library.getClass().getName(), started::close);
        }
        veils = offers() && libraries.stream().anyMatch(ProtocolLibrary.Started::veils);
        switchesLate = libraries.stream().anyMatch(library -> !library.late().isEmpty());
        List<UpgradeProtocol> known = libraries.stream().flatMap(library -> library.protocols().stream()).toList();
        List<ProtocolToken> ofLibraries = libraries.stream().flatMap(library -> library.late().stream()).toList();
        policies = RuleFactory.of(known, ofLibraries, EndpointScan.found(context), settings, offers(), loader);
        late = Stream.concat(ofLibraries.stream(), policies.services().stream()).distinct().toList();
        blocking = BlockingHandlerThreads.of(settings.maxBlocking(), container.threads());
        undo.add("the threads of handlers that block", blocking::close);
        Map<String, UpgradeProtocol> own = new HashMap<>();
        libraries.forEach(library -> own.putAll(library.internal()));
        internal = new InternalConnections(own, settings.limits(), callbacks, blocking, loader);
        undo.add("the console's connections", internal::close);
        switches = Changeover.of(context).switches();
        settings.off().forEach(switches::off);
        chronicle = new EventRecorder(List.of(), settings.operating().decisions());
        application = new ApplicationResources(settings.limits(), callbacks, blocking, new MemoryBudget(settings.maxMemory()), loader, scope,
                chronicle.witness());
        undo.add("the threads of connections", application::close);
        places = new ConnectionLimiter(settings.bounds());
        overflow = CaptureFiles.of(context, settings.maxCaptureOnDisk());
        ConnectionMonitor monitor = new ConnectionMonitor(application.registry(), settings.shortestLimits(), loader);
        undo.add("the monitor", monitor::close);
        switching = new Switching(container);
        Changeover changeover = Changeover.of(context);
        undo.add("the rules of paths", changeover::unfollowed);
        changeover.followedBy(new Changeover.Follower() {
            @Override
            public Runnable prepare(List<OfferedPath> paths) {
                ApplicationRules made = rulesOf(policies.build(paths));
                return () -> put(made);
            }

            @Override
            public void changed() {
                record();
            }
        });
        undo.add("what operators see", () -> chronicle.close(context));
        chronicle.open(context, application.registry(), application.memory(), switches, settings.limits().drain(), rules.report());
        chronicle.report(rules.report());       // another thread may have offered a protocol since the previous line
        synchronized (telling) {
            libraries.forEach(library -> library.rules(rules.policy()));        // an exception here stops the start
        }
        ConnectionRegistry.prepareStop();
        undo.add("the connections of the console", () -> internal.stop(leftToDrain()));
        undo.add("the connections", () -> application.registry().stop(settings.limits().drain()));
        undo.add("new connections of the console", () -> {
            ending = System.nanoTime();
            internal.startDraining(settings.limits().drain());
        });
        undo.add("draining by a program", () -> changeover.drainedBy(null));
        changeover.drainedBy(application.registry()::drain);
        if (!StartCompletionServlet.isIn(context) || !container.initializesServletsInOrder()) started();
    }

    /** Completes the start: all listeners, filters and servlets that are loaded on startup are initialised. From now on requests may be upgraded. */
    void started() {
        synchronized (telling) {
            StartReport report = rules.report();
            report.lines().forEach(line -> LOG.log(System.Logger.Level.INFO, line));
            report.paths().forEach(path -> told.add(path.template()));
            starting = false;
        }
    }

    private ApplicationRules rulesOf(RuleFactory.Made made) {
        PathPolicy policy = made.policy();
        internal.check(policy);
        return new ApplicationRules(policy, made.wider(), made.absent(), ApplicationRules.bounds(settings.bounds(), policy), report(policy));
    }

    /** Publishes new rules and updates everything that depends on them. Called within a lock. */
    private void put(ApplicationRules made) {
        rules = made;
        places.limit(made.bounds());
        chronicle.report(made.report());
        chronicle.name(made.offering().stream().filter(rule -> !internal.isOn(rule)).flatMap(rule -> rule.protocols().stream())
                .flatMap(protocol -> protocol.tokens().stream()).toList());
    }

    /** Notifies the log and the libraries of new rules. Serialised by a lock, so that the last notification contains the newest rules. */
    private void record() {
        synchronized (telling) {
            StartReport report = rules.report();
            if (!starting) report.paths().stream().filter(path -> told.add(path.template())).forEach(path -> LOG.log(System.Logger.Level.INFO, "After the start: " + report.line(path)));
            for (ProtocolLibrary.Started library : libraries) {
                try {
                    library.rules(rules.policy());
                } catch (RuntimeException failed) {
                    LOG.log(System.Logger.Level.WARNING, library.getClass().getName() + " does not follow the rules of paths", failed);
                }
            }
        }
    }

    /** Adds the names of a protocol that the application itself requests to the metrics. */
    void switchesLateTo(UpgradeProtocol protocol) {
        if (chronicle.name(protocol.tokens())) record();
    }

    /** Returns the rules for this request. The first request after the start that asks for an offered protocol fixes the rules. */
    ApplicationRules rulesFor(UpgradeRequest request, Optional<UpgradeProtocol> asked) {
        ApplicationRules now = rules;
        if (fixed || starting) return now;
        Optional<PathPolicy.Match> match = asked.map(protocol -> now.asked(request.path(), protocol)).or(() -> now.offered(request.path()).filter(found -> !internal.isOn(found.rule())));
        if (match.isEmpty() || !Negotiator.asksFor(request, match, List.of())) return now;     // the decision uses the same rules as this check
        if (Changeover.of(context).fix(request)) {
            fixed = true;
            warnOfWaiting();
        }
        return rules;       // now final: they include offers that were made before the rules were fixed
    }

    private void warnOfWaiting() {
        if (!rules.absent().isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': settings name protocols that nobody offers, and from now on nobody can: {1}", path(context), rules.absent());
        }
        List<PathTemplate> templates = new ArrayList<>(rules.waiting());
        spoken.stream().map(PathTemplate::of).distinct().filter(template -> rules.policy().rules().stream().noneMatch(rule -> rule.template().equals(template))).forEach(templates::add);
        if (templates.isEmpty()) return;
        LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': nothing offers a protocol on {1}, and from now on nothing can. What the settings changeover.path... say of "
                + "such a path holds only for upgrades that the application asks for itself there (upgradeHttpToWebSocket).", path(context), templates);
    }

    /** Returns whether the application is still starting. Until the start ends, the rules may change and nothing is upgraded. */
    boolean starting() {
        return starting;
    }

    /** Returns the protocols that the application may still offer on any path, or request while it responds. */
    List<ProtocolToken> late() {
        return late;
    }

    /** Returns whether the application may still request a switch for this request, although no rule matches it. */
    boolean mayBeAskedFor(NegotiatedRequest considered) {
        Ground ground = considered.verdict().explanation().ground();
        return (ground == Ground.NO_RULE || ground == Ground.NOT_SERVED) && switchesLate && Negotiator.asksFor(considered.request(), Optional.empty(), late);
    }

    /** Returns the deployment of the application. The first call starts it; it comes from the last listener or the first filter, before any request. */
    public static Deployment start(ServletContext context) throws ServletException {
        synchronized (context) {
            Object before = context.getAttribute(ATTRIBUTE);
            if (before instanceof Deployment started) return started;
            if (before instanceof ServletException said) throw said;
            ShutdownActions undo = new ShutdownActions();
            Set<String> attributes = new HashSet<>(Collections.list(context.getAttributeNames()));
            try {
                Deployment deployment = new Deployment(context, undo);
                context.setAttribute(ATTRIBUTE, deployment);
                return deployment;
            } catch (RuntimeException | Error failure) {
                undo.run();
                Collections.list(context.getAttributeNames()).stream().filter(name -> name.startsWith(OURS) && !attributes.contains(name)).forEach(context::removeAttribute);
                ServletException stop = stop(context, failure);
                if (failure instanceof VirtualMachineError fatal) throw fatal;
                throw stop;
            }
        }
    }

    /** Marks the deployment as failed before it has started. A later {@code start}, such as in the init of a filter, throws the reason. */
    static void fail(ServletContext context, RuntimeException failure) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) == null) stop(context, failure);
        }
    }

    private static ServletException stop(ServletContext context, Throwable failure) {
        String why = failure instanceof Error ? "the start failed: " + failure : String.valueOf(failure.getMessage());
        LOG.log(System.Logger.Level.ERROR, "Changeover stops the deployment of ''{0}'': {1}", context.getContextPath(), why);
        ServletException stop = new ServletException("Changeover: " + why, failure);
        context.setAttribute(ATTRIBUTE, stop);
        return stop;
    }

    /** Ends the deployment if it was started. */
    static void stop(ServletContext context) {
        if (context.getAttribute(ATTRIBUTE) instanceof Deployment started) {
            context.removeAttribute(ATTRIBUTE);
            started.close();
        }
    }

    /** Returns the context path; empty for the root, for which some containers return "/". */
    private static String path(ServletContext context) {
        return context.getContextPath().equals("/") ? "" : context.getContextPath();
    }

    private StartReport report(PathPolicy policy) {
        List<StartReport.Path> paths = !offers() ? List.of() : policy.rules().stream().filter(rule -> !rule.waits() && !internal.isOn(rule))
                .map(rule -> new StartReport.Path(rule.template().toString(), rule.protocols().stream().flatMap(protocol -> protocol.tokens().stream()).map(ProtocolToken::toString).toList(), RuleFactory.terms(rule))).toList();
        List<String> more = new ArrayList<>(libraries.stream().map(ProtocolLibrary.Started::describe).filter(said -> !said.isEmpty()).toList());
        policy.rules().stream().filter(rule -> rule.required() && (!offers() || rule.waits()))
                .forEach(rule -> more.add(path(context) + rule.template() + " is required, and answered 503" + (offers() ? " while nothing offers a protocol there" : "")));
        return new StartReport(context.getServerInfo(), path(context), offers() ? container.name() : "nothing is offered, requests pass untouched", container.deviations(),
                blocking.virtual() ? "virtual" : "platform", settings.shown(), paths, more);
    }

    /** Returns whether anything is offered. Nothing is offered on a container that is not supported. */
    boolean offers() {
        return support.reasonForOff().isEmpty();
    }

    /** Returns why nothing is offered, as a sentence for the client. */
    String off() {
        return support.reasonForOff().orElse("");
    }

    /** Returns whether a switch may be agreed for this request: by the rule of its path, or by the application while it responds. */
    boolean mayAgree(HttpServletRequest request) {
        return switchesLate || rules.policy().hasRule(Snapshot.path(request));
    }

    /**
     * Rejects a request that was to switch but cannot, if the application must not respond over HTTP.
     *
     * @param status 426 if the application has not seen the request, otherwise 500
     * @return whether the request was rejected
     */
    boolean refusedInsteadOfHttp(NegotiatedRequest considered, int status, String reason, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<Decision.Refuse> refusal = considered.verdict().insteadOfHttp(status, reason);
        if (refusal.isEmpty()) return false;
        EventRecorder.Entry told = record(considered, refusal.get(), Ground.STAYED_HTTP);
        if (!response.isCommitted()) Refusal.write(refusal.get(), considered.verdict().token().stream().toList(), false, container.requestRepair(), request, response);
        told.answered(Exchange.head(response));
        return true;
    }

    /** Logs the decision and records it in the decision log. */
    EventRecorder.Entry record(NegotiatedRequest considered) {
        return record(considered, considered.verdict().explanation());
    }

    /** Does the same for a rejection that was made after the verdict. */
    EventRecorder.Entry record(NegotiatedRequest considered, Decision.Refuse refusal, Ground ground) {
        return record(considered, considered.verdict().explanation().refused(refusal.status(), ground, refusal.reason()));
    }

    /** Records a request that was to switch and stays HTTP. The caller has already logged it. */
    EventRecorder.Entry stays(NegotiatedRequest considered, String reason) {
        return store(considered, considered.verdict().explanation().ignored(Ground.STAYED_HTTP, reason));
    }

    private EventRecorder.Entry record(NegotiatedRequest considered, Explanation explanation) {
        // DEBUG for a switch: it is as frequent as a response, and logging it costs more than making it
        System.Logger.Level level = explanation.outcome() == Explanation.Outcome.REFUSED ? System.Logger.Level.INFO : System.Logger.Level.DEBUG;
        if (LOG.isLoggable(level)) LOG.log(level, explanation.toString());
        return store(considered, explanation);
    }

    private EventRecorder.Entry store(NegotiatedRequest considered, Explanation explanation) {
        return internal.concern(considered) ? head -> { } : chronicle.decided(considered.request(), explanation, considered.took());
    }

    Settings settings() {
        return settings;
    }

    Container container() {
        return container;
    }

    ApplicationRules rules() {
        return rules;
    }

    TokenSwitches switches() {
        return switches;
    }

    /** Returns the limiter that counts the connection of this request. */
    ConnectionLimiter places(NegotiatedRequest considered) {
        return internal.concern(considered) ? internal.places() : places;
    }

    CaptureFiles overflow() {
        return overflow;
    }

    ApplicationResources application() {
        return application;
    }

    /** Returns the limits for a connection of this request. */
    ConnectionLimits limits(NegotiatedRequest considered) {
        if (internal.concern(considered)) return internal.application().limits();
        return considered.verdict().explanation().rule().map(settings::limits).orElse(settings.limits());
    }

    /** Returns the resources that a connection of this request shares with others. */
    ApplicationResources application(NegotiatedRequest considered) {
        return internal.concern(considered) ? internal.application() : application;
    }

    Switching switching() {
        return switching;
    }

    /** Returns the listener for logouts; null if no library has one. */
    LogoutListener logouts() {
        return libraries.stream().flatMap(library -> library.logouts().stream()).findFirst().orElse(null);
    }

    boolean veils() {
        return veils;
    }

    /** Returns the request as the filters of the application see it. */
    HttpServletRequest veil(HttpServletRequest request) {
        HttpServletRequest seen = request;
        for (ProtocolLibrary.Started library : libraries) seen = library.veil(seen);
        return seen;
    }

    /** Returns what is left of the drain time since the end began. */
    private Duration leftToDrain() {
        Duration left = settings.limits().drain().minusNanos(System.nanoTime() - ending);
        return left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public void close() {
        undo.run();
    }
}
