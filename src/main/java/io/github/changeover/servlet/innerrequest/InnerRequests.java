package io.github.changeover.servlet.innerrequest;

import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Inner requests: requests from inside a switched connection that are sent through the container's own connector, with a mark that identifies their
 * real origin. Internal.
 *
 * <p>A mark is a secret that is valid once, for one request on one connection to the connector. It becomes invalid as soon as the request has arrived
 * here. A request with an invalid mark is rejected; it is never treated as a request from this machine. A request listener consumes the mark before
 * any code of the application runs. If the container's request can be changed, every object that exposes the request shows the client from then on,
 * and the mark is removed. Otherwise the outer filter passes an {@link InnerRequestView} to the application.
 */
public final class InnerRequests {
    /** Name of the header field that contains a mark. */
    public static final String FIELD = "Changeover-Inner";
    private static final System.Logger LOG = System.getLogger(InnerRequests.class.getName());
    private static final String ATTRIBUTE = InnerRequests.class.getName();
    private static final String ARRIVAL = InnerRequests.class.getName() + ".arrival";
    private static final int SECRET = 32;
    private static final HexFormat HEX = HexFormat.of();

    private final SecureRandom random = new SecureRandom();
    private final AtomicLong count = new AtomicLong();
    private final Map<String, Mark> marks = new ConcurrentHashMap<>();
    private final ServletRequestListener listener = new MarkListener();
    private volatile boolean listenerRegistered;
    private volatile InnerRequestSupport support;           // null before the start

    private InnerRequests() {
    }

    /** The mark of one request. Thread-safe. */
    public final class Mark implements AutoCloseable {
        private final String number = Long.toHexString(count.incrementAndGet());
        private final byte[] secret = new byte[SECRET];
        private final InnerRequestOrigin origin;
        private volatile int port;
        private volatile boolean arrived;

        private Mark(InnerRequestOrigin origin) {
            this.origin = origin;
            random.nextBytes(secret);
        }

        /** Returns the value of the header field. */
        public String value() {
            return number + "." + HEX.formatHex(secret);
        }

        /** Sets the local port from which the request is sent; from any other port the mark is invalid. Must be called before the request is sent. */
        public void sentFrom(int clientPort) {
            port = clientPort;
        }

        /** Returns whether the request has arrived at the application. */
        public boolean arrived() {
            return arrived;
        }

        /** Makes the mark invalid. */
        @Override
        public void close() {
            marks.remove(number);
        }
    }

    /**
     * A request that had a mark.
     *
     * @param origin    null if the mark was invalid
     * @param rewritten what the container's own request shows
     */
    private record Arrival(InnerRequestOrigin origin, InnerRequestSupport.Rewritten rewritten) {
    }

    private final class MarkListener implements ServletRequestListener {
        @Override
        public void requestInitialized(ServletRequestEvent event) {
            if (event.getServletRequest() instanceof HttpServletRequest request) arrival(request);
        }
    }

    /**
     * Registers the request listener of a protocol that will send inner requests. Must be called while initializers run. It is not called if
     * Changeover is declared in web.xml; then {@link #of} registers the listener if the container allows it.
     */
    public static void register(ServletContext context) {
        InnerRequests inner = getOrCreate(context);
        synchronized (inner) {
            if (inner.listenerRegistered) return;
            inner.listenerRegistered = true;
            context.addListener(inner.listener);
        }
    }

    /**
     * Returns the instance of the application. The first call, which must be made before the application serves requests, makes its filters and
     * listeners check for marks.
     */
    public static InnerRequests of(ServletContext context) {
        InnerRequests inner = getOrCreate(context);
        synchronized (inner) {
            if (inner.support != null) return inner;
            inner.support = InnerRequestSupport.of(context);
            inner.listenerRegistered |= inner.support.listenFirst(inner.listener);
            return inner;
        }
    }

    private static InnerRequests getOrCreate(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof InnerRequests before) return before;
            InnerRequests inner = new InnerRequests();
            context.setAttribute(ATTRIBUTE, inner);
            return inner;
        }
    }

    /** Returns the instance of the application; empty if no protocol of the application sends inner requests. */
    public static Optional<InnerRequests> find(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof InnerRequests inner ? Optional.of(inner) : Optional.empty();
    }

    /**
     * Returns whether a request was sent inside another connection: inside a switched connection of this application, or over HTTP/2 without TLS in
     * the container's own implementation. No address then shows the sender, and no proxy has checked the request, so a rule for "this machine only"
     * never applies to it. The result is the same on every dispatch, for the container's request and for its wrappers.
     */
    public static boolean isInner(ServletRequest request) {
        if (request.getAttribute(ARRIVAL) instanceof Arrival) return true;
        return !request.isSecure() && request.getProtocol() != null && request.getProtocol().startsWith("HTTP/2");
    }

    /** Makes a mark for one request. May be called from any thread. */
    public Mark mark(InnerRequestOrigin origin) {
        Mark mark = new Mark(origin);
        marks.put(mark.number, mark);
        return mark;
    }

    /** Returns which application the container dispatches a request to. */
    public InnerRequestSupport.Owner owner(InnerTarget target) {
        return support.owner(target);
    }

    /** Returns whether the container's own request shows the client. If not, only the filters and servlets see it. */
    public boolean changesRequestsOfTheContainer() {
        return !(support instanceof InnerRequestSupport.ServletApiOnly);
    }

    /**
     * Returns whether the arrival of a request is known before the container can respond for the application, for example with a login. If so, a
     * response to a request that has not arrived is not from the application.
     */
    public boolean arriveBeforeAnyResponse() {
        return listenerRegistered;
    }

    /**
     * Returns the request with its real origin. A request without a mark is returned unchanged.
     *
     * @return null for a request that must not be served because its mark is invalid
     */
    public HttpServletRequest requestFor(HttpServletRequest request, ServletResponse response) {
        Arrival arrival = listenerRegistered ? (Arrival) request.getAttribute(ARRIVAL) : arrival(request);
        if (arrival == null) return request;
        if (arrival.origin() == null) return null;
        return arrival.rewritten() == InnerRequestSupport.Rewritten.ALL || InnerRequestView.isWithin(request) ? request
                : new InnerRequestView(request, response, arrival.origin(), arrival.rewritten() == InnerRequestSupport.Rewritten.ALL_BUT_PROTOCOL);
    }

    /** Returns the arrival of the request; null if it has no mark. */
    private Arrival arrival(HttpServletRequest request) {
        if (request.getAttribute(ARRIVAL) instanceof Arrival before) return before;
        String value = request.getHeader(FIELD);
        if (value == null) return null;
        InnerRequestOrigin origin = consumeMark(value, request.getRemotePort());
        Arrival arrival = rewrite(request, origin);
        request.setAttribute(ARRIVAL, arrival);
        return arrival;
    }

    private Arrival rewrite(HttpServletRequest request, InnerRequestOrigin origin) {
        if (origin != null) return new Arrival(origin, support.rewrite(request, origin));
        // A request of this application whose mark became invalid on the way must not look like a request from this machine, not even to request listeners.
        boolean fromThisMachine = request.getRemoteAddr() != null && request.getRemoteAddr().equals(request.getLocalAddr());
        LOG.log(System.Logger.Level.DEBUG, "A request from {0} is rejected because its {1} field is invalid", request.getRemoteAddr(), FIELD);
        InnerRequestOrigin unknown = new InnerRequestOrigin(InetSocketAddress.createUnresolved("0.0.0.0", 0), "http", Optional.empty(), request.getProtocol(), "", Fields.none());
        return new Arrival(null, fromThisMachine ? support.rewrite(request, unknown) : InnerRequestSupport.Rewritten.NOTHING);
    }

    /** Consumes the mark and returns its origin; null if the mark is invalid. */
    private InnerRequestOrigin consumeMark(String value, int remotePort) {
        int dot = value.indexOf('.');
        Mark mark = dot < 0 ? null : marks.get(value.substring(0, dot));
        if (mark == null || mark.port != remotePort) return null;
        try {
            if (!MessageDigest.isEqual(HEX.parseHex(value, dot + 1, value.length()), mark.secret) || !marks.remove(mark.number, mark)) return null;
        } catch (IllegalArgumentException invalidHex) {
            return null;
        }
        mark.arrived = true;
        return mark.origin;
    }
}
