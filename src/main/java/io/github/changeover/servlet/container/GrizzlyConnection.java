package io.github.changeover.servlet.container;

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
 * One request of HTTP/1 on Payara or GlassFish, down to its Grizzly connection, by reflection. {@link #of} is empty, and every step is false, where the inside
 * is not as known: the caller then keeps to the Servlet API. Ask before upgrade(); the connection's own steps work from any thread afterwards.
 */
final class GrizzlyConnection {
    private static final System.Logger LOG = System.getLogger(GrizzlyConnection.class.getName());
    private static final String FACADE = "org.apache.catalina.connector.RequestFacade", REQUEST = "org.apache.catalina.connector.Request";
    private static final Set<String> NOT_READ = Set.of("GET", "HEAD", "DELETE");     // whose content Grizzly refuses without Upgrade
    private static volatile GrizzlyNames names;   // resolved at start, all of them or none

    private final GrizzlyNames n;
    private final Object catalina;                           // the container's request around Grizzly's
    private final Object packet, input, context, connection, chain, states, codec;
    private final int at;                                    // the codec's place in the chain
    private volatile GrizzlyGuard guard;                     // null until the peer's end is kept from Grizzly
    private String upgrade;                                  // the field's value while it is hidden from Grizzly; null while the request is raw

    private GrizzlyConnection(GrizzlyNames names, Object catalina, Object request) throws ReflectiveOperationException {
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

    /** Resolves every class and member that is needed, once, at start. @throws ReflectiveOperationException that names the first one that is missing */
    static void resolve(ClassLoader container) throws ReflectiveOperationException {
        Class.forName(FACADE, false, container).getMethod("getUnwrappedCoyoteRequest");
        Class<?> catalina = Class.forName(REQUEST, false, container);
        catalina.getDeclaredField("httpUpgradeHandler");
        names = new GrizzlyNames(catalina.getMethod("getCoyoteRequest").getReturnType().getClassLoader());
    }

    /** Empty for a request of HTTP/2, whose chain is another, and where {@link #resolve} has failed. */
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

    /** What became of a repair. */
    enum Repair {
        /** Grizzly reads the content by its framing already: as it does when HTTP/2 could be asked for by the same request. */
        NOT_NEEDED,
        DONE,
        /** Nothing was changed: somebody has read from the request before. */
        NOT_POSSIBLE
    }

    /**
     * Lets Grizzly read this request's content by its framing and keep the connection, as if no Upgrade had come; also content of GET, HEAD and
     * DELETE, which Grizzly itself would read raw here and refuse without Upgrade. At the start of the filter chain, before anything reads.
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
            n.call("prepare", codec, packet, some);      // whether content is expected, keep-alive, 100-continue: by Grizzly's own rules
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
        if (some) n.call("store", states, n.read, at, false, copy(early), n.appender);   // the codec takes it with the next read, or as the next request
        return true;
    }

    /**
     * Undoes {@link #repair} right before upgrade(), once the content was read to its end: what follows the content is the new protocol's.
     *
     * @return whether the request is raw: {@code false}, with nothing changed, while content is unread
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

    /** Gives the answer this reason phrase where Grizzly knows none for its status, and would say {@code CUSTOM}. */
    void reasonPhrase(String phrase) {
        done(() -> {
            Object response = n.call("response", packet);
            if (!"CUSTOM".equals(n.call("reason", response))) return;
            n.call("allowReason", response, true);
            n.call("setReason", response, phrase);
        });
    }

    /**
     * A field of the answer past the API: {@code Upgrade} of an ordinary answer (426), which set by setHeader takes the answer's framing away, so that
     * the client hangs; {@code Content-Type} of a 101, which set by the API is not sent.
     */
    boolean field(String name, String value) {
        return done(() -> n.call("text", n.call("header", n.call("headers", n.call("response", packet)), name), value));
    }

    /** How long a read of the content waits, in milliseconds; -1 where that cannot be told. */
    long readTimeout() {
        try {
            return (long) n.call("getReadTimeout", connection, TimeUnit.MILLISECONDS);
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return -1;
        }
    }

    /** How long a read of the content waits from now on, in milliseconds. */
    void readTimeout(long millis) { done(() -> n.call("setReadTimeout", connection, millis, TimeUnit.MILLISECONDS)); }

    /** Grizzly would await the rest of the content before it closes. */
    void abandonContent() { done(() -> n.call("expect", packet, false)); }

    /** Closes the connection once the request is answered. */
    boolean closeAfterAnswer() {
        return done(() -> n.call("keepAlive", n.call("processing", packet), false));
    }

    /** Forgets what came behind the request and its content: Grizzly would take it for the next one although the connection closes. */
    void dropRest() {
        done(() -> {
            if (n.is("finished", input) && n.call("stored", states, n.read, at) != null) n.call("take", states, n.read, at, null);
        });
    }

    /** Ends the connection at once, whatever is queued: RST to the peer, nothing left in the kernel, blocked threads released, destroy() called. */
    void evict() {
        stopReading();
        done(() -> channel().setOption(StandardSocketOptions.SO_LINGER, 0));
        done(() -> n.call("terminate", connection));
    }

    /** How much Grizzly queues before isReady() is false: 8 MB unless set. */
    void boundQueue(int octets) { done(() -> n.call("bound", connection, octets)); }

    /**
     * Our end after all output that was flushed. Over TLS close_notify, then FIN: after {@link #guardEnd}, and before TLS 1.3 only when the connection is
     * closing, for there the client drops what it has still to send.
     */
    boolean shutdownOutput(boolean closing) { return soft(() -> !tls() || guard != null && (closing || guard.halves())) && farewell(() -> done(() -> channel().shutdownOutput())); }

    /** Before the WebConnection's close(), which itself ends TLS by a bare FIN: close_notify after all output that was flushed. In clear nothing, and true. */
    boolean closeNotify() { return soft(() -> !tls() || guard != null) && farewell(() -> { }); }

    /**
     * Keeps the peer's end from Grizzly, which answers it by closing and dropping what is queued: instead {@code ended} runs once, on a thread of the
     * container, when all before it was read, and output goes on until close. Right before upgrade(); for reading by a ReadListener only.
     */
    void guardEnd(Runnable ended) {
        done(() -> guard = GrizzlyGuard.begin(n, connection, chain, states, ended, this::stopReading));
    }

    /** Whether {@link #guardEnd} has succeeded. */
    boolean guardsEnd() { return guard != null; }

    /** Runs once the connection is closed, by whomever: a write that failed inside a callback tells no listener of the Servlet API. */
    void whenClosed(Runnable then) { done(() -> onClose(then::run)); }

    private void onClose(Act then) throws ReflectiveOperationException {
        Class<?> listener = n.type("CloseListener");         // two methods of this name have a parameter of this simple name
        connection.getClass().getMethod("addCloseListener", listener).invoke(connection, n.proxy("CloseListener", (p, m, args) -> {
            connection.getClass().getMethod("removeCloseListener", listener).invoke(connection, p);
            then.run();
            return null;
        }));
    }

    private boolean tls() throws ReflectiveOperationException { return n.call("engine", null, connection) != null; }

    private boolean farewell(Runnable then) {
        synchronized (connection) {                          // as Grizzly's TLS filter: no octet of ours between encryption and queue
            return done(() -> queue(guard == null ? new byte[0] : guard.farewell(), then));
        }
    }

    private void queue(byte[] octets, Runnable then) throws ReflectiveOperationException {
        Object sent = n.proxy("CompletionHandler", (p, m, args) -> {
            if (m.getName().equals("completed")) then.run();
            return null;
        });
        Object writer = n.call("writer", n.call("queues", n.call("transport", connection)));
        n.call("write", writer, connection, octets.length == 0 ? n.empty : n.call("wrap", null, null, octets), sent);
    }

    /** Grizzly takes its own buffer back with the answer to an earlier, pipelined request, and fills it anew. */
    private Object copy(Object buffer) throws ReflectiveOperationException {
        ByteBuffer octets = (ByteBuffer) n.call("octets", buffer);
        byte[] copied = new byte[octets.remaining()];
        octets.duplicate().get(copied);
        return n.call("wrap", null, null, copied);
    }

    /**
     * From here on nothing that comes is read: what the handler has left would else be parsed and served as the next requests, while the connection is being
     * closed. Grizzly stops at a request whose content is broken, and does not use one again that expects content; the guard stops what comes when the
     * connection has forgotten that request. Before anything is closed.
     */
    void stopReading() {
        done(() -> {
            n.call("expect", packet, true);
            n.call("broken", packet, true);
            if (guard != null) guard.drop();
        });
    }

    /**
     * Inside destroy(): the container keeps its request for the next one, with the handler in it, and the selector its last connection, with the
     * processor in it. Neither may hold the application's class loader.
     */
    void forget() {
        done(() -> {
            onClose(() -> {
                if (guard != null) guard.release();
                n.call("processor", connection, n.none);     // not null: while the channel closes, that of HTTP would parse what is left in it
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

    /** Whether it went through. */
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
