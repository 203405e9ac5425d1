package io.github.changeover.servlet.adapter;

import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.http.WebConnection;

/**
 * Operations on an upgraded connection that the Servlet API does not have. A connection on servlet streams ({@link ServletTransport}) uses them.
 * Tomcat's native transport does not: it works on the socket. Operations may be called from any thread, unless the documentation of a method states
 * otherwise.
 *
 * <p>The defaults are those of a plain container: no half-close, no abort, and streams that every thread may use, one at a time for each direction.
 */
public interface NativeConnection {
    /** No operation is supported. */
    NativeConnection NONE = new NativeConnection() {
    };

    // ---- properties of the streams, constant for a connection

    /**
     * Returns whether only callbacks may use the streams. Tomcat then polls for bytes on its own thread: a second reader would access the same buffer,
     * and a close on another thread would block behind a stalled peer.
     */
    default boolean streamsInCallbacksOnly() {
        return false;
    }

    /** Returns whether only the thread of the container may read, during a callback. It then reads ahead into a small buffer. */
    default boolean readsInCallbacksOnly() {
        return streamsInCallbacksOnly();
    }

    /** Returns whether {@code write(array, offset, length)} writes only that part of the array. Undertow writes all of it. */
    default boolean writesPartsOfArrays() {
        return true;
    }

    // ---- another transport

    /**
     * Takes the socket from the container, if possible, and opens the connection on it. The container then ends its part of the upgrade: {@code destroy()}
     * may be called before this method returns. Called once by the thread of the container inside {@code init()}, before any other operation. Payara needs
     * it: its own way to report bytes costs ten times as much.
     *
     * @return false if the connection must use the streams of the Servlet API
     */
    default boolean takeSocket(WebConnection web, TransportConnection connection) {
        return false;
    }

    // ---- events

    /**
     * Registers the listener for the end of the peer's data. It is called once, after all bytes before the end could be read. Called by the thread of
     * the container inside {@code init()}. Payara needs it: without a listener it closes the connection at the peer's end. By default the end is
     * reported by the input stream.
     *
     * @return whether the listener will be called
     */
    default boolean onPeerEnd(Runnable listener) {
        return false;
    }

    /**
     * Registers the listener for the loss of the connection. It is called once. Called by the thread of the container inside {@code init()}. Payara
     * needs it: it notifies no listener of the Servlet API of a write that has failed inside a callback.
     */
    default void onConnectionLost(Runnable listener) {
    }

    /**
     * For a container whose thread alone reads: requests one more call of {@code onDataAvailable} for bytes that the container may hold in its own
     * buffer. No event of the socket reports those bytes. Tomcat needs it.
     *
     * @return whether the call will be made
     */
    default boolean requestReadCallback() {
        return false;
    }

    // ---- the end

    /**
     * Ends the output (half-close): sends a FIN after everything that was written, over TLS with close_notify before it. Called after the output has
     * been flushed.
     *
     * @param closing whether the connection is being closed, so that bytes that the peer still sends can be ignored
     * @return false if that cannot be done; nothing was sent then
     */
    default boolean endOutput(boolean closing) {
        return false;
    }

    /** Called before an orderly close, after everything was written. Payara needs it: over TLS it does not send close_notify by itself. */
    default void beforeClose() {
    }

    /** Releases the socket immediately, if that is possible. Bytes that are not sent yet are lost. */
    default void abort() {
    }

    /**
     * Drops references of the container to the application. Called inside {@code destroy()} by the thread of the container. Payara needs it: its
     * pooled request and its selector would keep the class loader of an undeployed application.
     */
    default void releaseReferences() {
    }
}
