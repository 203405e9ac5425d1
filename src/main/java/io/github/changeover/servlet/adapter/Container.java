package io.github.changeover.servlet.adapter;

import jakarta.servlet.ServletContext;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * The adapter of one servlet container. {@link ContainerSupport} finds the implementations by {@link java.util.ServiceLoader} and selects one for each
 * application. An instance serves one application. Internal.
 *
 * <p>An adapter has four parts, one for each concern:
 * <ul>
 * <li>{@link ContainerDescription}: facts about the container, for the start and for the log;
 * <li>{@link RequestRepair}: what the container does wrong with an HTTP/1 request that has {@code Upgrade}, and with a response to it other than 101;
 * <li>{@link ConnectionUpgrade}: the 101, and the moment at which the connection changes its protocol;
 * <li>{@link NativeConnection}: a half-close, an abort and other operations on an upgraded connection that the Servlet API does not have.
 * </ul>
 * The defaults are for a container that does what the Servlet specification and RFC 9110 specify.
 */
public interface Container extends ContainerDescription {
    /** The {@link #caller} of a container that keeps no caller on threads. */
    Supplier<Runnable> NO_CALLER = () -> () -> { };

    /**
     * Returns whether the application runs in this container. Called first and once, on the thread that starts the application. Decides by the class
     * of the context and the classes of the container, never by the name that the container reports. In another container it must not load any class
     * of this container, and must not change or log anything.
     */
    Fit identify(ServletContext context);

    /**
     * How an adapter fits the running container.
     *
     * @param level  the degree
     * @param reason why it does not fit completely, as a sentence without a full stop; empty if it does
     */
    record Fit(Level level, String reason) {
        /** The degree to which an adapter fits. */
        enum Level {
            /** Another container. */
            OTHER_CONTAINER,
            /** Every required class, method and field exists. */
            COMPLETE,
            /** Only a class or member for {@link io.github.changeover.eventloop.EventLoops event loops} is missing. The container reports all events. */
            WITHOUT_EVENT_LOOPS,
            /** A class or member for native connections is missing. Connections on the streams of the Servlet API are reliable, as tests show. */
            SERVLET_API_ONLY,
            /** This container, but a member is missing without which no connection can be switched safely. */
            UNSUPPORTED_VERSION
        }

        public static final Fit OTHER_CONTAINER = new Fit(Level.OTHER_CONTAINER, "");
        public static final Fit COMPLETE = new Fit(Level.COMPLETE, "");

        public static Fit withoutEventLoops(String reason) {
            return new Fit(Level.WITHOUT_EVENT_LOOPS, reason);
        }

        public static Fit servletApiOnly(String reason) {
            return new Fit(Level.SERVLET_API_ONLY, reason);
        }

        public static Fit unsupportedVersion(String reason) {
            return new Fit(Level.UNSUPPORTED_VERSION, reason);
        }
    }

    /**
     * Makes the adapter use the streams of the Servlet API instead of the sockets of the container. Called if {@code changeover.edge} is
     * {@code servlet}, once, after {@link #identify} and before any request. Only Tomcat has a choice.
     */
    default void useServletApiOnly() {
    }

    /** Returns what corrects requests and responses; always the same object. */
    default RequestRepair requestRepair() {
        return RequestRepair.NONE;
    }

    /** Returns what upgrades connections; always the same object once the application has started. */
    default ConnectionUpgrade connectionUpgrade() {
        return ConnectionUpgrade.SERVLET_API;
    }

    /**
     * Returns a factory for threads of the container, which have the context of the application; null if there is none. Called at the start. Payara
     * needs it: on other threads its naming, security and CDI contexts are missing.
     */
    default ThreadFactory threads() {
        return null;
    }

    /**
     * Captures the caller (the authenticated user) that the container keeps for this thread, which serves a request, for use on other threads. The
     * container's own lookup of the caller, such as {@code @Inject Principal}, needs it. The supplier sets the caller on a thread; the
     * {@code Runnable} that it returns removes it there. Does nothing if the thread has no caller. Called during an upgrade. Only Payara keeps a
     * caller on threads.
     */
    default Supplier<Runnable> caller() {
        return NO_CALLER;
    }

    /**
     * Removes the mappings of a filter that the container itself has registered for the application. Called at the start, before filters are
     * initialized. If the mappings cannot be removed, they stay, and a log line reports it. Payara needs it for the filter of its WebSocket engine.
     *
     * @param filterClass the name of the class of the filter
     */
    default void removeFilterMappings(ServletContext context, String filterClass) {
    }

    /**
     * Disables the WebSocket engine of the container for the application, because Changeover serves WebSocket there. Called by an initializer. Undertow needs it: its
     * engine does not start with a {@code ServerContainer} of Changeover.
     */
    default void disableWebSocketEngine(ServletContext context) {
    }

    /** An unknown container. Only the Servlet API is used, and only if the operator allows it ({@code changeover.container=unchecked}). */
    final class Plain implements Container {
        /**
         * The most careful use of the streams, as Undertow requires it: they are not thread-safe, and a write of a part of an array sends
         * the whole array.
         */
        static final NativeConnection UNKNOWN_STREAMS = new NativeConnection() {
            @Override
            public boolean readsInCallbacksOnly() {
                return true;
            }

            @Override
            public boolean writesPartsOfArrays() {
                return false;
            }
        };
        private static final ConnectionUpgrade UPGRADE = ConnectionUpgrade.onServletStreams(UNKNOWN_STREAMS);

        @Override
        public String name() {
            return "servlet edge, container unchecked";
        }

        @Override
        public Fit identify(ServletContext context) {
            return Fit.COMPLETE;
        }

        @Override
        public ConnectionUpgrade connectionUpgrade() {
            return UPGRADE;
        }

        @Override
        public boolean mapsEveryServletByName() {
            return false;
        }

        @Override
        public boolean initializesServletsInOrder() {
            return false;
        }

        @Override
        public String deviations() {
            return "not known";
        }
    }
}
