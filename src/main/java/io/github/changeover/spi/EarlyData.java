package io.github.changeover.spi;

/** What becomes of octets that the client sent behind its request before it saw the 101 (RFC 9931). */
public enum EarlyData {
    /** They are the new protocol's first octets. */
    DELIVER,
    /**
     * The protocol forbids them: when some are there at the switch, the connection is closed. On Tomcat it is looked before the 101;
     * elsewhere just after it, so that a client that is very quick may be held for one that did not wait.
     */
    REFUSE
}
