package io.github.changeover.h2c;

import io.github.changeover.http.HopByHopFields;
import io.github.changeover.loopback.InnerRequest;
import io.github.changeover.loopback.InnerRequestSource;
import io.github.changeover.spi.Fields;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Converts between field blocks of HTTP/2 and HTTP messages (RFC 9113 section 8). */
final class HttpHeaderMapping {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private HttpHeaderMapping() {
    }

    /**
     * Returns whether this is an ordinary CONNECT, which has neither scheme nor path. It is not malformed, but it is not a request for an
     * application.
     */
    static boolean isConnect(Http2Headers headers) {
        return "CONNECT".contentEquals(headers.method()) && headers.path() == null;
    }

    /**
     * Returns the request of a field block, with {@code Host} from {@code :authority} and with the {@code Cookie} fields joined into one.
     *
     * @throws IllegalArgumentException if the request is malformed
     */
    static InnerRequest request(Http2Headers headers, boolean content, InnerRequestSource origin) {
        if (headers.method() == null || headers.path() == null || headers.scheme() == null) throw new IllegalArgumentException("A request must have :method, :scheme and :path");
        if (headers.contains(":protocol")) throw new IllegalArgumentException("Extended CONNECT was not offered (RFC 8441 section 3)");
        if (!SCHEMES.contains(headers.scheme().toString())) throw new IllegalArgumentException("The scheme is neither http nor https");
        List<Fields.Line> lines = new ArrayList<>();
        StringBuilder cookie = new StringBuilder();
        lines.add(new Fields.Line("host", host(headers)));
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            String name = header.getKey().toString();
            String value = header.getValue().toString();
            if (name.equals("cookie")) cookie.append(cookie.length() == 0 ? "" : "; ").append(value);
            else if (!name.startsWith(":") && !name.equals("host")) lines.add(new Fields.Line(name, value));
        }
        if (cookie.length() > 0) lines.add(new Fields.Line("cookie", cookie.toString()));
        return new InnerRequest(headers.method().toString(), headers.path().toString(), Fields.of(lines), content, origin);
    }

    /** Returns {@code :authority}, or {@code Host} if there is none. If both are present, they must be equal (RFC 9113 section 8.3.1). */
    private static String host(Http2Headers headers) {
        List<CharSequence> hosts = headers.getAll("host");
        if (hosts.size() > 1) throw new IllegalArgumentException("A request must have exactly one Host field");
        CharSequence authority = headers.authority();
        if (authority == null && hosts.isEmpty()) throw new IllegalArgumentException("A request must have :authority or Host");
        String host = (authority == null ? hosts.get(0) : authority).toString();
        if (!hosts.isEmpty() && !hosts.get(0).toString().equalsIgnoreCase(host)) throw new IllegalArgumentException(":authority and Host differ");
        if (host.isEmpty() || host.indexOf('@') >= 0) throw new IllegalArgumentException(":authority is empty or has user information");
        return host;
    }

    /** Returns the trailers, which have no pseudo-header fields. */
    static Fields fields(Http2Headers trailers) {
        List<Fields.Line> lines = new ArrayList<>();
        for (Map.Entry<CharSequence, CharSequence> line : trailers) lines.add(new Fields.Line(line.getKey().toString(), line.getValue().toString()));
        return Fields.of(lines);
    }

    static Http2Headers response(int status, Fields fields) {
        return block(fields).status(Integer.toString(status));
    }

    /** Returns a field block with names in lower case and without hop-by-hop fields (RFC 9113 sections 8.2.1 and 8.2.2). */
    static Http2Headers block(Fields fields) {
        Http2Headers headers = new DefaultHttp2Headers();
        for (Fields.Line line : fields) {
            String name = line.name().toLowerCase(Locale.ROOT);
            if (!HopByHopFields.contains(name)) headers.add(name, line.value());
        }
        return headers;
    }
}
