package io.github.changeover.servlet;

import io.github.changeover.connection.LiveConnection;
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
 * What a container does differently. Internal: found by {@link java.util.ServiceLoader}, one for each container in
 * {@code io.github.changeover.servlet.container}. {@link ContainerSupport} says which one serves.
 */
public interface Container {
    /** For log lines. */
    String name();

    /**
     * Whether this is the container the application runs in, by the class behind the context and the container's own classes, never by
     * what the container calls itself. Loads none of its classes elsewhere. Changes nothing, and logs nothing.
     */
    Fit identify(ServletContext context);

    /**
     * How this code fits the container that runs.
     *
     * @param level how far
     * @param why   it does not fit completely; empty where it does
     */
    record Fit(Level level, String why) {
        /** How far. */
        enum Level {
            /** Another container. */
            OTHER,
            /** Every class, method and field that is needed is there. */
            COMPLETE,
            /** The container's own edge does not fit; its streams of the Servlet API are sound, as tests show. */
            SERVLET_EDGE,
            /** This container, and something is missing without which no connection can be switched safely. */
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

    /** {@code changeover.edge} is {@code servlet}: a container with an edge of its own leaves it. Called once, before any request. */
    default void keepToServletEdge() {
    }

    /**
     * Makes the content of a request with {@code Upgrade} end where its framing ends, where the container does not do that by itself.
     * For HTTP/1, before anything has read from the request. A request that needs no repair, or cannot be repaired, is left as the
     * container made it: it is ordinary HTTP, and passes on.
     *
     * @return the request for those behind: the same object where nothing was changed
     */
    default HttpServletRequest repairContent(HttpServletRequest request) {
        return request;
    }

    /** Whether the content can be read to the end of its framing, and no further. Where it cannot, a request with content is not switched. */
    default boolean contentEndsWithFraming(HttpServletRequest request) {
        return true;
    }

    /** For the reads of the request's content. */
    default ReadTimeout readTimeout(HttpServletRequest request) {
        return millis -> { };
    }

    /** How long a read waits for octets; the container's own time where it cannot be told. */
    interface ReadTimeout {
        void atMost(long millis);

        /** The container's own time holds again. */
        default void restore() {
        }
    }

    /** The rest of the request's content is not awaited: the connection closes with the answer. */
    default void abandonContent(HttpServletRequest request) {
    }

    /**
     * Undoes {@link #repairContent}, right before an upgrade: what is read from now on is the connection's.
     *
     * @throws IOException when content was left unread
     */
    default void restoreRaw(HttpServletRequest request) throws IOException {
    }

    /** Called when a request with {@code Upgrade} has come back from the application and stays HTTP. */
    default void answered(HttpServletRequest request) {
    }

    /**
     * Whether the message had both {@code Transfer-Encoding} and {@code Content-Length}, where the container hides it by taking
     * one away. "Perhaps" counts as yes: such a message is answered, but never switched (RFC 9112 section 6.1).
     */
    default boolean framedTwice(HttpServletRequest request) {
        return false;
    }

    /** Closes the connection once the request is answered; the answer says {@code Connection: close}. */
    default void closeAfterAnswer(HttpServletRequest request) {
    }

    /**
     * Whether it is certain, right before the switch, that the client has sent nothing behind its request so far. {@code false} where
     * that cannot be known.
     */
    default boolean nothingEarly(HttpServletRequest request) {
        return false;
    }

    /**
     * Calls {@code upgrade()} so that the connection is opened once the request's thread is back in the container.
     * What it throws, it throws before anything was touched.
     */
    default void upgrade(HttpServletRequest request, LiveConnection connection) throws IOException, ServletException {
        ServletEdge.upgrade(request, connection, Below.NOTHING);
    }

    /** Gives an answer that is no 101 the standard reason phrase of its status, where the container has none for it. */
    default void reasonPhrase(HttpServletRequest request, int status) {
    }

    /** Sets {@code Upgrade} on an answer that is no 101; leaves it out where the container would then break the answer. */
    default void announce(HttpServletRequest request, HttpServletResponse response, String tokens) {
        response.setHeader("Upgrade", tokens);
    }

    /** A field that the protocol adds to its 101, as it is. */
    default void field101(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        response.addHeader(name, value);
    }

    /** Called when status and fields of the 101 stand: the last word on the head. */
    default void beforeHead(HttpServletRequest request) {
    }

    /** The container's own threads, which carry its context, or null. */
    default ThreadFactory threads() {
        return null;
    }

    /**
     * The caller as the container has it on this thread, which serves a request, to be had on other threads: for the container's own notion of who calls,
     * such as {@code @Inject Principal}. What is returned begins it on a thread, and that returns what ends it there. Nothing where a thread has none.
     */
    default Supplier<Runnable> caller() {
        return NO_CALLER;
    }

    /** Of a container that keeps no caller on threads. */
    Supplier<Runnable> NO_CALLER = () -> () -> { };

    /** How many threads serve requests, of the listener that has fewest; 0 where that is not known. */
    default int requestThreads() {
        return 0;
    }

    /** Scheme, host and port by which a client on this machine reaches the container; empty where no port is known yet. */
    default Optional<URI> localAddress() {
        return Optional.empty();
    }

    /**
     * Takes the mappings of a filter away that the container itself has registered for the application. Before filters are initialised.
     * Where that cannot be done, it stays, and the log says so.
     *
     * @param filter the name of its class
     */
    default void leaveOut(ServletContext context, String filter) {
    }

    /** Says what to do so that the application's ServerContainer stays ours, where another WebSocket engine has replaced it. */
    default String withoutItsWebSocketEngine() {
        return "Remove that engine from the application, or set changeover.websocket.engine=container: then it speaks, and Changeover checks the handshakes.";
    }

    /** Ends what was begun for the application, when it goes. */
    default void close() {
    }

    /** What is known to differ here, for the log at start. */
    default String deviations() {
        return "none known";
    }

    /** What can be done to a connection beneath the Servlet API. From any thread. */
    interface Below {
        Below NOTHING = new Below() {
        };

        /**
         * Sends a FIN behind all that was written; {@code false} when that cannot be done.
         *
         * @param closing whether nothing that the client sends is of use any more
         */
        default boolean endOutput(boolean closing) {
            return false;
        }

        /** Called before an orderly close, everything being written: over TLS a container may owe the peer its close_notify. */
        default void beforeClose() {
        }

        /** Frees the socket at once, where that can be done. */
        default void abort() {
        }

        /** Inside destroy(): lets go of what the container would keep of the application. */
        default void forget() {
        }

        /**
         * Asks to be told the peer's end, once, where the container itself would answer it by closing.
         *
         * @return whether it will be told
         */
        default boolean whenEnded(Runnable told) {
            return false;
        }

        /** Asks to be told, once, that the connection is gone, where the container may tell no listener. */
        default void whenGone(Runnable told) {
        }

        /**
         * Whether the streams are the callbacks' own: the container looks for octets on its thread all the while, so that a
         * second reader would meet it in its buffer, and a close elsewhere waits for a stalled peer.
         */
        default boolean callbacksOnly() {
            return false;
        }

        /** Whether only the container's thread may read, while it calls back. */
        default boolean readsInCallbacks() {
            return callbacksOnly();
        }

        /** Whether {@code write(array, offset, length)} writes that part of the array only. */
        default boolean writesPartsOfArrays() {
            return true;
        }

        /**
         * Where only the container's thread reads: has the container call {@code onDataAvailable} once more, for what it may have in its
         * buffer. No event of the socket tells of that.
         *
         * @return whether it will
         */
        default boolean recall() {
            return false;
        }
    }

    /**
     * Whether a filter can be mapped to the name {@code *} for every servlet, behind all filters that are mapped to paths and to servlets'
     * names. Where not, the inner filter is mapped to the path {@code /*}.
     */
    default boolean mapsEveryServletByName() {
        return true;
    }

    /** Whether servlets that are loaded on startup are initialised in the order of their numbers, before the start ends. */
    default boolean initializesServletsInOrder() {
        return true;
    }

    /** A container of which nothing is known; it serves by the Servlet API alone where an operator says so. */
    final class Plain implements Container {
        /** As careful as Undertow makes one be: its streams are not made for several threads, and write whole arrays. */
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
        public void upgrade(HttpServletRequest request, LiveConnection connection) throws IOException, ServletException {
            ServletEdge.upgrade(request, connection, BELOW);
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
