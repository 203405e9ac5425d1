package io.github.changeover.dispatch;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import java.util.Objects;

/**
 * A request that arrived inside a switched connection.
 *
 * @param method  as written
 * @param target  in origin form: a path that begins with a slash, and perhaps a query
 * @param fields  with {@code Host}; those of a hop may be there, they are not passed on
 * @param content whether content follows the head
 * @param origin  where it comes from
 */
public record InnerRequest(String method, String target, Fields fields, boolean content, Origin origin) {
    /** @throws IllegalArgumentException when method or target could not stand in a request line */
    public InnerRequest {
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(origin, "origin");
        new ProtocolToken(method, "");      // a method is a token, too (RFC 9110 section 9.1)
        if (!target.startsWith("/") || !target.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '#')) {
            throw new IllegalArgumentException("Not a request target in origin form (RFC 9112 section 3.2.1)");
        }
    }

    /** The target's path as written, without the query. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }
}
