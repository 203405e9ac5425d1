package io.github.changeover.management;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.http.IpAddress;
import io.github.changeover.http.PrintableText;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot of a live connection. Text from the peer is printable ASCII and bounded.
 *
 * @param id        unique within the application
 * @param protocol  the protocol after the switch
 * @param path      the path of the request, relative to the application
 * @param remote    the client's address and port, from a trusted proxy if there is one, otherwise from the container
 * @param user      the name of the authenticated user; empty if there is none
 * @param since     when it opened
 * @param idle      the time without a byte in either direction, accurate to about one second
 * @param bytesIn   the bytes received
 * @param bytesOut  the bytes written to the container
 * @param queued    the bytes that wait to be sent
 * @param roundTrip the round-trip time of the last answered ping; empty for none
 */
public record ConnectionView(String id, String protocol, String path, String remote, String user, Instant since, Duration idle,
                             long bytesIn, long bytesOut, long queued, Optional<Duration> roundTrip) {

    static ConnectionView of(TransportConnection connection) {
        return new ConnectionView(connection.id(), PrintableText.of(connection.protocol().toString(), PrintableText.LONG), connection.request().printablePath(),
                address(connection.request().client()), PrintableText.of(connection.request().principal().map(Principal::getName).orElse(""), PrintableText.LONG),
                connection.since().orElse(Instant.EPOCH), connection.idle(), connection.bytesIn(), connection.bytesOut(), connection.queued(),
                connection.roundTrip());
    }

    static String address(InetSocketAddress address) {
        String shown = PrintableText.of(IpAddress.text(address), PrintableText.LONG);
        return (shown.indexOf(':') >= 0 ? '[' + shown + ']' : shown) + (address.getPort() == 0 ? "" : ":" + address.getPort());
    }
}
