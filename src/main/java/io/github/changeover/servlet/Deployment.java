package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.connection.Application;
import io.github.changeover.connection.Threads;
import io.github.changeover.connection.Watch;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.util.ArrayList;
import java.util.List;
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
    private final Watch watch;
    private final Switching switching;
    private final Tally tally = new Tally();
    private final List<ProtocolLibrary.Started> libraries = new ArrayList<>();

    private Deployment(ServletContext context) {
        List<ProtocolLibrary> found = ProtocolLibrary.found();
        SettingValues values = SettingValues.of(context);
        settings = Settings.read(values, found.stream().flatMap(library -> library.settings().stream()).collect(Collectors.toSet()));
        container = container(context);
        if (settings.servletEdge()) container.keepToServletEdge();
        ClassLoader loader = context.getClassLoader();
        for (ProtocolLibrary library : found) libraries.add(library.start(new ProtocolLibrary.Start(context, Changeover.of(context), values)));
        List<UpgradeProtocol> known = libraries.stream().flatMap(library -> library.protocols().stream()).toList();
        policy = Policies.build(Changeover.of(context).fix(), known, EndpointScan.found(context), settings, loader);
        switches = Changeover.of(context).switches();
        settings.off().forEach(switches::off);
        application = Application.of(settings.limits(), Threads.of(settings.maxBlocking(), container.threads()), loader);
        watch = new Watch(application.register(), settings.limits(), loader);
        switching = new Switching(container);
        LOG.log(System.Logger.Level.INFO, "Changeover on {0} ({1}); deviations: {2}; {3}; handlers that block run on {4} threads",
                context.getServerInfo(), container.name(), container.deviations(), settings, application.threads().virtual() ? "virtual" : "platform");
        libraries.stream().map(ProtocolLibrary.Started::describe).filter(said -> !said.isEmpty()).forEach(said -> LOG.log(System.Logger.Level.INFO, said));
        for (PathRule rule : policy.rules()) {
            LOG.log(System.Logger.Level.INFO, "{0}{1} offers {2}", context.getContextPath(), rule.template(), Policies.describe(rule));
        }
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

    /** One line and the count for a refusal that came after the verdict. */
    void tell(Decision.Refuse refusal, UpgradeRequest request) {
        tally.count(refusal);
        LOG.log(System.Logger.Level.INFO, "refused {0} {1} with {2}, {3}", request.method(), request.printablePath(), refusal.status(), refusal.reason());
    }

    /** One line for each decision, and its count. */
    void tell(Verdict verdict) {
        tally.count(verdict.decision());
        System.Logger.Level level = verdict.decision() instanceof Decision.Ignore ? System.Logger.Level.DEBUG : System.Logger.Level.INFO;
        if (LOG.isLoggable(level)) LOG.log(level, verdict.explanation().toString());
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

    Application application() {
        return application;
    }

    Switching switching() {
        return switching;
    }

    Tally tally() {
        return tally;
    }

    @Override
    public void close() {
        application.register().drain(settings.limits().drain());
        for (ProtocolLibrary.Started library : libraries) library.close();
        watch.close();
        application.threads().close();
        container.close();
    }
}
