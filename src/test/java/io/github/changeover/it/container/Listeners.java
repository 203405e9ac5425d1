package io.github.changeover.it.container;

/**
 * Ports to listen on: 0 takes any free one, {@link #OFF} none.
 *
 * @param http1 where a container that speaks HTTP/2 in clear itself does not
 */
public record Listeners(int http, int https, int http1) {
    static final int OFF = -1;

    /** Any free ports, with TLS. */
    public static Listeners any() {
        return new Listeners(0, 0, 0);
    }

    public static Listeners plain(int port) {
        return new Listeners(port, OFF, OFF);
    }

    Listeners assigned() {
        return new Listeners(assigned(http), assigned(https), assigned(http1));
    }

    private static int assigned(int port) {
        return port == 0 ? Work.freePort() : port;
    }

    /** {@link #http1} in the place of {@link #http}. */
    Listeners withoutHttp2() {
        return new Listeners(http1, https, http1);
    }

    boolean tls() {
        return https != OFF;
    }
}
