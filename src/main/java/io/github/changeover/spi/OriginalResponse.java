package io.github.changeover.spi;

/**
 * The application's answer to the request that asked for the switch, owed over the new protocol
 * (RFC 9110 section 7.8). Hop-by-hop fields are not in it.
 *
 * @param status the status the application set
 * @param fields the fields the application set
 * @param body   the content, whole
 */
public record OriginalResponse(int status, Fields fields, byte[] body) {
}
