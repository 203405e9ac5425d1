package io.github.changeover.spi;

/**
 * The application's answer to the request that asked for the switch, owed over the new protocol
 * (RFC 9110 section 7.8). Hop-by-hop fields are not in it.
 *
 * @param status   the status the application set
 * @param fields   the fields the application set
 * @param body     the content, whole
 * @param trailers the trailer fields the application set, which a protocol may leave out
 */
public record OriginalResponse(int status, Fields fields, byte[] body, Fields trailers) {
    /** Without trailers. */
    public OriginalResponse(int status, Fields fields, byte[] body) {
        this(status, fields, body, Fields.none());
    }

    /** The same with trailers. */
    public OriginalResponse with(Fields trailers) {
        return new OriginalResponse(status, fields, body, trailers);
    }
}
