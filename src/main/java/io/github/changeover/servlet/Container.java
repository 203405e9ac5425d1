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

/**
 * What a container does differently. Internal: found by {@link java.util.ServiceLoader}, one for each container in
 * {@code io.github.changeover.servlet.container}; where none fits, {@link Plain} serves.
 */
public interface Container {
    /** For log lines. */
    String name();

    /** Whether this is the container the application runs in. Loads none of the container's classes elsewhere. */
    boolean hosts(ServletContext context);

    /** {@code changeover.edge} is {@code servlet}: a container with an edge of its own leaves it. Called once, before any request. */
    default void keepToServletEdge() {
    }

    /**
     * Sees to it that the request's body ends where its framing ends although {@code Upgrade} is there. Called before anything
     * has read from it.
     *
     * @return whether the body can be read; if not, the request is answered 400 and goes no further
     */
    default boolean keepBodyWhole(HttpServletRequest request) {
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

    /** Undoes {@link #keepBodyWhole}, right before an upgrade: what is read from now on is the connection's. */
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

    /** Sets {@code Upgrade} on an answer that is no 101. */
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

    /** How many threads serve requests, of the listener that has fewest; 0 where that is not known. */
    default int requestThreads() {
        return 0;
    }

    /** Scheme, host and port by which a client on this machine reaches the container; empty where no port is known yet. */
    default Optional<URI> localAddress() {
        return Optional.empty();
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

        /** Asks to be told the peer's end, once, where the container itself would answer it by closing. */
        default void whenEnded(Runnable told) {
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

        /**
         * Where the streams are the callbacks' own: has the container call {@code onDataAvailable} once more, for what it may have in its
         * buffer. No event of the socket tells of that.
         */
        default void recall() {
        }
    }

    /** A container of which nothing special is known. */
    final class Plain implements Container {
        private final String serverInfo;

        Plain(String serverInfo) {
            this.serverInfo = serverInfo;
        }

        @Override
        public String name() {
            return serverInfo + ", servlet edge";
        }

        @Override
        public boolean hosts(ServletContext context) {
            return true;
        }
    }
}
