package io.github.changeover.servlet.adapter;

import java.net.URI;
import java.util.Optional;

/** Facts about a container. Called by the thread that starts the application, except for {@link #localAddress}. */
public interface ContainerDescription {
    /**
     * Returns the container and the kind of its transport, for the log at the start, the console and the label {@code edge} of the metric
     * {@code changeover_info}. Values must not change: alerts may depend on them.
     */
    String name();

    /** Returns the known deviations of this container from HTTP, for the log at the start and for the console. */
    default String deviations() {
        return "none known";
    }

    /** Returns the number of threads that serve requests, of the listener with the fewest; 0 if it is not known, as in a plain container. */
    default int requestThreads() {
        return 0;
    }

    /**
     * Returns scheme, host and port by which a client on this machine reaches the container; empty while no port is known. May be called from any
     * thread and repeatedly: an embedded container binds its ports after it has started its applications.
     */
    default Optional<URI> localAddress() {
        return Optional.empty();
    }

    /**
     * Returns whether a filter can be mapped to the name {@code *}, that is to every servlet, after all filters that are mapped to paths and to names
     * of servlets. If not, the inner filter is mapped to the path {@code /*}. Tomcat, Payara, GlassFish and Undertow can do it, although no specification requires it.
     */
    default boolean mapsEveryServletByName() {
        return true;
    }

    /** Returns whether servlets that are loaded on startup are initialized in the order of their numbers, before the start ends. */
    default boolean initializesServletsInOrder() {
        return true;
    }

    /** Returns the advice for the log if another WebSocket engine has replaced the {@code ServerContainer} of Changeover. */
    default String webSocketEngineAdvice() {
        return "Remove that engine from the application, or set changeover.websocket.engine=container: that engine then serves WebSocket, and Changeover checks the handshakes.";
    }
}
