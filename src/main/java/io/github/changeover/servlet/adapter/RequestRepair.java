package io.github.changeover.servlet.adapter;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Corrects what a container does wrong with an HTTP/1 request that has {@code Upgrade}, and with a response to it other than 101. All methods are
 * called by the thread that serves the request. The methods are listed in the order in which they are called.
 */
public interface RequestRepair {
    /** For a container that needs no repair. */
    RequestRepair NONE = new RequestRepair() {
    };

    /**
     * Makes the content of the request end where its framing ends. Called by the outer filter before anything has read from the request. A request
     * that needs no repair, or cannot be repaired, is returned unchanged and passes as ordinary HTTP. Payara needs it: there, such content has no end.
     *
     * @return the request for the following filters; the same object if it needs no wrapper
     */
    default HttpServletRequest repair(HttpServletRequest request) {
        return request;
    }

    /**
     * Returns whether the message had both {@code Transfer-Encoding} and {@code Content-Length}, for a container that hides this by removing one of
     * them. If this is uncertain, returns {@code true}: such a message gets a response but is never switched (RFC 9112 section 6.1). Called when the
     * request is copied. Tomcat needs it.
     */
    default boolean hadTwoFramings(HttpServletRequest request) {
        return false;
    }

    /**
     * Returns whether the content can be read to the end of its framing and no further. If not, a request with content is not switched. Called before
     * the content is read. Returns false on Payara if {@link #repair} was not possible.
     */
    default boolean contentEndsWithFraming(HttpServletRequest request) {
        return true;
    }

    /** Returns the timeout for reads of the content. Called before the content is read. On a plain container it cannot be changed. */
    default ReadTimeout readTimeout(HttpServletRequest request) {
        return ReadTimeout.FIXED;
    }

    /** The time that a read of the content may block. */
    interface ReadTimeout {
        /** A timeout that cannot be changed: that of the container applies. */
        ReadTimeout FIXED = millis -> { };

        /** Sets the timeout of the next reads, in milliseconds. */
        void set(long millis);

        /** Restores the timeout of the container. */
        default void restore() {
        }
    }

    /**
     * Abandons the rest of the content after a read that has failed or took too long: the connection is closed after the response. Payara needs it,
     * because it would wait for the rest.
     */
    default void abandonContent(HttpServletRequest request) {
    }

    /**
     * Reverts {@link #repair} right before an upgrade. Bytes that are read afterwards belong to the switched connection. Called when a protocol that
     * the container implements is used; {@link ConnectionUpgrade#upgrade} does it by itself.
     *
     * @throws IOException if content was left unread
     */
    default void revert(HttpServletRequest request) throws IOException {
    }

    /**
     * Gives a response other than 101 the standard reason phrase of its status, if the container has none for it. Called after {@code setStatus}.
     * Payara needs it: it sends {@code CUSTOM}.
     */
    default void setReasonPhrase(HttpServletRequest request, int status) {
    }

    /**
     * Sets {@code Upgrade} on a response other than 101. Payara needs another way: a field that is set by the Servlet API removes the framing of the
     * response. If the other way is not possible, the field is omitted.
     */
    default void setUpgradeField(HttpServletRequest request, HttpServletResponse response, String tokens) {
        response.setHeader("Upgrade", tokens);
    }

    /**
     * Closes the connection after the response. Called before the response gets {@code Connection: close}, which is enough in a plain container.
     * Payara needs it, because it decides on keep-alive before the application runs.
     */
    default void closeAfterResponse(HttpServletRequest request) {
    }

    /**
     * Called when the request has returned from the application and stays HTTP. Payara needs it, to drop bytes that follow a request after
     * which the connection closes.
     */
    default void afterResponse(HttpServletRequest request) {
    }
}
