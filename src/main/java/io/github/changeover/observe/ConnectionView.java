package io.github.changeover.observe;

import io.github.changeover.connection.LiveConnection;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A live connection as it was when it was looked at. Texts of the peer are printable ASCII and bounded.
 *
 * @param id        unique within the application
 * @param protocol  what it changed to
 * @param path      of the request, within the application
 * @param remote    the client's address and port, as a trusted proxy says or else as the container saw it
 * @param user      the authenticated user's name, empty for nobody
 * @param since     when it opened
 * @param idle      time without an octet in either direction, exact to about a second
 * @param octetsIn  received
 * @param octetsOut given to the container
 * @param queued    waiting for a slow peer
 * @param roundTrip how long the client took to answer the last ping, empty for none
 */
public record ConnectionView(String id, String protocol, String path, String remote, String user, Instant since, Duration idle,
                             long octetsIn, long octetsOut, long queued, Optional<Duration> roundTrip) {

    static ConnectionView of(LiveConnection connection) {
        return new ConnectionView(connection.id(), Text.shown(connection.protocol().toString()), connection.request().printablePath(),
                address(connection.request().client()), Text.shown(connection.request().principal().map(Principal::getName).orElse("")),
                connection.since().orElse(Instant.EPOCH), connection.idle(), connection.octetsIn(), connection.octetsOut(), connection.queued(),
                connection.roundTrip());
    }

    static String address(InetSocketAddress address) {
        String host = address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
        String shown = Text.shown(host);
        return (shown.indexOf(':') >= 0 ? '[' + shown + ']' : shown) + (address.getPort() == 0 ? "" : ":" + address.getPort());
    }
}
