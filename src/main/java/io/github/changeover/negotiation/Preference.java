package io.github.changeover.negotiation;

/**
 * Whose order decides if several offered protocols are supported. RFC 9110 section 7.8 leaves this choice to the server.
 *
 * <pre>
 * Upgrade: example/1, foo/2      on a path that supports foo/2 and example/1
 * CLIENT: example/1   SERVER: foo/2
 * </pre>
 */
public enum Preference {
    /** The order of the client's {@code Upgrade} list. */
    CLIENT,
    /** The order of the path's rule. */
    SERVER
}
