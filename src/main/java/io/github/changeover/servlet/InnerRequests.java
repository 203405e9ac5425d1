package io.github.changeover.servlet;

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
 * Requests that come from within a switched connection, by way of the container's own connector: a mark says where they really come from. Internal.
 *
 * <p>A mark is a secret that is good once, for one request on one connection to the connector: it is void as soon as the request has arrived here, and a
 * request whose mark is not good is refused, never taken for one of this machine. A request listener takes it before anything of the application runs; where
 * the container's request can be changed, every object that shows the request shows the client from then on, and the mark is gone. Elsewhere the outer
 * filter shows the application a {@link InnerRequestView}.
 */
public final class InnerRequests {
    /** The field that carries a mark. */
    public static final String FIELD = "Changeover-Inner";
    private static final System.Logger LOG = System.getLogger(InnerRequests.class.getName());
    private static final String ATTRIBUTE = InnerRequests.class.getName();
    private static final String ARRIVAL = InnerRequests.class.getName() + ".arrival";
    private static final int SECRET = 32;
    private static final HexFormat HEX = HexFormat.of();

    private final SecureRandom random = new SecureRandom();
    private final AtomicLong count = new AtomicLong();
    private final Map<String, Mark> marks = new ConcurrentHashMap<>();
    private final ServletRequestListener listener = new First();
    private volatile boolean listens;                       // the listener is registered
    private volatile InnerRequestSupport support;           // null before the start

    private InnerRequests() {
    }

    /** One request's mark. From any thread. */
    public final class Mark implements AutoCloseable {
        private final String number = Long.toHexString(count.incrementAndGet());
        private final byte[] secret = new byte[SECRET];
        private final InnerOrigin origin;
        private volatile int port;
        private volatile boolean arrived;

        private Mark(InnerOrigin origin) {
            this.origin = origin;
            random.nextBytes(secret);
        }

        /** The field's value. */
        public String value() {
            return number + "." + HEX.formatHex(secret);
        }

        /** The port from which the request is sent: from any other the mark is not good. Called before the request is sent. */
        public void sentFrom(int clientPort) {
            port = clientPort;
        }

        /** Whether the application has the request. */
        public boolean arrived() {
            return arrived;
        }

        /** The mark is not good any more. */
        @Override
        public void close() {
            marks.remove(number);
        }
    }

    /**
     * A request that had a mark.
     *
     * @param origin    null for a mark that was not good
     * @param rewritten what the container's own request shows
     */
    private record Arrival(InnerOrigin origin, InnerRequestSupport.Rewritten rewritten) {
    }

    private final class First implements ServletRequestListener {
        @Override
        public void requestInitialized(ServletRequestEvent event) {
            if (event.getServletRequest() instanceof HttpServletRequest request) arrival(request);
        }
    }

    /**
     * Registers what has to be registered while initializers run: for a protocol that will send inner requests. On an application that is declared by hand it is
     * not called; there the request listener is registered by {@link #of} where the container allows it.
     */
    public static void register(ServletContext context) {
        InnerRequests made = made(context);
        synchronized (made) {
            if (made.listens) return;
            made.listens = true;
            context.addListener(made.listener);
        }
    }

    /** The application's. The first call, before the application serves requests, makes its filters and listeners look for marks. */
    public static InnerRequests of(ServletContext context) {
        InnerRequests made = made(context);
        synchronized (made) {
            if (made.support != null) return made;
            made.support = InnerRequestSupport.of(context);
            made.listens |= made.support.listenFirst(made.listener);
            return made;
        }
    }

    private static InnerRequests made(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof InnerRequests before) return before;
            InnerRequests made = new InnerRequests();
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /** Empty when nothing in the application sends any. */
    static Optional<InnerRequests> in(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof InnerRequests made ? Optional.of(made) : Optional.empty();
    }

    /**
     * Whether a request was sent inside another connection, so that no address shows who sent it and no proxy has looked at it: it came within a switched
     * connection of ours, or over HTTP/2 in clear that the container speaks itself. A rule for "this machine only" holds for no such request.
     * The answer is the same on every dispatch, for the container's request and for wrappers around it.
     */
    public static boolean isInner(ServletRequest request) {
        if (request.getAttribute(ARRIVAL) instanceof Arrival) return true;
        return !request.isSecure() && request.getProtocol() != null && request.getProtocol().startsWith("HTTP/2");
    }

    /** A mark for one request. */
    public Mark mark(InnerOrigin origin) {
        Mark mark = new Mark(origin);
        marks.put(mark.number, mark);
        return mark;
    }

    /** Which application the container gives a request to. */
    public InnerRequestSupport.Owner owner(InnerTarget target) {
        return support.owner(target);
    }

    /**
     * Whether a request is known to have arrived before the container, on the application's behalf, can answer it: by a login, for example. Then an answer to a
     * request that has not arrived is not the application's.
     */
    public boolean arriveBeforeAnyAnswer() {
        return listens;
    }

    /**
     * The request as its sender meant it. A request without a mark is itself.
     *
     * @return null for a request that must not be served: its mark is not good
     */
    HttpServletRequest view(HttpServletRequest request, ServletResponse response) {
        Arrival arrival = listens ? (Arrival) request.getAttribute(ARRIVAL) : arrival(request);
        if (arrival == null) return request;
        if (arrival.origin() == null) return null;
        return arrival.rewritten() == InnerRequestSupport.Rewritten.ALL || InnerRequestView.isWithin(request) ? request
                : new InnerRequestView(request, response, arrival.origin(), arrival.rewritten() == InnerRequestSupport.Rewritten.ALL_BUT_PROTOCOL);
    }

    /** What is known of the request; null when it has no mark. */
    private Arrival arrival(HttpServletRequest request) {
        if (request.getAttribute(ARRIVAL) instanceof Arrival before) return before;
        String said = request.getHeader(FIELD);
        if (said == null) return null;
        InnerOrigin origin = taken(said, request.getRemotePort());
        Arrival arrival = rewrite(request, origin);
        request.setAttribute(ARRIVAL, arrival);
        return arrival;
    }

    private Arrival rewrite(HttpServletRequest request, InnerOrigin origin) {
        if (origin != null) return new Arrival(origin, support.rewrite(request, origin));
        // A request of ours whose mark has become void while it was on its way must not be seen as one of this machine, not even by request listeners.
        boolean fromHere = request.getRemoteAddr() != null && request.getRemoteAddr().equals(request.getLocalAddr());
        LOG.log(System.Logger.Level.DEBUG, "A request from {0} has a {1} field that is not valid and is refused", request.getRemoteAddr(), FIELD);
        InnerOrigin nowhere = new InnerOrigin(InetSocketAddress.createUnresolved("0.0.0.0", 0), "http", Optional.empty(), request.getProtocol(), "", Fields.none());
        return new Arrival(null, fromHere ? support.rewrite(request, nowhere) : InnerRequestSupport.Rewritten.NOTHING);
    }

    /** The origin of the mark, which is void then; null for one that is not good. */
    private InnerOrigin taken(String said, int remotePort) {
        int dot = said.indexOf('.');
        Mark mark = dot < 0 ? null : marks.get(said.substring(0, dot));
        if (mark == null || mark.port != remotePort) return null;
        try {
            if (!MessageDigest.isEqual(HEX.parseHex(said, dot + 1, said.length()), mark.secret) || !marks.remove(mark.number, mark)) return null;
        } catch (IllegalArgumentException noHex) {
            return null;
        }
        mark.arrived = true;
        return mark.origin;
    }
}
