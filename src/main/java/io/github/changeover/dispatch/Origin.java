package io.github.changeover.dispatch;

import io.github.changeover.spi.UpgradeRequest;

/**
 * Where inner requests come from, and what the application is to know of it.
 *
 * @param switched    the request that the connection began with: the peer's address, the connector's, the application's path and host
 * @param scheme      {@code http} or {@code https}, as the peer sees it
 * @param protocol    what the inner requests are spoken in, such as {@code HTTP/2.0}
 * @param cipherSuite the cipher suite of a secure connection, else empty
 */
public record Origin(UpgradeRequest switched, String scheme, String protocol, String cipherSuite) {
}
