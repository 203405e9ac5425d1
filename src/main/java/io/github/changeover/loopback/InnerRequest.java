package io.github.changeover.loopback;

import io.github.changeover.http.ContentLength;
import io.github.changeover.http.PrintableText;
import io.github.changeover.http.Token;
import io.github.changeover.spi.Fields;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A request that arrived inside a switched connection, as the client wrote it.
 *
 * @param method  the method as written
 * @param target  the target in origin form, which is a path that begins with a slash and an optional query; or {@code *} for OPTIONS
 * @param fields  the fields with {@code Host}; hop-by-hop fields are allowed but are not forwarded
 * @param content whether content follows the head
 * @param origin  the switched connection on which it arrived
 */
public record InnerRequest(String method, String target, Fields fields, boolean content, InnerRequestSource origin) {
    /**
     * @throws IllegalArgumentException if the method or the target is not valid in a request line, or {@code Content-Length} is not one
     *                                  number
     */
    public InnerRequest {
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(origin, "origin");
        if (!Token.isToken(method)) throw new IllegalArgumentException("The method is not a token (RFC 9110 section 9.1): '" + PrintableText.of(method) + "'");
        boolean asterisk = target.equals("*") && method.equals("OPTIONS");
        if (!asterisk && (!target.startsWith("/") || !target.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '#'))) {
            throw new IllegalArgumentException("The request target is not in origin form: send a path that begins with a slash (RFC 9112 section 3.2.1)");
        }
        if (fields.values("Content-Length").stream().map(String::strip).distinct().count() > 1 || !fields.values("Content-Length").stream().allMatch(value -> ContentLength.parse(value).isPresent())) {
            throw new IllegalArgumentException("Content-Length is not a single number (RFC 9112 section 6.3)");
        }
    }

    /** Returns the length of the content, if it is declared. */
    OptionalLong contentLength() {
        return fields.first("Content-Length").map(ContentLength::parse).orElse(OptionalLong.empty());
    }

    /** Returns whether the request is about the server as a whole (RFC 9110 section 9.3.7). */
    boolean isServerWide() {
        return target.equals("*");
    }

    /** Returns the path of the target as written, without the query. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Returns the query as written, with its question mark; empty for none. */
    String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query);
    }

    /** Returns the path, shortened for a message. It contains printable ASCII only. */
    String printablePath() {
        return PrintableText.of(path());
    }
}
