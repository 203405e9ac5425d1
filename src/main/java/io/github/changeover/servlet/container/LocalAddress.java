package io.github.changeover.servlet.container;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/** How a client on this machine addresses a server socket. */
final class LocalAddress {
    private LocalAddress() {
    }

    /**
     * The host of an address; empty when the socket is bound to no address of the loopback.
     *
     * @param bound null for every address
     */
    static Optional<String> of(InetAddress bound) {
        if (bound == null || bound.isAnyLocalAddress()) return Optional.of("127.0.0.1");
        if (!bound.isLoopbackAddress()) return Optional.empty();
        return Optional.of(bound instanceof Inet6Address ? "[::1]" : bound.getHostAddress());
    }
}
