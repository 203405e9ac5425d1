package io.github.changeover.loopback;

import io.github.changeover.spi.UpgradeRequest;
import java.util.function.Supplier;

/**
 * The origin of inner requests: one object for each switched connection. The requests of a connection share its limits. Compared by
 * identity.
 */
public final class InnerRequestSource {
    private final UpgradeRequest switched;
    private final boolean secure;
    private final String protocol;
    private final String cipherSuite;
    private Object attribute;           // null before it is created

    /**
     * @param switched    the request that started the connection: it has the addresses of the peer and of the connector, and the path and
     *                    host of the application
     * @param secure      whether the client uses TLS inside the connection
     * @param protocol    the protocol of the inner requests, such as {@code HTTP/2.0}
     * @param cipherSuite the cipher suite of a secure connection, otherwise empty
     */
    public InnerRequestSource(UpgradeRequest switched, boolean secure, String protocol, String cipherSuite) {
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

    /** Returns the view of this origin that the application gets. It is created once. */
    synchronized <T> T attribute(Class<T> type, Supplier<T> made) {
        if (attribute == null) attribute = made.get();
        return type.cast(attribute);
    }

    /**
     * Returns the host that the connection serves, as the client wrote it. The result is empty if the first request had no {@code Host}.
     */
    public String host() {
        return switched.fields().first("Host").orElse("");
    }
}
