package io.github.changeover.dispatch;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A request that arrived inside a switched connection, as the client wrote it.
 *
 * @param method  as written
 * @param target  in origin form, a path that begins with a slash and perhaps a query; or {@code *}, for OPTIONS
 * @param fields  with {@code Host}; hop-by-hop fields may be there, they are not passed on
 * @param content whether content follows the head
 * @param origin  where it comes from
 */
public record InnerRequest(String method, String target, Fields fields, boolean content, Origin origin) {
    private static final int SHOWN = 80, LONGEST_LENGTH = 18;

    /** @throws IllegalArgumentException when method or target could not stand in a request line */
    public InnerRequest {
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(origin, "origin");
        new ProtocolToken(method, "");      // a method is a token, too (RFC 9110 section 9.1)
        boolean asterisk = target.equals("*") && method.equals("OPTIONS");
        if (!asterisk && (!target.startsWith("/") || !target.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '#'))) {
            throw new IllegalArgumentException("The request target is not in origin form, a path that begins with a slash (RFC 9112 section 3.2.1)");
        }
        if (fields.values("Content-Length").stream().map(String::strip).distinct().count() > 1 || !fields.values("Content-Length").stream().allMatch(InnerRequest::isLength)) {
            throw new IllegalArgumentException("Content-Length is not one number (RFC 9112 section 6.3)");
        }
    }

    private static boolean isLength(String value) {
        String digits = value.strip();
        return !digits.isEmpty() && digits.length() <= LONGEST_LENGTH && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Of the content, where it is declared. */
    OptionalLong contentLength() {
        return fields.first("Content-Length").map(value -> OptionalLong.of(Long.parseLong(value.strip()))).orElse(OptionalLong.empty());
    }

    /** Whether it asks about the server as a whole (RFC 9110 section 9.3.7). */
    boolean isForTheServer() {
        return target.equals("*");
    }

    /** The target's path as written, without the query. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The query as written, with its question mark; empty for none. */
    String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query);
    }

    /** The path fit for a message: it has no character but printable ASCII. */
    String shownPath() {
        return path().length() > SHOWN ? path().substring(0, SHOWN) + "..." : path();
    }
}
