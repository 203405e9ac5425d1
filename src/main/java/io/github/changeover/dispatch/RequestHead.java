package io.github.changeover.dispatch;

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

/** Between our fields and those of the codec. */
final class RequestHead {
    /** Of the framing, or told before the content: RFC 9110 section 6.5.1. */
    private static final Set<String> NEVER_TRAILERS = Set.of("content-length", "trailer", "host", "expect", "authorization", "cookie");

    private RequestHead() {
    }

    /** The request as HTTP/1.1, framed by its length where that is known and no trailers are announced, else chunked. */
    static HttpRequest of(InnerRequest request, Fields mark) {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(request.method()), request.target());
        HttpHeaders headers = head.headers();
        for (Fields.Line line : Hop.without(request.fields())) headers.add(line.name(), new AsciiString(line.value()));
        headers.names().stream().filter(RequestHead::tellsOrigin).forEach(headers::remove);
        headers.remove(HttpHeaderNames.EXPECT);     // who has the client's connection says 100
        if (!request.content() && headers.contains(HttpHeaderNames.CONTENT_LENGTH)) headers.set(HttpHeaderNames.CONTENT_LENGTH, "0");
        if (headers.contains(HttpHeaderNames.TRAILER)) headers.remove(HttpHeaderNames.CONTENT_LENGTH);      // only chunks have a place for trailers
        if (request.content() && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        mark.forEach(line -> headers.set(line.name(), line.value()));       // in the place of what a client may have sent
        return head;
    }

    /** The end of a request: where that is framed by its length its trailers are left out, as a recipient may (RFC 9110 section 6.5). */
    static LastHttpContent end(Fields trailers) {
        if (trailers.lines().isEmpty()) return LastHttpContent.EMPTY_LAST_CONTENT;
        LastHttpContent end = new DefaultLastHttpContent();
        for (Fields.Line line : Hop.without(trailers)) {
            if (!NEVER_TRAILERS.contains(line.name().toLowerCase(Locale.ROOT)) && !tellsOrigin(line.name())) end.trailingHeaders().add(line.name(), new AsciiString(line.value()));
        }
        return end;
    }

    /** No proxy has seen what is inside: the client says this itself, and the container would believe its own machine. */
    private static boolean tellsOrigin(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return small.startsWith("x-forwarded-") || small.equals("forwarded") || small.equals("x-real-ip");
    }

    static Fields fields(HttpHeaders headers) {
        if (headers.isEmpty()) return Fields.none();
        List<Fields.Line> lines = new ArrayList<>();
        for (Map.Entry<String, String> header : headers) {
            try {
                lines.add(new Fields.Line(header.getKey(), header.getValue()));
            } catch (IllegalArgumentException odd) {
                // the application has set what nobody may send: it takes no part
            }
        }
        return Fields.of(lines);
    }
}
