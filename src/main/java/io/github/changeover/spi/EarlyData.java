package io.github.changeover.spi;

/** What becomes of octets that the client sent behind its request before it saw the 101 (RFC 9931). */
public enum EarlyData {
    /** They are the new protocol's first octets. */
    DELIVER,
    /** The protocol forbids them: when some are there at the switch, the connection is closed. */
    REFUSE
}
