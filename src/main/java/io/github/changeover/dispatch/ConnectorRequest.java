package io.github.changeover.dispatch;

import io.github.changeover.forwarded.ProxyFields;
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

/** An inner request as it is sent to the connector, between our fields and those of the codec. */
final class ConnectorRequest {
    /** Of the framing, or told before the content: RFC 9110 section 6.5.1. */
    private static final Set<String> NEVER_TRAILERS = Set.of("content-length", "trailer", "host", "expect", "authorization", "cookie");

    private ConnectorRequest() {
    }

    /**
     * The request as HTTP/1.1, framed by its length where that is known and no trailers are announced, else chunked.
     *
     * @param target as {@link TargetPolicy} has made it
     */
    static HttpRequest of(InnerRequest request, String target, Fields mark) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(request.method()), target);
        HttpHeaders headers = head.headers();
        for (Fields.Line line : HopByHopFields.without(request.fields())) {
            // No proxy has seen what is inside: the client says this itself, and the container would believe its own machine.
            if (!ProxyFields.has(line.name())) headers.add(line.name(), new AsciiString(line.value()));
        }
        headers.remove(HttpHeaderNames.EXPECT);     // the one that has the client's connection says 100
        request.contentLength().ifPresent(length -> headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(request.content() ? length : 0)));
        if (headers.contains(HttpHeaderNames.TRAILER)) headers.remove(HttpHeaderNames.CONTENT_LENGTH);      // only chunks have a place for trailers
        if (request.content() && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        mark.forEach(line -> headers.set(line.name(), line.value()));       // in the place of what a client may have sent
        return head;
    }

    /** The end of a request: where that is framed by its length its trailers are left out, as a recipient may (RFC 9110 section 6.5). */
    static LastHttpContent end(Fields trailers) {
        if (trailers.lines().isEmpty()) return LastHttpContent.EMPTY_LAST_CONTENT;
        LastHttpContent end = new DefaultLastHttpContent();
        for (Fields.Line line : HopByHopFields.without(trailers)) {
            boolean allowed = !NEVER_TRAILERS.contains(line.name().toLowerCase(Locale.ROOT)) && !ProxyFields.has(line.name());
            if (allowed) end.trailingHeaders().add(line.name(), new AsciiString(line.value()));
        }
        return end;
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
