package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A protocol with settings, endpoints or a library of its own, which looks round in the application when that starts and ends
 * when it ends. Internal: found by {@link java.util.ServiceLoader}, so that nothing else knows it.
 */
public interface ProtocolLibrary {
    /** The names of its settings. */
    Set<String> settings();

    /** Those of them that can be set for a path as well: {@link SettingValues#at}. */
    default Set<String> pathSettings() {
        return Set.of();
    }

    /**
     * Registers servlets of its own, where the application's initializers run: later not every container takes them. Called once,
     * before {@link #start}, on another instance; not where the listener is declared by hand.
     */
    default void register(ServletContext context, SettingValues settings) {
    }

    /**
     * Offers what the application has for it. Called once, before the rules of paths are made.
     *
     * @throws SettingValues.Wrong   for a setting that cannot be used
     * @throws IllegalStateException when the application cannot run as it is; the message says what to do
     */
    Started start(Start start);

    /**
     * What a library starts with.
     *
     * @param context        the application's
     * @param changeover     where it says what is offered
     * @param settings       the application's
     * @param requestThreads how many threads of the container's serve requests; 0 where that is not known
     * @param scope          begins a request scope of CDI on this thread, where there is one; what it returns ends it
     * @param results        runs results of asynchronous sends, beside callbacks; see {@link io.github.changeover.connection.CallbackPool#results}
     * @param localAddress   scheme, host and port by which a client on this machine reaches the container; empty where no port is known yet
     * @param container      where the application runs
     */
    record Start(ServletContext context, Changeover changeover, SettingValues settings, int requestThreads, Executor results, Supplier<Runnable> scope,
            Optional<URI> localAddress, Container container) {
        /** What the application brings of a type: found by {@link ServiceLoader} and among the beans of CDI, each class once. */
        public <T> List<T> found(Class<T> type) {
            ClassLoader loader = context.getClassLoader();
            List<T> found = new ArrayList<>();
            ServiceLoader.load(type, loader).forEach(found::add);
            List<T> services = List.copyOf(found);
            Instances.of(loader).beans(type).stream().filter(bean -> services.stream().noneMatch(service -> service.getClass().isInstance(bean))).forEach(found::add);
            return found;
        }

        /** @throws IllegalStateException when the library that a protocol is built on is not here */
        public void need(String type, String protocol, String artifact) {
            try {
                Class.forName(type, false, ProtocolLibrary.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError absent) {
                throw new IllegalStateException("The protocol " + protocol + " needs a library that is not here: put " + artifact
                        + ", with what it depends on, into WEB-INF/lib", absent);
            }
        }
    }

    /** A library at work in one application. */
    interface Started extends AutoCloseable {
        /** What a path's setting can name, beside what the application brings. */
        default List<UpgradeProtocol> protocols() {
            return List.of();
        }

        /**
         * Paths that it offers and that are not the application's, by template, each with its only protocol: their connections are in no list, count or limit
         * of the application's.
         */
        default Map<String, UpgradeProtocol> internal() {
            return Map.of();
        }

        /** For the log at start; empty for nothing to say. */
        default String describe() {
            return "";
        }

        /** Whether it ever hides anything by {@link #veil}. */
        default boolean veils() {
            return false;
        }

        /** The request as the application's filters see it: this one, or a {@link Veil} over it. */
        default HttpServletRequest veil(HttpServletRequest request) {
            return request;
        }

        /**
         * What the application may yet offer, on any path, until the rules are fixed, and may ask for itself at any time, amid its answer
         * ({@link LateSwitch}).
         */
        default List<ProtocolToken> late() {
            return List.of();
        }

        /** Empty where it does not matter who logs out. */
        default Optional<Logouts> logouts() {
            return Optional.empty();
        }

        /** The rules of paths are made, of everything that was offered: called at start, and again whenever they change. One call at a time. */
        default void rules(PathPolicy policy) {
        }

        /** The application goes. Its connections are closed already. */
        @Override
        default void close() {
        }
    }

    /** Those that can be loaded here. */
    static List<ProtocolLibrary> found() {
        List<ProtocolLibrary> found = new ArrayList<>();
        for (ServiceLoader.Provider<ProtocolLibrary> provider
                : ServiceLoader.load(ProtocolLibrary.class, ProtocolLibrary.class.getClassLoader()).stream().toList()) {
            try {
                found.add(provider.get());
            } catch (ServiceConfigurationError | LinkageError absent) {
                System.getLogger(ProtocolLibrary.class.getName()).log(System.Logger.Level.DEBUG, "A protocol's library is not here", absent);
            }
        }
        return found;
    }
}
