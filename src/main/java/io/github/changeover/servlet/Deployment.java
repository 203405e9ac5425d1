package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.connection.Application;
import io.github.changeover.connection.Places;
import io.github.changeover.connection.BlockingThreads;
import io.github.changeover.connection.CallbackPool;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.ConnectionMonitor;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.observe.Chronicle;
import io.github.changeover.observe.SelfReport;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Everything one application has of Changeover, from the first filter's init to contextDestroyed. */
final class Deployment implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private static final String ATTRIBUTE = Deployment.class.getName();

    private final Settings settings;
    private final Container container;
    private final PathPolicy policy;
    private final TokenSwitches switches;
    private final Application application;
    private final CallbackPool callbacks;
    private final ConnectionMonitor monitor;
    private final Switching switching;
    private final Chronicle chronicle;
    private final Places places;
    private final InternalConnections internal;
    private final Overflow overflow;
    private final ServletContext context;
    private final boolean veils;
    private final List<ProtocolLibrary.Started> libraries = new ArrayList<>();

    private Deployment(ServletContext context) {
        this.context = context;
        List<ProtocolLibrary> found = ProtocolLibrary.found();
        SettingValues values = SettingValues.of(context);
        settings = Settings.read(values, found.stream().flatMap(library -> library.settings().stream()).collect(Collectors.toSet()));
        container = container(context);
        if (settings.servletEdge()) container.keepToServletEdge();
        ClassLoader loader = context.getClassLoader();
        callbacks = CallbackPool.of(settings.maxCallbacks(), container.threads(), loader);
        ProtocolLibrary.Start start = new ProtocolLibrary.Start(context, Changeover.of(context), values, container.requestThreads(), callbacks.results(), container.localAddress());
        for (ProtocolLibrary library : found) libraries.add(library.start(start));
        veils = libraries.stream().anyMatch(ProtocolLibrary.Started::veils);
        List<UpgradeProtocol> known = libraries.stream().flatMap(library -> library.protocols().stream()).toList();
        policy = Policies.build(Changeover.of(context).fix(), known, EndpointScan.found(context), settings, loader);
        BlockingThreads blocking = BlockingThreads.of(settings.maxBlocking(), container.threads());
        Map<String, UpgradeProtocol> own = new HashMap<>();
        libraries.forEach(library -> own.putAll(library.internal()));
        internal = new InternalConnections(own, policy, settings.limits(), callbacks, blocking, loader);
        switches = Changeover.of(context).switches();
        settings.off().forEach(switches::off);
        chronicle = new Chronicle(policy.rules().stream().filter(rule -> !internal.isOn(rule)).flatMap(rule -> rule.protocols().stream()).flatMap(protocol -> protocol.tokens().stream()).toList(),
                settings.operating().decisions());
        application = new Application(settings.limits(), callbacks, blocking, new MemoryBudget(settings.maxMemory()),
                loader, Instances.of(loader).requestScope(), chronicle.witness());
        places = new Places(settings.bounds());
        overflow = Overflow.of(context, settings.maxCaptureOnDisk());
        monitor = new ConnectionMonitor(application.registry(), settings.limits(), loader);
        switching = new Switching(container);
        SelfReport report = report();
        chronicle.open(context, application.registry(), switches, settings.limits().drain(), report);
        libraries.forEach(library -> library.rules(policy));
        Changeover.of(context).drainedBy(application.registry()::drain);
        report.lines().forEach(line -> LOG.log(System.Logger.Level.INFO, line));
    }

    /** The application's, started at the first call: the last listener's, or the first filter's. No request has come. */
    static Deployment start(ServletContext context) throws ServletException {
        synchronized (context) {
            Object before = context.getAttribute(ATTRIBUTE);
            if (before instanceof Deployment started) return started;
            if (before instanceof ServletException said) throw said;
            try {
                Deployment deployment = new Deployment(context);
                context.setAttribute(ATTRIBUTE, deployment);
                return deployment;
            } catch (RuntimeException wrong) {
                LOG.log(System.Logger.Level.ERROR, "Changeover stops the deployment of ''{0}'': {1}", context.getContextPath(), wrong.getMessage());
                ServletException stop = new ServletException("Changeover: " + wrong.getMessage(), wrong);
                context.setAttribute(ATTRIBUTE, stop);      // who asks next
                throw stop;
            }
        }
    }

    /** Ends what was started, if anything was. */
    static void stop(ServletContext context) {
        if (context.getAttribute(ATTRIBUTE) instanceof Deployment started) {
            context.removeAttribute(ATTRIBUTE);
            started.close();
        }
    }

    private static Container container(ServletContext context) {
        for (ServiceLoader.Provider<Container> provider : ServiceLoader.load(Container.class, Deployment.class.getClassLoader()).stream().toList()) {
            try {
                Container container = provider.get();
                if (container.hosts(context)) return container;
            } catch (ServiceConfigurationError | LinkageError elsewhere) {
                LOG.log(System.Logger.Level.DEBUG, "Not this container", elsewhere);
            }
        }
        return new Container.Plain(context.getServerInfo());
    }

    private SelfReport report() {
        List<SelfReport.Path> paths = policy.rules().stream().filter(rule -> !internal.isOn(rule)).map(rule -> new SelfReport.Path(rule.template().toString(),
                rule.protocols().stream().flatMap(protocol -> protocol.tokens().stream()).map(ProtocolToken::toString).toList(), Policies.terms(rule))).toList();
        return new SelfReport(context.getServerInfo(), context.getContextPath(), container.name(), container.deviations(),
                application.blocking().virtual() ? "virtual" : "platform", settings.shown(), paths,
                libraries.stream().map(ProtocolLibrary.Started::describe).filter(said -> !said.isEmpty()).toList());
    }

    /** One line for each decision, and its place in the chronicle. */
    Chronicle.Entry tell(Considered considered) {
        return tell(considered, considered.verdict().explanation());
    }

    /** The same for a refusal that came after the verdict. */
    Chronicle.Entry tell(Considered considered, Decision.Refuse refusal, Ground ground) {
        return tell(considered, considered.verdict().explanation().refused(refusal.status(), ground, refusal.reason()));
    }

    /** For a request that was to switch, and stays HTTP; whoever calls has logged it. */
    Chronicle.Entry stays(Considered considered, String reason) {
        return record(considered, considered.verdict().explanation().ignored(Ground.STAYED_HTTP, reason));
    }

    private Chronicle.Entry tell(Considered considered, Explanation explanation) {
        // a switch is as ordinary as an answer, and costs more to log than to make
        System.Logger.Level level = explanation.outcome() == Explanation.Outcome.REFUSED ? System.Logger.Level.INFO : System.Logger.Level.DEBUG;
        if (LOG.isLoggable(level)) LOG.log(level, explanation.toString());
        return record(considered, explanation);
    }

    private Chronicle.Entry record(Considered considered, Explanation explanation) {
        return internal.concern(considered) ? head -> { } : chronicle.decided(considered.request(), explanation, considered.took());
    }

    Settings settings() {
        return settings;
    }

    Container container() {
        return container;
    }

    PathPolicy policy() {
        return policy;
    }

    TokenSwitches switches() {
        return switches;
    }

    /** What limits the number of connections such as this one. */
    Places places(Considered considered) {
        return internal.concern(considered) ? internal.places() : places;
    }

    Overflow overflow() {
        return overflow;
    }

    Application application() {
        return application;
    }

    /** What a connection of this request shares with others. */
    Application application(Considered considered) {
        return internal.concern(considered) ? internal.application() : application;
    }

    Switching switching() {
        return switching;
    }

    /** Null where nobody waits for any. */
    Logouts logouts() {
        return libraries.stream().flatMap(library -> library.logouts().stream()).findFirst().orElse(null);
    }

    boolean veils() {
        return veils;
    }

    /** The request as the application's filters see it. */
    HttpServletRequest veil(HttpServletRequest request) {
        HttpServletRequest seen = request;
        for (ProtocolLibrary.Started library : libraries) seen = library.veil(seen);
        return seen;
    }

    @Override
    public void close() {
        Changeover.of(context).drainedBy(null);
        long begun = System.nanoTime();
        internal.startDraining(settings.limits().drain());
        application.registry().stop(settings.limits().drain());
        Duration left = settings.limits().drain().minusNanos(System.nanoTime() - begun);
        internal.stop(left.isNegative() ? Duration.ZERO : left);
        chronicle.close(context);
        for (ProtocolLibrary.Started library : libraries) library.close();
        monitor.close();
        internal.close();
        application.blocking().close();
        callbacks.close();
        application.close();
        container.close();
    }
}
