package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.adapter.CatalinaContext;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.adapter.RequestRepair;
import jakarta.servlet.ServletContext;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Payara 6 and 7, and GlassFish 7 ({@link GrizzlyServer}). Connections use the socket if there are event loops and no TLS, otherwise the streams of the
 * Servlet API. Grizzly deviates from HTTP in two ways, which are corrected by reflection:
 * it treats every request with {@code Upgrade} as a raw connection ({@link PayaraRequestRepair}), and it closes a connection at the peer's end, even if
 * output is not sent yet. {@link GrizzlyConnection} and {@link GrizzlyReadFilter} prevent that, and implement the half-close and the abort.
 */
public final class PayaraContainer implements Container {
    private static final System.Logger LOG = System.getLogger(PayaraContainer.class.getName());

    private final RequestRepair requestRepair = new PayaraRequestRepair();
    private final ConnectionUpgrade connectionUpgrade = new PayaraUpgrade(requestRepair);
    private PayaraListeners listeners;      // null: not known
    private PayaraCaller caller;

    /** Called by the ServiceLoader. */
    public PayaraContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        Class<?> contextClass = CatalinaContext.classOf(context);
        if (contextClass == null || !hasGrizzly(contextClass.getClassLoader())) return Fit.OTHER_CONTAINER;
        Fit fit = check(contextClass.getClassLoader());
        listeners = PayaraListeners.of(context, GrizzlyRequest.server());
        caller = PayaraCaller.of(context);
        return fit;
    }

    /** Finds every class and member that is needed. */
    private static Fit check(ClassLoader loader) {
        try {
            String missing = GrizzlyRequest.resolve(loader);
            return missing.isEmpty() ? Fit.COMPLETE : Fit.withoutEventLoops("Unsupported Grizzly version (" + missing + ")");
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            return Fit.unsupportedVersion("Unsupported Grizzly version (" + missing + ")");
        }
    }

    private static boolean hasGrizzly(ClassLoader loader) {
        try {
            Class.forName("org.glassfish.grizzly.http.server.Request", false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError otherContainer) {
            return false;
        }
    }

    @Override
    public RequestRepair requestRepair() {
        return requestRepair;
    }

    @Override
    public ConnectionUpgrade connectionUpgrade() {
        return connectionUpgrade;
    }

    /**
     * Returns a factory that creates each thread in the context of this application. Otherwise Payara gives a thread the context of the code that
     * creates it, and pools create their threads on any thread.
     */
    @Override
    public ThreadFactory threads() {
        try {
            InitialContext names = new InitialContext();
            ThreadFactory factory = (ThreadFactory) names.lookup("java:comp/DefaultManagedThreadFactory");
            Object contexts = names.lookup("java:comp/DefaultContextService");
            Class<?> type = Class.forName("jakarta.enterprise.concurrent.ContextService", false, contexts.getClass().getClassLoader());
            return (ThreadFactory) type.getMethod("createContextualProxy", Object.class, Class.class).invoke(contexts, factory, ThreadFactory.class);
        } catch (NamingException | ReflectiveOperationException | ClassCastException unavailable) {
            LOG.log(System.Logger.Level.DEBUG, "The container has no managed threads", unavailable);
            return null;
        }
    }

    @Override
    public Supplier<Runnable> caller() {
        return caller.onThisThread();
    }

    @Override
    public void removeFilterMappings(ServletContext context, String filterClass) {
        PayaraContext.removeFilterMappings(context, filterClass);
    }

    // ---- description

    @Override
    public String name() {
        return "Grizzly, servlet edge";
    }

    @Override
    public String deviations() {
        return h2c() + GrizzlyRequest.server().deviations();
    }

    private String h2c() {
        String sentence = "the container handles 'Upgrade: h2c' before any filter ";
        if (listeners == null) return sentence + "on each listener for which HTTP/2 is on; ";
        return listeners.upgradeToH2c().isEmpty() ? "" : sentence + "(HTTP/2 is enabled for " + String.join(", ", listeners.upgradeToH2c()) + "); ";
    }

    @Override
    public int requestThreads() {
        return listeners == null ? 0 : listeners.threads();
    }

    @Override
    public Optional<URI> localAddress() {
        return listeners == null ? Optional.empty() : listeners.localAddress();
    }
}
