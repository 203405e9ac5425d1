package io.github.changeover.servlet;

import jakarta.servlet.ServletContext;
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
 * Requests that come from within a switched connection, by way of the container's own connector: a mark says where they really
 * come from. It holds a secret that is good for one request while that lasts; a mark without it says nothing. Internal.
 */
public final class InnerRequests {
    /** The field that carries a mark. */
    public static final String MARK = "Changeover-Inner";
    private static final String ATTRIBUTE = InnerRequests.class.getName();
    private static final int SECRET = 32;
    private static final HexFormat HEX = HexFormat.of();

    private final SecureRandom random = new SecureRandom();
    private final AtomicLong count = new AtomicLong();
    private final Map<String, Mark> marks = new ConcurrentHashMap<>();

    private InnerRequests() {
    }

    /**
     * Where a request really comes from.
     *
     * @param remote      the peer's address
     * @param scheme      {@code http} or {@code https}
     * @param protocol    what the peer speaks, such as {@code HTTP/2.0}
     * @param cipherSuite empty in clear
     */
    public record Origin(InetSocketAddress remote, String scheme, String protocol, String cipherSuite) {
        String address() {
            return remote.getAddress() == null ? remote.getHostString() : remote.getAddress().getHostAddress();
        }
    }

    /** One request's mark, until it is closed. */
    public final class Mark implements AutoCloseable {
        private final String number = Long.toHexString(count.incrementAndGet());
        private final byte[] secret = new byte[SECRET];
        private final Origin origin;

        private Mark(Origin origin) {
            this.origin = origin;
            random.nextBytes(secret);
        }

        /** The field's value. */
        public String value() {
            return number + "." + HEX.formatHex(secret);
        }

        @Override
        public void close() {
            marks.remove(number);
        }
    }

    /** The application's; the first call, before it serves, lets its outer filter look for marks. */
    public static InnerRequests of(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof InnerRequests made) return made;
            InnerRequests made = new InnerRequests();
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /** Empty when nothing in the application sends any. */
    static Optional<InnerRequests> in(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof InnerRequests made ? Optional.of(made) : Optional.empty();
    }

    /** A mark for one request. */
    public Mark mark(Origin origin) {
        Mark mark = new Mark(origin);
        marks.put(mark.number, mark);
        return mark;
    }

    /** The request as its sender meant it when it has a mark of ours; else itself: a mark that is not ours is not looked at. */
    HttpServletRequest unwrap(HttpServletRequest request) {
        String said = request.getHeader(MARK);
        return said == null ? request : known(said).<HttpServletRequest>map(origin -> new InnerRequest(request, origin)).orElse(request);
    }

    private Optional<Origin> known(String said) {
        int dot = said.indexOf('.');
        Mark mark = dot < 0 ? null : marks.get(said.substring(0, dot));
        try {
            return mark != null && MessageDigest.isEqual(HEX.parseHex(said, dot + 1, said.length()), mark.secret) ? Optional.of(mark.origin) : Optional.empty();
        } catch (IllegalArgumentException noHex) {
            return Optional.empty();
        }
    }
}
