package io.github.changeover.spi;

/** What becomes of octets that the client sent behind its request before it saw the 101 (RFC 9931). */
public enum EarlyData {
    /** They are the new protocol's first octets. */
    DELIVER,
    /**
     * The protocol forbids them: when some are there at the switch, the connection is closed. On Tomcat that is before the 101; elsewhere
     * it may be just after it, and a client that is very quick be held for one that did not wait.
     */
    REFUSE
}
