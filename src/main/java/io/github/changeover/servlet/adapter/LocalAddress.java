package io.github.changeover.servlet.adapter;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/** Finds the address by which a client on this machine reaches a server socket. */
public final class LocalAddress {
    private LocalAddress() {
    }

    /**
     * Returns the host for an address; empty if the socket is not bound to a loopback address.
     *
     * @param bound null if the socket is bound to all addresses
     */
    public static Optional<String> of(InetAddress bound) {
        if (bound == null || bound.isAnyLocalAddress()) return Optional.of("127.0.0.1");
        if (!bound.isLoopbackAddress()) return Optional.empty();
        return Optional.of(bound instanceof Inet6Address ? "[::1]" : bound.getHostAddress());
    }
}
