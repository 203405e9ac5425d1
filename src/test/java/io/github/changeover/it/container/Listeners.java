package io.github.changeover.it.container;

/** Ports to listen on: 0 takes any free one, {@link #OFF} none. */
public record Listeners(int http, int https) {
    static final int OFF = -1;

    /** Any free ports, with TLS. */
    public static Listeners any() {
        return new Listeners(0, 0);
    }

    public static Listeners plain(int port) {
        return new Listeners(port, OFF);
    }

    Listeners assigned() {
        return new Listeners(http == 0 ? Work.freePort() : http, https == 0 ? Work.freePort() : https);
    }

    boolean tls() {
        return https != OFF;
    }
}
