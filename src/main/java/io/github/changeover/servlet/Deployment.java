package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.CallbackExecutor;
import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionMonitor;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.internal.ApplicationOffers;
import io.github.changeover.management.EventRecorder;
import io.github.changeover.management.StartReport;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.adapter.ContainerSupport;
import io.github.changeover.servlet.capture.CaptureFiles;
import io.github.changeover.servlet.rules.ApplicationRules;
import io.github.changeover.servlet.rules.Instances;
import io.github.changeover.servlet.rules.RuleFactory;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.servlet.settings.Settings;
import io.github.changeover.spi.CallerContext;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All parts of Changeover in one application, from its start to contextDestroyed. */
public final class Deployment implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private static final String ATTRIBUTE = Deployment.class.getName(), PREFIX = "io.github.changeover.";

    private final ServletContext context;
    private final ShutdownActions shutdown;
    private final Settings settings;
    private final ContainerSupport support;
    private final Container container;
    private final List<ProtocolLibrary.Started> libraries = new ArrayList<>();
    private final boolean hidesHeaders, switchesLate;
    private final List<ProtocolToken> lateProtocols;
    private final ProtocolToggles toggles;
    private final BlockingHandlerThreads blocking;
    private final ApplicationResources resources;
    private final ConnectionLimiter limiter;
    private final LibraryConnections internal;
    private final CaptureFiles captureFiles;
    private final EventRecorder recorder;
    private final CurrentRules rules;
    private final CallerContext callers;     // null: only the container's

    /** @param shutdown receives the end action of each part as soon as that part is started */
    private Deployment(ServletContext context, ShutdownActions shutdown) {
        this.context = context;
        this.shutdown = shutdown;
        callers = Installation.callers(context);
        shutdown.add("release the classes of records", RecordMethods::release);     // the last step
        List<ProtocolLibrary> found = ProtocolLibrary.found();
        SettingValues values = SettingValues.of(context);
        Set<String> ofPaths = found.stream().flatMap(library -> library.pathSettings().stream()).collect(Collectors.toSet());
        settings = Settings.read(values, found.stream().flatMap(library -> library.settings().stream()).collect(Collectors.toSet()), ofPaths);
        support = ContainerSupport.of(context, values);
        container = support.container();
        support.warning().ifPresent(warning -> LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': {1}", path(context), warning));
        settings.drainWarning().ifPresent(warning -> LOG.log(System.Logger.Level.WARNING, "Changeover in ''{0}'': {1}", path(context), warning));
        if (settings.servletApiOnly()) container.useServletApiOnly();
        ClassLoader loader = context.getClassLoader();
        CallbackExecutor callbacks = CallbackExecutor.of(settings.maxCallbacks(), container.threads(), loader);
        shutdown.add("stop the callback threads", callbacks::close);
        Instances instances = Instances.of(context);
        ApplicationResources.CallbackScope scope = instances.requestScope();
        ProtocolLibrary.Start start = new ProtocolLibrary.Start(context, Changeover.of(context), values, container.requestThreads(), callbacks.results(), scope::begin,
                container.localAddress(), container);
        for (ProtocolLibrary library : found) {
            ProtocolLibrary.Started started = library.start(start);
            libraries.add(started);
            shutdown.add("close " + library.getClass().getName(), started::close);
        }
        hidesHeaders = offers() && libraries.stream().anyMatch(ProtocolLibrary.Started::hidesHeaders);
        switchesLate = libraries.stream().anyMatch(library -> !library.late().isEmpty());
        List<UpgradeProtocol> known = libraries.stream().flatMap(library -> library.protocols().stream()).toList();
        List<ProtocolToken> ofLibraries = libraries.stream().flatMap(library -> library.late().stream()).toList();
        Map<String, UpgradeProtocol> own = new HashMap<>();
        libraries.forEach(library -> own.putAll(library.internal()));
        RuleFactory factory = RuleFactory.of(known, ofLibraries, own.keySet(), EndpointScan.found(context), settings, offers(), instances, loader);
        lateProtocols = Stream.concat(ofLibraries.stream(), factory.services().stream()).distinct().toList();
        blocking = BlockingHandlerThreads.of(settings.maxBlocking(), container.threads());
        shutdown.add("stop the threads of blocking handlers", blocking::close);
        internal = new LibraryConnections(own, settings.limits(), callbacks, blocking, loader);
        shutdown.add("close the console's connections", internal::close);
        ApplicationOffers offers = ApplicationOffers.of(context);
        toggles = offers.toggles();
        settings.off().forEach(toggles::off);
        recorder = new EventRecorder(List.of(), settings.operating().decisions());
        resources = new ApplicationResources(settings.limits(), callbacks, blocking, new MemoryBudget(settings.maxMemory()), loader, scope,
                recorder.connectionListener(), eventLoops(loader));
        shutdown.add("stop the connection threads", resources::close);
        resources.registry().drainOptions(settings.drainOptions());
        limiter = new ConnectionLimiter(settings.connectionLimits());
        captureFiles = CaptureFiles.of(context, settings.maxCaptureOnDisk());
        ConnectionMonitor monitor = new ConnectionMonitor(resources.registry(), settings.shortestLimits(), loader);
        shutdown.add("stop the monitor", monitor::close);
        shutdown.add("stop listening to changes of the path rules", offers::stopListening);
        rules = new CurrentRules(this, offers, factory, values.pathsWith(ofPaths));
        offers.listen(rules);
        shutdown.add("close the management data", () -> recorder.close(context));
        recorder.open(context, resources.registry(), resources.memory(), resources::loopState, toggles, settings.limits().drain(), rules.now().report());
        recorder.report(rules.now().report());       // another thread may have offered a protocol since the previous line
        rules.notifyAtStart();
        ConnectionRegistry.prepareStop();
        shutdown.add("stop the connections of the console", internal::stop);
        shutdown.add("stop the connections", () -> resources.registry().stop(settings.limits().drain()));
        shutdown.add("stop accepting console connections", () -> internal.startDraining(settings.limits().drain()));
        shutdown.add("remove the drain operation", () -> offers.onDrain(null));
        offers.onDrain(resources.registry()::drain);
        if (!StartCompletionServlet.isIn(context) || !container.initializesServletsInOrder()) rules.started();
    }

    /** Returns the event loops, or null. They have threads for the loops, for their monitor, and for callbacks that block. */
    private EventLoops eventLoops(ClassLoader loader) {
        int count = support.eventLoops() ? settings.eventLoops() : 0;
        if (count == 0) return null;
        return new EventLoops(count, CallbackExecutor.platformThreads(count + 1 + settings.maxCallbacks(), container.threads(), loader, "changeover-loop-"));
    }

    /** Updates what depends on the path rules. */
    void publish(ApplicationRules made) {
        limiter.limit(made.connectionLimits());
        recorder.report(made.report());
        recorder.addProtocols(made.offering().stream().filter(rule -> !internal.isOn(rule)).flatMap(rule -> rule.protocols().stream())
                .flatMap(protocol -> protocol.tokens().stream()).toList());
    }

    /** Adds the names of a protocol that the application itself requests to the metrics. */
    void countLateProtocol(UpgradeProtocol protocol) {
        if (recorder.addProtocols(protocol.tokens())) rules.changed();
    }

    /** Returns the protocols that the application may still offer on any path, or request while it responds. */
    List<ProtocolToken> late() {
        return lateProtocols;
    }

    /** Returns whether the application may request a switch on any path while it responds. */
    boolean switchesLate() {
        return switchesLate;
    }

    /**
     * Returns the deployment of the application. The first call starts it. The last listener or the first filter makes this call, before any
     * request.
     */
    public static Deployment start(ServletContext context) throws ServletException {
        synchronized (context) {
            Object before = context.getAttribute(ATTRIBUTE);
            if (before instanceof Deployment started) return started;
            if (before instanceof ServletException failure) throw failure;
            ShutdownActions shutdown = new ShutdownActions();
            Set<String> attributes = new HashSet<>(Collections.list(context.getAttributeNames()));
            try {
                Deployment deployment = new Deployment(context, shutdown);
                context.setAttribute(ATTRIBUTE, deployment);
                return deployment;
            } catch (RuntimeException | Error failure) {
                shutdown.run();
                Collections.list(context.getAttributeNames()).stream().filter(name -> name.startsWith(PREFIX) && !attributes.contains(name)).forEach(context::removeAttribute);
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

    /** Returns the context path, for the log. */
    String path() {
        return path(context);
    }

    /** Returns the context path; empty for the root, for which some containers return "/". */
    private static String path(ServletContext context) {
        return context.getContextPath().equals("/") ? "" : context.getContextPath();
    }

    /** Returns what was found at the start, with these rules. */
    StartReport report(PathPolicy policy) {
        List<StartReport.PathReport> paths = !offers() ? List.of() : policy.rules().stream().filter(rule -> !rule.hasNoOffer() && !internal.isOn(rule))
                .map(rule -> new StartReport.PathReport(rule.template().toString(), rule.protocols().stream().flatMap(protocol -> protocol.tokens().stream()).map(ProtocolToken::toString).toList(), RuleFactory.describeConditions(rule))).toList();
        List<String> more = new ArrayList<>(libraries.stream().map(ProtocolLibrary.Started::describe).filter(said -> !said.isEmpty()).toList());
        policy.rules().stream().filter(rule -> rule.required() && (!offers() || rule.hasNoOffer()))
                .forEach(rule -> more.add(path(context) + rule.template() + " is set to required, so requests are rejected with 503" + (offers() ? " while no protocol is offered there" : "")));
        return new StartReport(context.getServerInfo(), path(context), offers() ? container.name() : "no protocol is offered, requests pass unchanged", container.deviations(),
                blocking.virtual() ? "virtual" : "platform", settings.shown(), paths, more);
    }

    /** Returns whether anything is offered. Nothing is offered on a container that is not supported. */
    boolean offers() {
        return support.reasonForOff().isEmpty();
    }

    /** Returns why no protocol is offered, as a sentence for the client. */
    String off() {
        return support.reasonForOff().orElse("");
    }

    /** Returns whether a switch may be agreed for this request: by the rule of its path, or by the application while it responds. */
    boolean maySwitch(HttpServletRequest request) {
        return switchesLate || rules.now().policy().hasRule(UpgradeRequestReader.path(request));
    }

    Settings settings() {
        return settings;
    }

    Container container() {
        return container;
    }

    List<ProtocolLibrary.Started> libraries() {
        return libraries;
    }

    ApplicationRules rules() {
        return rules.now();
    }

    /** Returns the rules with their changes at the start. */
    CurrentRules currentRules() {
        return rules;
    }

    ProtocolToggles toggles() {
        return toggles;
    }

    CaptureFiles captureFiles() {
        return captureFiles;
    }

    EventRecorder recorder() {
        return recorder;
    }

    /** Returns the resources of the application's connections. */
    ApplicationResources resources() {
        return resources;
    }

    LibraryConnections internal() {
        return internal;
    }

    /** Returns the resources that a connection with this verdict shares with others. */
    ApplicationResources resources(Verdict verdict) {
        return internal.contain(verdict) ? internal.resources() : resources;
    }

    /** Returns the limiter that counts a connection with this verdict. */
    ConnectionLimiter limiter(Verdict verdict) {
        return internal.contain(verdict) ? internal.limiter() : limiter;
    }

    /** Returns the limits for a connection with this verdict. */
    ConnectionLimits limits(Verdict verdict) {
        if (internal.contain(verdict)) return internal.resources().limits();
        Optional<PathTemplate> rule = verdict.explanation().rule();
        return rule.isPresent() ? settings.limits(rule.get()) : settings.limits();
    }

    /** Returns what sets the caller of this thread's request on other threads: that of the container and that of a framework. */
    Supplier<Runnable> caller(UpgradeRequest request) {
        Supplier<Runnable> ofContainer = container.caller();
        if (callers == null) return ofContainer;
        Supplier<Runnable> ofFramework = callers.of(request);
        if (ofContainer == Container.NO_CALLER) return ofFramework;
        return () -> {
            Runnable outer = ofContainer.get(), inner = ofFramework.get();
            return () -> {
                inner.run();
                outer.run();
            };
        };
    }

    /** Returns the listener for logouts; null if no library has one. */
    LogoutListener logouts() {
        return libraries.stream().flatMap(library -> library.logouts().stream()).findFirst().orElse(null);
    }

    boolean hidesHeaders() {
        return hidesHeaders;
    }

    /** Returns the request as the filters of the application see it. */
    HttpServletRequest hideHeaders(HttpServletRequest request) {
        HttpServletRequest seen = request;
        for (ProtocolLibrary.Started library : libraries) seen = library.hideHeaders(seen);
        return seen;
    }

    @Override
    public void close() {
        shutdown.run();
    }
}
