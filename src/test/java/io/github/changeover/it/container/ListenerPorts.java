package io.github.changeover.it.container;

import java.net.URI;

/**
 * Ports to listen on: 0 means any free port, {@link #OFF} none.
 *
 * @param http1 a listener without HTTP/2, for a container that supports HTTP/2 in cleartext itself
 */
public record ListenerPorts(int http, int https, int http1) {
    static final int OFF = -1;

    /** Any free ports, with TLS. */
    public static ListenerPorts any() {
        return new ListenerPorts(0, 0, 0);
    }

    public static ListenerPorts plain(int port) {
        return new ListenerPorts(port, OFF, OFF);
    }

    ListenerPorts assigned() {
        return new ListenerPorts(assigned(http), assigned(https), assigned(http1));
    }

    private static int assigned(int port) {
        return port == 0 ? TestDirectories.freePort() : port;
    }

    /** The same ports with {@link #http1} in place of {@link #http}. */
    ListenerPorts withoutHttp2() {
        return new ListenerPorts(http1, https, http1);
    }

    URI httpAddress() {
        return URI.create("http://" + TestDirectories.LOOPBACK + ":" + http);
    }

    URI httpsAddress() {
        return URI.create("https://" + TestDirectories.LOOPBACK + ":" + https);
    }

    boolean tls() {
        return https != OFF;
    }
}
