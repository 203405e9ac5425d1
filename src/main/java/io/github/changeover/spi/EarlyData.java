package io.github.changeover.spi;

/** How bytes are handled that the client sent after its request and before it received the 101 (RFC 9931). This enum may grow. */
public enum EarlyData {
    /** They are the first bytes of the new protocol. */
    DELIVER,
    /**
     * The protocol forbids them: if bytes have arrived at the switch, the connection is closed. On Tomcat this is checked before the 101 is sent.
     * On other containers it is checked just after the 101, so a very fast client may be rejected although it waited for the 101.
     */
    REFUSE
}
