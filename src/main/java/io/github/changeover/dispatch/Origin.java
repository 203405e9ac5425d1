package io.github.changeover.dispatch;

import io.github.changeover.spi.UpgradeRequest;
import java.util.function.Supplier;

/**
 * Where inner requests come from: one object for each switched connection, whose requests share what the connection may use. Compared by identity.
 */
public final class Origin {
    private final UpgradeRequest switched;
    private final boolean secure;
    private final String protocol;
    private final String cipherSuite;
    private Object shown;           // null before it is made

    /**
     * @param switched    the request that the connection began with: the peer's address, the connector's, the application's path and host
     * @param secure      whether the client speaks TLS inside
     * @param protocol    what the inner requests are spoken in, such as {@code HTTP/2.0}
     * @param cipherSuite the cipher suite of a secure connection, else empty
     */
    public Origin(UpgradeRequest switched, boolean secure, String protocol, String cipherSuite) {
        this.switched = switched;
        this.secure = secure;
        this.protocol = protocol;
        this.cipherSuite = cipherSuite;
    }

    UpgradeRequest switched() {
        return switched;
    }

    boolean secure() {
        return secure;
    }

    String protocol() {
        return protocol;
    }

    String cipherSuite() {
        return cipherSuite;
    }

    /** What the application is to see of it, made once. */
    synchronized <T> T shown(Class<T> type, Supplier<T> made) {
        if (shown == null) shown = made.get();
        return type.cast(shown);
    }

    /** The host that the connection serves, as the client wrote it; empty when the first request had none. */
    public String host() {
        return switched.fields().first("Host").orElse("");
    }
}
