package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.adapter.InnermostRequest;
import jakarta.servlet.ServletRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Access to one HTTP/1 request inside Grizzly, on Payara or GlassFish, by reflection. If the internals of Grizzly are not as expected, {@link #of}
 * returns empty and every operation returns false; the caller then uses only the Servlet API. Operations are called by the thread that serves the
 * request. {@link GrizzlyConnection} has the operations on its connection after an upgrade.
 */
final class GrizzlyRequest {
    private static final System.Logger LOG = System.getLogger(GrizzlyRequest.class.getName());
    private static final String FACADE = "org.apache.catalina.connector.RequestFacade", REQUEST = "org.apache.catalina.connector.Request";
    private static final Set<String> WITHOUT_CONTENT = Set.of("GET", "HEAD", "DELETE");     // Grizzly rejects their content without Upgrade
    private static volatile GrizzlyServer server = GrizzlyServer.PAYARA;
    private static volatile GrizzlyMembers resolved;    // at the start, completely or not at all

    final GrizzlyMembers grizzly;
    final Object catalinaRequest;                       // the container's request, which wraps that of Grizzly
    final Object request, packet, connection, chain, states;
    final Object input;
    final Object codec;
    private final Object context;
    private final int codecIndex;                       // in the chain
    private String upgrade;                             // value of the field while it is hidden from Grizzly; null while the request is raw

    private GrizzlyRequest(GrizzlyMembers grizzly, Object catalinaRequest, Object request) throws ReflectiveOperationException {
        this.grizzly = grizzly;
        this.catalinaRequest = catalinaRequest;
        this.request = request;
        packet = grizzly.call("packet", request);
        input = grizzly.call("input", request);
        context = grizzly.call("context", request);
        connection = grizzly.call("connection", context);
        chain = grizzly.call("chain", context);
        states = grizzly.call("states", chain, connection);
        int i = 0;
        while (!grizzly.codec.isInstance(((List<?>) chain).get(i))) i++;
        codecIndex = i;
        codec = ((List<?>) chain).get(i);
    }

    /**
     * Resolves all required classes and members of Grizzly. Called once, at the start.
     *
     * @return the first member that is missing for event loops; empty if there is none
     * @throws ReflectiveOperationException for the first class or member that is missing; the message contains its name
     */
    static String resolve(ClassLoader container) throws ReflectiveOperationException {
        Class.forName(FACADE, false, container).getMethod("getUnwrappedCoyoteRequest");
        Class<?> catalina = Class.forName(REQUEST, false, container);
        server = GrizzlyServer.of(catalina);
        resolved = new GrizzlyMembers(server.request(catalina).getReturnType().getClassLoader(), catalina);
        return resolved.missingForSocket;
    }

    /** Returns the server that {@link #resolve} has found; Payara if it is another one. */
    static GrizzlyServer server() {
        return server;
    }

    /** Returns Grizzly's request behind a request and its wrappers. Empty for HTTP/2, which has another chain, and if {@link #resolve} has failed. */
    static Optional<GrizzlyRequest> of(ServletRequest request) {
        ServletRequest facade = InnermostRequest.of(request);
        if (resolved == null || !facade.getClass().getName().equals(FACADE) || !facade.getProtocol().startsWith("HTTP/1.")) return Optional.empty();
        try {
            Object catalina = facade.getClass().getMethod("getUnwrappedCoyoteRequest").invoke(facade);
            return Optional.of(new GrizzlyRequest(resolved, catalina, resolved.grizzlyRequest.invoke(catalina)));
        } catch (ReflectiveOperationException | RuntimeException inaccessible) {
            LOG.log(System.Logger.Level.DEBUG, "The Grizzly connection of this request cannot be accessed", inaccessible);
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
            if (!grizzly.is("isUpgrade", packet) || !grizzly.is("isRaw", packet)) return Repair.NOT_NEEDED;
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return Repair.NOT_POSSIBLE;
        }
        return GrizzlyMembers.check(this::repairContent) ? Repair.DONE : Repair.NOT_POSSIBLE;
    }

    private boolean repairContent() throws ReflectiveOperationException {
        boolean untouched = !grizzly.is("finished", input) && !grizzly.is("closed", input) && grizzly.call("handler", input) == null;
        if (!untouched || stored() != null) return false;
        Object early = grizzly.call("buffer", input), processing = grizzly.call("processing", packet), method = grizzly.call("method", packet);
        boolean hasEarly = early != null && grizzly.is("remains", early);
        grizzly.call("setRaw", packet, false);
        try {
            if (WITHOUT_CONTENT.contains(method.toString())) grizzly.call("setMethod", packet, grizzly.post);
            grizzly.call("prepare", codec, packet, hasEarly);      // decides on content, keep-alive and 100-continue by Grizzly's own rules
        } finally {
            grizzly.call("setMethod", packet, method);
        }
        if (grizzly.is("isError", processing)) {
            grizzly.call("setError", processing, false);
            grizzly.call("setRaw", packet, true);
            return false;
        }
        upgrade = (String) grizzly.call("getUpgrade", packet);
        grizzly.call("recycle", grizzly.call("upgradeChunk", packet));
        grizzly.set("buffer", input, grizzly.empty);
        if (grizzly.is("expects", packet)) {
            grizzly.call("transferCoding", codec, packet);
            grizzly.call("contentCodings", codec, packet);
        } else {
            grizzly.call("onParsed", codec, packet, context);
            grizzly.call("finish", input);
        }
        // The codec gets these bytes with the next read, or as the next request.
        if (hasEarly) grizzly.call("store", states, grizzly.read, codecIndex, false, copy(early), grizzly.appender);
        return true;
    }

    /**
     * Reverts {@link #repair} right before upgrade(), after the content was read to its end. Bytes after the content belong to the new protocol.
     *
     * @return whether the request is raw; {@code false} with nothing changed if content is unread
     */
    synchronized boolean restoreRaw() {
        if (upgrade == null) return true;
        return GrizzlyMembers.check(() -> {
            if (!grizzly.is("finished", input) || (int) grizzly.call("available", input) > 0 || grizzly.call("handler", input) != null) return false;
            Object unread = stored() == null ? grizzly.empty : takeStored();
            grizzly.call("setUpgrade", packet, upgrade);
            grizzly.call("setRaw", packet, true);
            grizzly.call("coding", packet, (Object) null);
            grizzly.call("expect", packet, true);
            grizzly.call("keepAlive", grizzly.call("processing", packet), false);
            grizzly.call("setAttribute", grizzly.call("inProcess", codec), connection, packet);
            grizzly.set("buffer", input, unread);
            grizzly.set("closed", input, false);
            grizzly.set("finished", input, false);
            upgrade = null;
            return true;
        });
    }

    /** Removes what an earlier request can have left in the container's request object. Must be called right before upgrade(). */
    void clearUpgradeState() {
        GrizzlyMembers.attempt(() -> grizzly.clearUpgradeState(catalinaRequest));
    }

    /** Sets the reason phrase of the response if Grizzly has none for its status and would send {@code CUSTOM}. */
    void setReasonPhrase(String phrase) {
        GrizzlyMembers.attempt(() -> {
            Object response = grizzly.call("response", packet);
            if (!"CUSTOM".equals(grizzly.call("reason", response))) return;
            grizzly.call("allowReason", response, true);
            grizzly.call("setReason", response, phrase);
        });
    }

    /**
     * Sets a field of the response without the API. {@code Upgrade} on an ordinary response (426) that is set by setHeader removes the framing of the
     * response, so that the client waits for its end. {@code Content-Type} on a 101 that is set by the API is not sent.
     */
    boolean setResponseHeader(String name, String value) {
        return GrizzlyMembers.attempt(() -> grizzly.call("text", grizzly.call("header", grizzly.call("headers", grizzly.call("response", packet)), name), value));
    }

    /** Returns how long a read of the content waits, in milliseconds; -1 if it is not known. */
    long readTimeout() {
        try {
            return (long) grizzly.call("getReadTimeout", connection, TimeUnit.MILLISECONDS);
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return -1;
        }
    }

    /** Sets how long a read of the content waits from now on, in milliseconds. */
    void setReadTimeout(long millis) {
        GrizzlyMembers.attempt(() -> grizzly.call("setReadTimeout", connection, millis, TimeUnit.MILLISECONDS));
    }

    /** Prevents Grizzly from waiting for the rest of the content before it closes. */
    void abandonContent() {
        GrizzlyMembers.attempt(() -> grizzly.call("expect", packet, false));
    }

    /** Closes the connection after the response. */
    boolean closeAfterResponse() {
        return GrizzlyMembers.attempt(() -> grizzly.call("keepAlive", grizzly.call("processing", packet), false));
    }

    /** Drops bytes that arrived after the request and its content. Grizzly would treat them as the next request although the connection closes. */
    void dropBytesAfterContent() {
        GrizzlyMembers.attempt(() -> {
            if (grizzly.is("finished", input) && stored() != null) takeStored();
        });
    }

    /** Returns the bytes after the content that the chain keeps for the codec; null if there are none. */
    private Object stored() throws ReflectiveOperationException {
        return grizzly.call("stored", states, grizzly.read, codecIndex);
    }

    private Object takeStored() throws ReflectiveOperationException {
        return grizzly.call("append", states, grizzly.read, codecIndex, null);
    }

    /** Copies a buffer, because Grizzly reclaims its own with the response to an earlier, pipelined request, and refills it. */
    private Object copy(Object buffer) throws ReflectiveOperationException {
        ByteBuffer bytes = (ByteBuffer) grizzly.call("bytes", buffer);
        byte[] copied = new byte[bytes.remaining()];
        bytes.duplicate().get(copied);
        return grizzly.call("wrap", null, null, copied);
    }
}
