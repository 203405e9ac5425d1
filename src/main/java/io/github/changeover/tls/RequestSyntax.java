package io.github.changeover.tls;

import io.github.changeover.http.Authority;
import io.github.changeover.http.ListMembers;
import io.github.changeover.http.PrintableText;
import io.github.changeover.loopback.InnerRequest;
import io.github.changeover.loopback.InnerRequestSource;
import io.github.changeover.spi.Fields;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks those requirements of RFC 9112 that Netty's decoder does not check. */
final class RequestSyntax {
    /** The request is refused and the connection closes after the response, because the end of the request's content is not certain. */
    static final class InvalidRequestException extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        InvalidRequestException(int status, String reason) {
            super(reason, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private static final int MAX_LINE = 8 * 1024, MAX_HEAD = 16 * 1024, PART = 8 * 1024, MAX_SHOWN = 40;
    /** RFC 9112 section 2.3: the name is case-sensitive. */
    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i:(https?)://)([^/?#]+)([/?].*)?");

    private RequestSyntax() {
    }

    /** Netty's decoder, extended by a check of the protocol name as written: Netty itself converts the name to upper case. */
    static final class Decoder extends HttpRequestDecoder {
        Decoder() {
            super(new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE).setMaxHeaderSize(MAX_HEAD).setMaxChunkSize(PART));
        }

        @Override
        protected HttpMessage createMessage(String[] initialLine) throws Exception {
            if (!VERSION.matcher(initialLine[2]).matches()) throw new IllegalArgumentException("The request line does not end with an HTTP version");
            return super.createMessage(initialLine);
        }
    }

    /** Returns the response to a failure of the decoder. */
    static InvalidRequestException malformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) return new InvalidRequestException(414, "The request line is longer than " + MAX_LINE + " bytes.");
        if (cause instanceof TooLongHttpHeaderException) return new InvalidRequestException(431, "The header fields are longer than " + MAX_HEAD + " bytes.");
        return new InvalidRequestException(400, "This is not a valid HTTP/1.1 request (RFC 9112).");
    }

    /** Returns the request for the application. */
    static InnerRequest accept(HttpRequest head, InnerRequestSource origin) throws InvalidRequestException {
        HttpVersion version = head.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) throw new InvalidRequestException(505, "Inside TLS this server supports HTTP/1.1 and HTTP/1.0, not " + version + ".");
        List<String> hosts = head.headers().getAll(HttpHeaderNames.HOST);
        boolean required = version.equals(HttpVersion.HTTP_1_1);
        if (hosts.size() > 1 || hosts.isEmpty() && required) throw new InvalidRequestException(400, "A request must have exactly one Host field, this one has " + hosts.size() + " (RFC 9112 section 3.2).");
        if (!hosts.isEmpty() && !Authority.isValidInUri(hosts.get(0).strip())) throw new InvalidRequestException(400, "Host is not a host name with an optional port: '" + PrintableText.of(hosts.get(0), MAX_SHOWN) + "'.");
        transferCoding(head);
        if (head.method().equals(HttpMethod.CONNECT)) throw new InvalidRequestException(405, "The method CONNECT is not supported inside a switched connection.");
        // Netty reads eight bytes of content after an opening handshake of an early WebSocket draft that never became a standard. These
        // bytes have no framing.
        if (head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1) && head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            throw new InvalidRequestException(400, "Sec-WebSocket-Key1 and -Key2 are not supported.");
        }
        String host = hosts.isEmpty() ? origin.host() : hosts.get(0).strip();
        String target = head.uri();
        Matcher absolute = ABSOLUTE.matcher(target);
        if (absolute.matches()) {
            // RFC 9112 section 3.2.2: the host of the target is used, and Host is ignored.
            if (!Authority.isValidInUri(absolute.group(2))) throw new InvalidRequestException(400, "The request target's host is not valid: '" + PrintableText.of(absolute.group(2), MAX_SHOWN) + "'.");
            if (!absolute.group(1).equalsIgnoreCase("https")) throw new InvalidRequestException(421, "Inside TLS this server serves https only.");
            host = absolute.group(2);
            String rest = absolute.group(3) == null ? "" : absolute.group(3);
            target = rest.startsWith("/") ? rest : rest.isEmpty() && head.method().equals(HttpMethod.OPTIONS) ? "*" : "/" + rest;
        }
        try {
            boolean content = HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
            return new InnerRequest(head.method().name(), target, fields(head, host), content, origin);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidRequestException(400, malformed.getMessage() + ".");
        }
    }

    /**
     * Accepts only the coding {@code chunked}. Netty itself rejects every message whose last coding is not {@code chunked}, as RFC 9112
     * section 6.3 requires.
     */
    private static void transferCoding(HttpRequest head) throws InvalidRequestException {
        List<String> codings = new ArrayList<>();
        for (ListMembers members = new ListMembers(head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING)); members.next(); ) {
            if (!members.isEmpty()) codings.add(members.text().toLowerCase(Locale.ROOT));
        }
        if (!codings.isEmpty() && !codings.equals(List.of("chunked"))) {
            throw new InvalidRequestException(501, "The transfer codings '" + PrintableText.of(String.join(", ", codings), MAX_SHOWN) + "' are not supported: send chunked only (RFC 9112 section 6.1).");
        }
    }

    private static Fields fields(HttpRequest head, String host) {
        List<Fields.Line> lines = new ArrayList<>();
        lines.add(new Fields.Line("Host", host));
        for (Map.Entry<String, String> header : head.headers()) {
            if (!header.getKey().equalsIgnoreCase("Host")) lines.add(new Fields.Line(header.getKey(), header.getValue()));
        }
        return Fields.of(lines);
    }
}
