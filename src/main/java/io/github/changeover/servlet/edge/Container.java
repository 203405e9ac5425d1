package io.github.changeover.servlet.edge;

import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;

/**
 * The differences of one container. Internal: found by {@link java.util.ServiceLoader}, one implementation for each container in
 * {@code io.github.changeover.servlet.tomcat} and {@code .payara}. {@link ContainerSupport} selects the implementation.
 */
public interface Container {
    /** Returns the name for log lines. */
    String name();

    /**
     * Returns whether the application runs in this container. Decides by the class of the context and the classes of the container, never by the name
     * that the container reports. In another container it loads none of that container's classes. Changes nothing and logs nothing.
     */
    Fit identify(ServletContext context);

    /**
     * How this implementation fits the running container.
     *
     * @param level the degree
     * @param why   the reason why it does not fit completely; empty if it does
     */
    record Fit(Level level, String why) {
        /** The degree to which an implementation fits. */
        enum Level {
            /** Another container. */
            OTHER,
            /** Every required class, method and field exists. */
            COMPLETE,
            /** The native connections of the container cannot be used. Its streams of the Servlet API are reliable, as tests show. */
            SERVLET_EDGE,
            /** This container, but a member is missing without which no connection can be switched safely. */
            UNSUITABLE
        }

        public static final Fit OTHER = new Fit(Level.OTHER, "");
        public static final Fit COMPLETE = new Fit(Level.COMPLETE, "");

        public static Fit servletEdge(String why) {
            return new Fit(Level.SERVLET_EDGE, why);
        }

        public static Fit unsuitable(String why) {
            return new Fit(Level.UNSUITABLE, why);
        }
    }

    /**
     * Called if {@code changeover.edge} is {@code servlet}: a container with native connections must use the Servlet API instead. Called once, before
     * any request.
     */
    default void keepToServletEdge() {
    }

    /**
     * Makes the content of a request with {@code Upgrade} end where its framing ends, if the container does not do that. Called for HTTP/1, before
     * anything has read from the request. A request that needs no repair, or cannot be repaired, is returned unchanged and passes as ordinary HTTP.
     *
     * @return the request for the following filters; the same object if nothing was changed
     */
    default HttpServletRequest repairContent(HttpServletRequest request) {
        return request;
    }

    /** Returns whether the content can be read to the end of its framing and no further. If not, a request with content is not switched. */
    default boolean contentEndsWithFraming(HttpServletRequest request) {
        return true;
    }

    /** Returns the timeout for reads of the content of the request. */
    default ReadTimeout readTimeout(HttpServletRequest request) {
        return millis -> { };
    }

    /** Limits how long a read waits for bytes. If the limit cannot be set, the timeout of the container applies. */
    interface ReadTimeout {
        void atMost(long millis);

        /** Restores the timeout of the container. */
        default void restore() {
        }
    }

    /** Abandons the rest of the content: the connection is closed after the response. */
    default void abandonContent(HttpServletRequest request) {
    }

    /**
     * Reverts {@link #repairContent} right before an upgrade. Bytes that are read afterwards belong to the switched connection.
     *
     * @throws IOException if content was left unread
     */
    default void restoreRaw(HttpServletRequest request) throws IOException {
    }

    /** Called when a request with {@code Upgrade} has returned from the application and stays HTTP. */
    default void answered(HttpServletRequest request) {
    }

    /**
     * Returns whether the message had both {@code Transfer-Encoding} and {@code Content-Length}, for a container that hides this by removing one of
     * them. If this is uncertain, returns {@code true}: such a message gets a response but is never switched (RFC 9112 section 6.1).
     */
    default boolean framedTwice(HttpServletRequest request) {
        return false;
    }

    /** Closes the connection after the response, which contains {@code Connection: close}. */
    default void closeAfterAnswer(HttpServletRequest request) {
    }

    /**
     * Returns whether it is certain, right before the switch, that the client has sent no byte after its request so far. Returns {@code false} if
     * that cannot be known.
     */
    default boolean nothingEarly(HttpServletRequest request) {
        return false;
    }

    /**
     * Calls {@code upgrade()} so that the connection is opened when the thread of the request has returned to the container. An exception is thrown
     * only before anything was changed.
     */
    default void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        ServletUpgradeHandler.upgrade(request, connection, Below.NOTHING);
    }

    /** Gives a response other than 101 the standard reason phrase of its status, if the container has none for it. */
    default void reasonPhrase(HttpServletRequest request, int status) {
    }

    /** Sets {@code Upgrade} on a response other than 101. Omits it if the container would then send an invalid response. */
    default void announce(HttpServletRequest request, HttpServletResponse response, String tokens) {
        response.setHeader("Upgrade", tokens);
    }

    /** Adds a header field of the protocol to its 101, unchanged. */
    default void field101(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        response.addHeader(name, value);
    }

    /** Called when status and header fields of the 101 are complete, for the last changes to the response head. */
    default void beforeHead(HttpServletRequest request) {
    }

    /** Returns a factory for threads of the container, which carry the context of the application, or null. */
    default ThreadFactory threads() {
        return null;
    }

    /**
     * Captures the caller as the container has it on this thread, which serves a request, for use on other threads. This serves the container's own
     * lookup of the caller, such as {@code @Inject Principal}. The supplier sets the caller on a thread; the returned {@code Runnable} removes it
     * there. Does nothing if the thread has no caller.
     */
    default Supplier<Runnable> caller() {
        return NO_CALLER;
    }

    /** For a container that keeps no caller on threads. */
    Supplier<Runnable> NO_CALLER = () -> () -> { };

    /** Returns the number of threads that serve requests, of the listener with the fewest; 0 if it is not known. */
    default int requestThreads() {
        return 0;
    }

    /** Returns scheme, host and port by which a client on this machine reaches the container; empty while no port is known. */
    default Optional<URI> localAddress() {
        return Optional.empty();
    }

    /**
     * Removes the mappings of a filter that the container itself has registered for the application. Called before filters are initialised. If the
     * mappings cannot be removed, they stay, and a log line reports it.
     *
     * @param filter the name of its class
     */
    default void leaveOut(ServletContext context, String filter) {
    }

    /** Returns what to do so that Changeover provides the ServerContainer of the application after another WebSocket engine has replaced it. */
    default String withoutItsWebSocketEngine() {
        return "Remove that engine from the application, or set changeover.websocket.engine=container: then it speaks, and Changeover checks the handshakes.";
    }

    /** Releases what was allocated for the application, when the application ends. */
    default void close() {
    }

    /** Returns the known differences of this container, for the log at the start. */
    default String deviations() {
        return "none known";
    }

    /** Operations on a connection beneath the Servlet API. All may be called from any thread. */
    interface Below {
        Below NOTHING = new Below() {
        };

        /**
         * Sends a FIN after everything that was written. Returns {@code false} if that cannot be done.
         *
         * @param closing whether bytes that the peer still sends can be ignored
         */
        default boolean endOutput(boolean closing) {
            return false;
        }

        /** Called before an orderly close, after everything was written. Over TLS, a container may fail to send the close_notify by itself. */
        default void beforeClose() {
        }

        /** Releases the socket immediately, if that is possible. */
        default void abort() {
        }

        /** Called inside destroy(): drops references of the container to the application. */
        default void forget() {
        }

        /**
         * Registers a callback for the end of the peer's data, called once, for a container that would otherwise close the connection itself.
         *
         * @return whether the callback will be called
         */
        default boolean whenEnded(Runnable told) {
            return false;
        }

        /** Registers a callback for the loss of the connection, called once, for a container that may notify no listener of it. */
        default void whenGone(Runnable told) {
        }

        /**
         * Returns whether only callbacks may use the streams. The container then polls for bytes on its own thread: a second reader would access the
         * same buffer, and a close on another thread would block behind a stalled peer.
         */
        default boolean callbacksOnly() {
            return false;
        }

        /** Returns whether only the thread of the container may read, during a callback. */
        default boolean readsInCallbacks() {
            return callbacksOnly();
        }

        /** Returns whether {@code write(array, offset, length)} writes only that part of the array. */
        default boolean writesPartsOfArrays() {
            return true;
        }

        /**
         * For a container whose thread alone reads: requests one more call of {@code onDataAvailable} for bytes that the container may hold in its
         * buffer. No event of the socket reports those bytes.
         *
         * @return whether the call will come
         */
        default boolean recall() {
            return false;
        }
    }

    /**
     * Returns whether a filter can be mapped to the name {@code *}, that is to every servlet, after all filters that are mapped to paths and to names
     * of servlets. If not, the inner filter is mapped to the path {@code /*}.
     */
    default boolean mapsEveryServletByName() {
        return true;
    }

    /** Returns whether servlets that are loaded on startup are initialised in the order of their numbers, before the start ends. */
    default boolean initializesServletsInOrder() {
        return true;
    }

    /** An unknown container. Only the Servlet API is used, and only if the operator allows it. */
    final class Plain implements Container {
        /** The most careful setting, as Undertow requires it: its streams are not thread-safe, and it writes whole arrays. */
        static final Below BELOW = new Below() {
            @Override
            public boolean readsInCallbacks() {
                return true;
            }

            @Override
            public boolean writesPartsOfArrays() {
                return false;
            }
        };

        @Override
        public String name() {
            return "servlet edge, container unchecked";
        }

        @Override
        public Fit identify(ServletContext context) {
            return Fit.COMPLETE;
        }

        @Override
        public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
            ServletUpgradeHandler.upgrade(request, connection, BELOW);
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
