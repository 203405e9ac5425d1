package io.github.changeover.loopback;

import io.github.changeover.forwarded.ProxyFields;
import io.github.changeover.http.HopByHopFields;
import io.github.changeover.spi.Fields;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Converts an inner request to the form in which it is sent to the connector, and converts between our fields and those of the codec. */
final class ConnectorRequest {
    /** Fields of the framing, and fields that are needed before the content. RFC 9110 section 6.5.1. */
    private static final Set<String> NEVER_TRAILERS = Set.of("content-length", "trailer", "host", "expect", "authorization", "cookie");

    private ConnectorRequest() {
    }

    /**
     * Returns the request as HTTP/1.1. It is framed by its length if the length is known and no trailers are announced. Otherwise it is
     * chunked.
     *
     * @param target the target from {@link InnerRequestTargetPolicy}
     */
    static HttpRequest of(InnerRequest request, String target, Fields mark) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(request.method()), target);
        HttpHeaders headers = head.headers();
        for (Fields.Line line : endToEnd(request.fields())) {
            // No proxy can see the requests inside the switched connection. The client itself wrote such a field, and the container might
            // trust it, because the request comes from its own machine.
            if (!ProxyFields.has(line.name())) headers.add(line.name(), new AsciiString(line.value()));
        }
        headers.remove(HttpHeaderNames.EXPECT);     // the code that serves the client's connection sends the 100
        request.contentLength().ifPresent(length -> headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(request.content() ? length : 0)));
        if (headers.contains(HttpHeaderNames.TRAILER)) headers.remove(HttpHeaderNames.CONTENT_LENGTH);      // only chunked framing supports trailers
        if (request.content() && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        mark.forEach(line -> headers.set(line.name(), line.value()));       // replaces a field from the client
        return head;
    }

    /**
     * Returns the end of a request. If the request is framed by its length, its trailers are not sent. RFC 9110 section 6.5 allows a
     * recipient to discard them.
     */
    static LastHttpContent end(Fields trailers) {
        if (trailers.lines().isEmpty()) return LastHttpContent.EMPTY_LAST_CONTENT;
        LastHttpContent end = new DefaultLastHttpContent();
        for (Fields.Line line : endToEnd(trailers)) {
            boolean allowed = !NEVER_TRAILERS.contains(line.name().toLowerCase(Locale.ROOT)) && !ProxyFields.has(line.name());
            if (allowed) end.trailingHeaders().add(line.name(), new AsciiString(line.value()));
        }
        return end;
    }

    /** Returns the fields without those that apply to one connection only. */
    static Fields endToEnd(Fields fields) {
        Set<String> hopByHop = HopByHopFields.of(fields.values("Connection"));
        List<Fields.Line> kept = fields.lines().stream().filter(line -> !hopByHop.contains(line.name().toLowerCase(Locale.ROOT))).toList();
        return kept.size() == fields.lines().size() ? fields : Fields.of(kept);
    }

    static Fields fields(HttpHeaders headers) {
        if (headers.isEmpty()) return Fields.none();
        List<Fields.Line> lines = new ArrayList<>();
        for (Map.Entry<String, String> header : headers) {
            try {
                lines.add(new Fields.Line(header.getKey(), header.getValue()));
            } catch (IllegalArgumentException odd) {
                // the application has set a field that cannot be sent: it is left out
            }
        }
        return Fields.of(lines);
    }
}
