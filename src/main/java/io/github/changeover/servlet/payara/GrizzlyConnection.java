package io.github.changeover.servlet.payara;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.servlet.adapter.NativeConnection;
import jakarta.servlet.http.WebConnection;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An upgraded connection of Grizzly on Payara or GlassFish, by reflection. It gives a connection on servlet streams what the Servlet API does not have:
 *
 * <ul>
 * <li>Half-close of the client: {@link GrizzlyReadFilter} hides the end from Grizzly, which would close the connection and drop queued output. The
 *     listener of {@link #onPeerEnd} is called instead, and output is possible until the connection is closed.
 * <li>Half-close of the handler: {@link #endOutput} sends a FIN, over TLS close_notify and FIN, after everything in Grizzly's queue.
 * <li>Abort: {@link #abort} sends a reset.
 * <li>Unread bytes: {@link #stopReading} discards them before a close; otherwise Grizzly would serve them as requests.
 * </ul>
 *
 * If an operation fails because the internals of Grizzly are not as expected, it returns false and logs at the level DEBUG. Operations may be called
 * from any thread.
 */
final class GrizzlyConnection implements NativeConnection {
    private static final System.Logger LOG = System.getLogger(GrizzlyConnection.class.getName());
    private static final int MAX_QUEUE = 64 * 1024;         // bytes; further bytes wait in our own queue, where they are counted. Grizzly's default is 8 MB
    private static final Runnable ENDED = () -> { };

    private final GrizzlyMembers grizzly;
    private final Object catalinaRequest, packet, connection;
    private GrizzlyRequest request;                         // null after init()
    private final AtomicReference<Runnable> peerEndListener = new AtomicReference<>();      // ENDED after the end
    private boolean takesSocket;
    private volatile GrizzlyReadFilter readFilter;          // null if the peer's end cannot be hidden from Grizzly

    private GrizzlyConnection(GrizzlyRequest request) {
        this.request = request;
        grizzly = request.grizzly;
        catalinaRequest = request.catalinaRequest;
        packet = request.packet;
        connection = request.connection;
    }

    /**
     * Makes the object for the connection of a request. Must be called right before upgrade().
     *
     * @param takesSocket whether {@link #takeSocket} will be tried. Until it has failed, Grizzly's handling of the connection is not changed
     */
    static GrizzlyConnection of(GrizzlyRequest request, boolean takesSocket) {
        GrizzlyConnection made = new GrizzlyConnection(request);
        made.takesSocket = takesSocket && GrizzlyMembers.check(() -> !made.overTls());
        if (!made.takesSocket) made.prepareForStreams();
        return made;
    }

    /** Requires that the connection is read by a ReadListener from now on. */
    private void prepareForStreams() {
        GrizzlyMembers.attempt(() -> grizzly.call("setMaxQueue", connection, MAX_QUEUE));
        GrizzlyMembers.attempt(() -> readFilter = GrizzlyReadFilter.begin(grizzly, connection, request.chain, request.states, this::peerEnded, this::stopReading));
        request = null;
    }

    // ---- the socket

    /**
     * Sends the 101 and takes the socket. Grizzly does not read it any more, because nobody asks the input stream for bytes. For Grizzly and the container
     * the request ends now, so that it holds no memory while the connection is open.
     */
    @Override
    public boolean takeSocket(WebConnection web, TransportConnection upgraded) {
        if (!takesSocket) return false;
        boolean taken = GrizzlyMembers.check(() -> {
            web.getOutputStream().flush();
            return isIdle() && openAfterRequest(upgraded);
        });
        if (taken) endRequest(web);
        else prepareForStreams();
        request = null;
        return taken;
    }

    /**
     * Opens the connection as soon as Grizzly has ended the request. Before that, Grizzly would cancel the request when the connection closes, on the thread
     * that closes it.
     */
    private boolean openAfterRequest(TransportConnection upgraded) throws ReflectiveOperationException {
        GrizzlyMembers grizzly = this.grizzly;      // this object is not kept: it refers to the request
        Object connection = this.connection;
        GrizzlySocketTransport transport = new GrizzlySocketTransport(channel(), takeBufferedBytes(), () -> GrizzlyMembers.attempt(() -> grizzly.call("terminate", connection)), upgraded);
        Object listener = grizzly.proxy("http.server.AfterServiceListener", (proxy, method, args) -> {
            GrizzlyMembers.attempt(() -> grizzly.onClose(connection, upgraded::released));
            transport.open();
            return null;
        });
        grizzly.call("afterService", request.request, listener);
        return true;
    }

    /**
     * Ends the request without the end of the connection: Grizzly neither closes it, nor reads from it, nor limits its time. Two parts of Grizzly would limit
     * it: the codec, between requests, and the filter for idle connections, from the end of a request until it reads again.
     */
    private void endRequest(WebConnection web) {
        GrizzlyMembers.attempt(() -> {
            grizzly.call("setIdleTimeout", null, connection, -1L, TimeUnit.MILLISECONDS);
            grizzly.call("recycle", grizzly.call("upgradeChunk", packet));
            grizzly.call("expect", packet, false);
            grizzly.call("setBroken", packet, true);
            grizzly.call("keepAlive", grizzly.call("processing", packet), true);
            grizzly.call("remove", grizzly.call("inProcess", request.codec), connection);
            grizzly.call("remove", grizzly.call("keepAliveContext", request.codec), connection);
        });
        try {
            web.close();
        } catch (Exception failure) {
            LOG.log(System.Logger.Level.DEBUG, "The end of an upgraded request failed", failure);
        }
        GrizzlyMembers.attempt(() -> grizzly.upgradeHandler.set(catalinaRequest, null));
    }

    /** Returns whether Grizzly has sent everything and waits for nothing. */
    private boolean isIdle() throws ReflectiveOperationException {
        return !overTls() && grizzly.is("nothingQueued", grizzly.call("writeQueue", connection)) && grizzly.call("handler", request.input) == null
                && ((SelectionKey) grizzly.call("selectionKey", connection)).interestOps() == 0;
    }

    /** Takes the bytes that Grizzly has read behind the request. */
    private ByteBuffer takeBufferedBytes() throws ReflectiveOperationException {
        Object buffer = grizzly.call("buffer", request.input);
        ByteBuffer copy = ByteBuffer.allocate(0);
        if (buffer != null && grizzly.is("remains", buffer)) {
            ByteBuffer bytes = ((ByteBuffer) grizzly.call("bytes", buffer)).duplicate();
            copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }
        grizzly.set("buffer", request.input, grizzly.empty);
        return copy;
    }

    // ---- events

    private void peerEnded() {
        Runnable listener = peerEndListener.getAndSet(ENDED);
        if (listener != null) listener.run();
    }

    @Override
    public boolean onPeerEnd(Runnable listener) {
        if (!peerEndListener.compareAndSet(null, listener)) listener.run();     // the end came first
        return readFilter != null;
    }

    @Override
    public void onConnectionLost(Runnable listener) {
        GrizzlyMembers.attempt(() -> grizzly.onClose(connection, listener::run));
    }

    // ---- the end

    /**
     * Ends the output after everything that was flushed, with a FIN; over TLS with close_notify before the FIN. Over TLS, this requires that
     * {@link GrizzlyReadFilter} reads the connection. Before TLS 1.3, it is only done when the connection is closing, because the client then discards
     * what it has not sent yet.
     */
    @Override
    public boolean endOutput(boolean closing) {
        return GrizzlyMembers.check(() -> !overTls() || readFilter != null && (closing || readFilter.supportsHalfClose()))
                && sendCloseNotify(() -> GrizzlyMembers.attempt(() -> channel().shutdownOutput()));
    }

    /** Sends close_notify after everything that was flushed. The close() of the WebConnection would end TLS with only a FIN. */
    @Override
    public void beforeClose() {
        if (GrizzlyMembers.check(() -> !overTls() || readFilter != null)) sendCloseNotify(() -> { });
    }

    /** Queues close_notify; without TLS, nothing. Then runs an action. Returns whether it was queued. */
    private boolean sendCloseNotify(Runnable whenSent) {
        synchronized (connection) {                             // as in Grizzly's TLS filter: no other bytes between encryption and queue
            return GrizzlyMembers.attempt(() -> queue(readFilter == null ? new byte[0] : readFilter.closeNotify(), whenSent));
        }
    }

    private void queue(byte[] bytes, Runnable whenSent) throws ReflectiveOperationException {
        Object completion = grizzly.proxy("CompletionHandler", (proxy, method, args) -> {
            if (method.getName().equals("completed")) whenSent.run();
            return null;
        });
        Object writer = grizzly.call("writer", grizzly.call("queues", grizzly.call("transport", connection)));
        grizzly.call("write", writer, connection, bytes.length == 0 ? grizzly.empty : grizzly.call("wrap", null, null, bytes), completion);
    }

    private boolean overTls() throws ReflectiveOperationException {
        return grizzly.call("engine", null, connection) != null;
    }

    private SocketChannel channel() throws ReflectiveOperationException {
        return (SocketChannel) grizzly.call("channel", connection);
    }

    /** Ends the connection immediately and drops queued bytes: sends RST, leaves nothing in the kernel, releases blocked threads, and causes destroy(). */
    @Override
    public void abort() {
        stopReading();
        GrizzlyMembers.attempt(() -> channel().setOption(StandardSocketOptions.SO_LINGER, 0));
        GrizzlyMembers.attempt(() -> grizzly.call("terminate", connection));
    }

    /**
     * Discards all bytes that arrive from now on. Otherwise Grizzly would parse and serve bytes that the handler has not read as the next requests
     * while the connection is closing. Grizzly stops at a request with broken content, and does not reuse a request that expects content. The read
     * filter discards bytes that arrive after the connection has dropped that request. Must be called before anything is closed.
     */
    private void stopReading() {
        GrizzlyMembers.attempt(() -> {
            grizzly.call("expect", packet, true);
            grizzly.call("setBroken", packet, true);
            if (readFilter != null) readFilter.discardInput();
        });
    }

    /**
     * Discards all further bytes, and removes references to the application. The container keeps its request object, which refers to the handler, for
     * the next request. The selector keeps its last connection, which refers to the processor. Neither may hold the class loader of the application.
     */
    @Override
    public void releaseReferences() {
        stopReading();
        GrizzlyMembers.attempt(() -> {
            grizzly.onClose(connection, () -> {
                if (readFilter != null) readFilter.restoreEngine();
                grizzly.call("processor", connection, grizzly.none);    // not null: while the channel closes, the HTTP processor would parse remaining bytes
            });
            grizzly.upgradeHandler.set(catalinaRequest, null);
        });
    }
}
