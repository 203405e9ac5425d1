package io.github.changeover.servlet.payara;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Access to the Grizzly connection of one HTTP/1 request on Payara or GlassFish, by reflection. If the internals of Grizzly are not as expected,
 * {@link #of} returns empty and every operation returns false; the caller then uses only the Servlet API. Must be obtained before upgrade(). The
 * operations of the connection may be called from any thread afterwards.
 */
final class GrizzlyConnection {
    private static final System.Logger LOG = System.getLogger(GrizzlyConnection.class.getName());
    private static final String FACADE = "org.apache.catalina.connector.RequestFacade", REQUEST = "org.apache.catalina.connector.Request";
    private static final Set<String> NOT_READ = Set.of("GET", "HEAD", "DELETE");     // Grizzly rejects their content without Upgrade
    private static volatile GrizzlyMembers names;   // resolved at the start, completely or not at all

    private final GrizzlyMembers n;
    private final Object catalina;                           // the container's request, which wraps that of Grizzly
    private final Object packet, input, context, connection, chain, states, codec;
    private final int at;                                    // index of the codec in the chain
    private volatile GrizzlyReadFilter guard;                     // null unless the peer's end is hidden from Grizzly
    private String upgrade;                                  // value of the field while it is hidden from Grizzly; null while the request is raw

    private GrizzlyConnection(GrizzlyMembers names, Object catalina, Object request) throws ReflectiveOperationException {
        n = names;
        this.catalina = catalina;
        packet = n.call("packet", request);
        input = n.call("input", request);
        context = n.call("context", request);
        connection = n.call("connection", context);
        chain = n.call("chain", context);
        states = n.call("states", chain, connection);
        int i = 0;
        while (!n.codec.isInstance(((List<?>) chain).get(i))) i++;
        at = i;
        codec = ((List<?>) chain).get(i);
    }

    /**
     * Resolves all required classes and members. Called once, at the start.
     *
     * @throws ReflectiveOperationException for the first one that is missing; the message contains its name
     */
    static void resolve(ClassLoader container) throws ReflectiveOperationException {
        Class.forName(FACADE, false, container).getMethod("getUnwrappedCoyoteRequest");
        Class<?> catalina = Class.forName(REQUEST, false, container);
        catalina.getDeclaredField("httpUpgradeHandler");
        names = new GrizzlyMembers(catalina.getMethod("getCoyoteRequest").getReturnType().getClassLoader());
    }

    /** Returns the connection of a request. Empty for HTTP/2, which has another chain, and if {@link #resolve} has failed. */
    static Optional<GrizzlyConnection> of(ServletRequest request) {
        ServletRequest facade = request;
        while (facade instanceof ServletRequestWrapper w) facade = w.getRequest();
        if (names == null || !facade.getClass().getName().equals(FACADE) || !facade.getProtocol().startsWith("HTTP/1.")) return Optional.empty();
        try {
            Object inner = facade.getClass().getMethod("getUnwrappedCoyoteRequest").invoke(facade);
            return Optional.of(new GrizzlyConnection(names, inner, inner.getClass().getMethod("getCoyoteRequest").invoke(inner)));
        } catch (ReflectiveOperationException | RuntimeException another) {
            LOG.log(System.Logger.Level.DEBUG, "No way to the Grizzly connection of this request", another);
            return Optional.empty();
        }
    }

    /** The result of a repair. */
    enum Repair {
        /** Grizzly already reads the content by its framing, as it does if the same request could request HTTP/2. */
        NOT_NEEDED,
        DONE,
        /** Nothing was changed, for example because the request was already read from. */
        NOT_POSSIBLE
    }

    /**
     * Makes Grizzly read the content of this request by its framing and keep the connection open, as without Upgrade. This includes content of GET,
     * HEAD and DELETE, which Grizzly would read raw here and reject without Upgrade. Must be called at the start of the filter chain, before anything
     * reads.
     */
    synchronized Repair repair() {
        try {
            if (!n.is("isUpgrade", packet) || !n.is("isRaw", packet)) return Repair.NOT_NEEDED;
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return Repair.NOT_POSSIBLE;
        }
        return soft(this::repairContent) ? Repair.DONE : Repair.NOT_POSSIBLE;
    }

    private boolean repairContent() throws ReflectiveOperationException {
        if (n.is("finished", input) || n.is("closed", input) || n.call("handler", input) != null || n.call("stored", states, n.read, at) != null) return false;
        Object early = n.call("buffer", input), processing = n.call("processing", packet), method = n.call("method", packet);
        boolean some = early != null && n.is("remains", early);
        n.call("raw", packet, false);
        try {
            if (NOT_READ.contains(method.toString())) n.call("setMethod", packet, n.post);
            n.call("prepare", codec, packet, some);      // decides on content, keep-alive and 100-continue by Grizzly's own rules
        } finally {
            n.call("setMethod", packet, method);
        }
        if (n.is("isError", processing)) {
            n.call("setError", processing, false);
            n.call("raw", packet, true);
            return false;
        }
        upgrade = (String) n.call("getUpgrade", packet);
        n.call("recycle", n.call("upgradeChunk", packet));
        n.set("buffer", input, n.empty);
        if (n.is("expects", packet)) {
            n.call("transferCoding", codec, packet);
            n.call("contentCodings", codec, packet);
        } else {
            n.call("parsed", codec, packet, context);
            n.call("finish", input);
        }
        if (some) n.call("store", states, n.read, at, false, copy(early), n.appender);   // the codec gets it with the next read, or as the next request
        return true;
    }

    /**
     * Reverts {@link #repair} right before upgrade(), after the content was read to its end. Bytes after the content belong to the new protocol.
     *
     * @return whether the request is raw; {@code false} with nothing changed if content is unread
     */
    synchronized boolean restoreRaw() {
        if (upgrade == null) return true;
        return soft(() -> {
            if (!n.is("finished", input) || (int) n.call("available", input) > 0 || n.call("handler", input) != null) return false;
            Object rest = n.call("stored", states, n.read, at) == null ? n.empty : n.call("take", states, n.read, at, null);
            n.call("setUpgrade", packet, upgrade);
            n.call("raw", packet, true);
            n.call("coding", packet, (Object) null);
            n.call("expect", packet, true);
            n.call("keepAlive", n.call("processing", packet), false);
            n.call("setAttribute", n.call("inProcess", codec), connection, packet);
            n.set("buffer", input, rest);
            n.set("closed", input, false);
            n.set("finished", input, false);
            upgrade = null;
            return true;
        });
    }

    /** Sets the reason phrase of the response if Grizzly has none for its status and would send {@code CUSTOM}. */
    void reasonPhrase(String phrase) {
        done(() -> {
            Object response = n.call("response", packet);
            if (!"CUSTOM".equals(n.call("reason", response))) return;
            n.call("allowReason", response, true);
            n.call("setReason", response, phrase);
        });
    }

    /**
     * Sets a field of the response without the API. {@code Upgrade} on an ordinary response (426) that is set by setHeader removes the framing of the
     * response, so that the client waits for its end. {@code Content-Type} on a 101 that is set by the API is not sent.
     */
    boolean field(String name, String value) {
        return done(() -> n.call("text", n.call("header", n.call("headers", n.call("response", packet)), name), value));
    }

    /** Returns how long a read of the content waits, in milliseconds; -1 if it is not known. */
    long readTimeout() {
        try {
            return (long) n.call("getReadTimeout", connection, TimeUnit.MILLISECONDS);
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return -1;
        }
    }

    /** Sets how long a read of the content waits from now on, in milliseconds. */
    void readTimeout(long millis) { done(() -> n.call("setReadTimeout", connection, millis, TimeUnit.MILLISECONDS)); }

    /** Prevents Grizzly from waiting for the rest of the content before it closes. */
    void abandonContent() { done(() -> n.call("expect", packet, false)); }

    /** Closes the connection after the response. */
    boolean closeAfterAnswer() {
        return done(() -> n.call("keepAlive", n.call("processing", packet), false));
    }

    /** Drops bytes that arrived after the request and its content. Grizzly would treat them as the next request although the connection closes. */
    void dropRest() {
        done(() -> {
            if (n.is("finished", input) && n.call("stored", states, n.read, at) != null) n.call("take", states, n.read, at, null);
        });
    }

    /** Ends the connection immediately and drops queued bytes: sends RST, leaves nothing in the kernel, releases blocked threads, and causes destroy(). */
    void abort() {
        stopReading();
        done(() -> channel().setOption(StandardSocketOptions.SO_LINGER, 0));
        done(() -> n.call("terminate", connection));
    }

    /** Sets how many bytes Grizzly queues before isReady() returns false; the default is 8 MB. */
    void boundQueue(int bytes) { done(() -> n.call("bound", connection, bytes)); }

    /**
     * Ends the output after everything that was flushed, with a FIN; over TLS with close_notify before the FIN. Over TLS, {@link #guardEnd} must have
     * succeeded. Before TLS 1.3, this is only done when the connection is closing, because the client then discards what it has not sent yet.
     */
    boolean shutdownOutput(boolean closing) { return soft(() -> !tls() || guard != null && (closing || guard.halves())) && farewell(() -> done(() -> channel().shutdownOutput())); }

    /**
     * Sends close_notify after everything that was flushed. Must be called before close() of the WebConnection, which would end TLS with only a FIN.
     * Without TLS, sends nothing and returns true.
     */
    boolean closeNotify() { return soft(() -> !tls() || guard != null) && farewell(() -> { }); }

    /**
     * Hides the peer's end from Grizzly, which would otherwise close the connection and drop queued output. Instead, {@code ended} runs once, on a
     * thread of the container, after all earlier bytes were read, and output is possible until close. Must be called right before upgrade(). Requires
     * reading by a ReadListener.
     */
    void guardEnd(Runnable ended) {
        done(() -> guard = GrizzlyReadFilter.begin(n, connection, chain, states, ended, this::stopReading));
    }

    /** Returns whether {@link #guardEnd} has succeeded. */
    boolean guardsEnd() { return guard != null; }

    /** Runs an action when the connection is closed, by either side. No listener of the Servlet API is notified of a write that failed inside a callback. */
    void whenClosed(Runnable then) { done(() -> onClose(then::run)); }

    private void onClose(Act then) throws ReflectiveOperationException {
        Class<?> listener = n.type("CloseListener");         // two overloads have a parameter type with this simple name
        connection.getClass().getMethod("addCloseListener", listener).invoke(connection, n.proxy("CloseListener", (p, m, args) -> {
            connection.getClass().getMethod("removeCloseListener", listener).invoke(connection, p);
            then.run();
            return null;
        }));
    }

    private boolean tls() throws ReflectiveOperationException { return n.call("engine", null, connection) != null; }

    private boolean farewell(Runnable then) {
        synchronized (connection) {                          // as in Grizzly's TLS filter: no other bytes between encryption and queue
            return done(() -> queue(guard == null ? new byte[0] : guard.farewell(), then));
        }
    }

    private void queue(byte[] bytes, Runnable then) throws ReflectiveOperationException {
        Object sent = n.proxy("CompletionHandler", (p, m, args) -> {
            if (m.getName().equals("completed")) then.run();
            return null;
        });
        Object writer = n.call("writer", n.call("queues", n.call("transport", connection)));
        n.call("write", writer, connection, bytes.length == 0 ? n.empty : n.call("wrap", null, null, bytes), sent);
    }

    /** Copies a buffer, because Grizzly reclaims its own with the response to an earlier, pipelined request, and refills it. */
    private Object copy(Object buffer) throws ReflectiveOperationException {
        ByteBuffer bytes = (ByteBuffer) n.call("bytes", buffer);
        byte[] copied = new byte[bytes.remaining()];
        bytes.duplicate().get(copied);
        return n.call("wrap", null, null, copied);
    }

    /**
     * Discards all bytes that arrive from now on. Otherwise Grizzly would parse and serve bytes that the handler has not read as the next requests
     * while the connection is closing. Grizzly stops at a request with broken content, and does not reuse a request that expects content. The guard
     * discards bytes that arrive after the connection has dropped that request. Must be called before anything is closed.
     */
    void stopReading() {
        done(() -> {
            n.call("expect", packet, true);
            n.call("broken", packet, true);
            if (guard != null) guard.drop();
        });
    }

    /**
     * Removes references to the application. Called inside destroy(). The container keeps its request object, which refers to the handler, for the
     * next request. The selector keeps its last connection, which refers to the processor. Neither may hold the class loader of the application.
     */
    void forget() {
        done(() -> {
            onClose(() -> {
                if (guard != null) guard.release();
                n.call("processor", connection, n.none);     // not null: while the channel closes, the HTTP processor would parse remaining bytes
            });
            Class<?> type = catalina.getClass();
            while (!type.getName().equals("org.apache.catalina.connector.Request")) type = type.getSuperclass();
            Field handler = type.getDeclaredField("httpUpgradeHandler");
            handler.setAccessible(true);
            handler.set(catalina, null);
        });
    }

    private SocketChannel channel() throws ReflectiveOperationException { return (SocketChannel) n.call("channel", connection); }

    private interface Step { boolean run() throws ReflectiveOperationException, IOException; }

    private interface Act { void run() throws ReflectiveOperationException, IOException; }

    /** Returns whether the action succeeded. */
    private static boolean done(Act act) {
        return soft(() -> {
            act.run();
            return true;
        });
    }

    private static boolean soft(Step step) {
        try {
            return step.run();
        } catch (ReflectiveOperationException | IOException | RuntimeException failure) {
            LOG.log(System.Logger.Level.DEBUG, "A step beneath the Servlet API of Payara failed", failure);
            return false;
        }
    }
}
