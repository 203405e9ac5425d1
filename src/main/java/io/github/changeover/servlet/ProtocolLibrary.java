package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.rules.Instances;
import io.github.changeover.servlet.settings.SettingValues;
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
 * A protocol that needs settings, endpoints or a library. It inspects the application at its start and ends with it. Internal: found by
 * {@link java.util.ServiceLoader}, so that no other code depends on it.
 */
public interface ProtocolLibrary {
    /** Returns the names of its settings. */
    Set<String> settings();

    /** Returns the names of the settings that can also be set for a path: {@link SettingValues#at}. */
    default Set<String> pathSettings() {
        return Set.of();
    }

    /**
     * Registers its servlets, while the initializers of the application run; some containers do not allow it later. Called once, before
     * {@link #start}, on another instance. Not called if the listener is declared in web.xml.
     */
    default void register(ServletContext context, SettingValues settings) {
    }

    /**
     * Does the work of this library's own initializer, if it has one, in an application that a framework installs Changeover in
     * ({@link Installation}). Called before {@link #register}, on the same instance.
     */
    default void install(ServletContext context) {
    }

    /**
     * Offers what the application provides for this protocol. Called once, before the path rules are made.
     *
     * @throws SettingValues.InvalidSettingException if a setting cannot be used
     * @throws IllegalStateException if the application cannot run as it is; the message contains what to do
     */
    Started start(Start start);

    /**
     * The environment of a library at its start.
     *
     * @param context        the context of the application
     * @param changeover     receives the offers
     * @param settings       the settings of the application
     * @param requestThreads number of threads of the container that serve requests; 0 if it is not known
     * @param scope          begins a request scope of CDI on this thread, if CDI is available; the returned {@code Runnable} ends it
     * @param results        runs the results of asynchronous sends, in parallel to callbacks; see
     *                       {@link io.github.changeover.connection.CallbackExecutor#results}
     * @param localAddress   scheme, host and port by which a client on this machine reaches the container; empty while no port is known
     * @param container      the container of the application
     */
    record Start(ServletContext context, Changeover changeover, SettingValues settings, int requestThreads, Executor results, Supplier<Runnable> scope,
            Optional<URI> localAddress, Container container) {
        /** Returns the implementations of a type that the application provides: found by {@link ServiceLoader} and among the beans of CDI or of a framework. */
        public <T> List<T> found(Class<T> type) {
            List<T> found = new ArrayList<>();
            ServiceLoader.load(type, context.getClassLoader()).forEach(found::add);
            List<T> services = List.copyOf(found);
            Instances.of(context).beans(type).stream().filter(bean -> services.stream().noneMatch(service -> service.getClass().isInstance(bean))).forEach(found::add);
            return found;
        }

        /** @throws IllegalStateException if the library that the protocol depends on is missing */
        public void requireClass(String type, String protocol, String artifact) {
            try {
                Class.forName(type, false, ProtocolLibrary.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError absent) {
                throw new IllegalStateException("The protocol " + protocol + " requires a library that was not found: put " + artifact
                        + ", with its dependencies, into WEB-INF/lib", absent);
            }
        }
    }

    /** A started library in one application. */
    interface Started extends AutoCloseable {
        /** Returns the protocols that the setting of a path can name, in addition to those of the application. */
        default List<UpgradeProtocol> protocols() {
            return List.of();
        }

        /** Returns the library's own paths, by template, each with its only protocol. Their connections are in no list, count or limit of the application. */
        default Map<String, UpgradeProtocol> internal() {
            return Map.of();
        }

        /** Returns lines for the log at the start, or an empty string. */
        default String describe() {
            return "";
        }

        /** Returns whether {@link #hideHeaders} may ever hide a header field. */
        default boolean hidesHeaders() {
            return false;
        }

        /** Returns the request as the filters of the application see it: this one, or a {@link HeaderHidingRequest} that wraps it. */
        default HttpServletRequest hideHeaders(HttpServletRequest request) {
            return request;
        }

        /**
         * Returns the protocols that the application may offer on any path until the rules are fixed, and may request itself at any time while it
         * responds ({@link ApplicationRequestedUpgrade}).
         */
        default List<ProtocolToken> late() {
            return List.of();
        }

        /** Returns the listener for logouts; empty if the library needs none. */
        default Optional<LogoutListener> logouts() {
            return Optional.empty();
        }

        /** Called at the start and after each change, with the rules that were made of all offers. Calls are serialized. */
        default void rules(PathPolicy policy) {
        }

        /** Called at the end of the application, after its connections were closed. */
        @Override
        default void close() {
        }
    }

    /** Returns the libraries that can be loaded. */
    static List<ProtocolLibrary> found() {
        List<ProtocolLibrary> found = new ArrayList<>();
        for (ServiceLoader.Provider<ProtocolLibrary> provider
                : ServiceLoader.load(ProtocolLibrary.class, ProtocolLibrary.class.getClassLoader()).stream().toList()) {
            try {
                found.add(provider.get());
            } catch (ServiceConfigurationError | LinkageError absent) {
                System.getLogger(ProtocolLibrary.class.getName()).log(System.Logger.Level.DEBUG, "The library of a protocol was not found", absent);
            }
        }
        return found;
    }
}
