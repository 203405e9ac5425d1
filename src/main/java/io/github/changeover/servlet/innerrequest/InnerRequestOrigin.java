package io.github.changeover.servlet.innerrequest;

import io.github.changeover.forwarded.ProxyFields;
import io.github.changeover.http.AsciiSet;
import io.github.changeover.http.Authority;
import io.github.changeover.http.FieldScanner;
import io.github.changeover.http.IpAddress;
import io.github.changeover.http.UriScheme;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The origin of inner requests (requests inside a switched connection) as the application sees it: the same as if each had arrived in the same way as
 * the request that switched the connection.
 *
 * @param client      the address of the client: from a trusted proxy, or the peer of the connection
 * @param scheme      {@code http} or {@code https}
 * @param host        host and optional port that the client requested, according to a trusted proxy; empty if {@code Host} contains them
 * @param protocol    the protocol inside the connection, such as {@code HTTP/2.0}
 * @param cipherSuite empty without TLS
 * @param proxyFields the header fields that proxies added to the request that switched the connection
 */
public record InnerRequestOrigin(InetSocketAddress client, String scheme, Optional<String> host, String protocol, String cipherSuite, Fields proxyFields) {
    /**
     * @param switched    the request that switched the connection
     * @param secure      whether the client uses TLS inside the connection
     * @param protocol    the protocol inside the connection
     * @param cipherSuite empty without TLS
     */
    public static InnerRequestOrigin of(UpgradeRequest switched, boolean secure, String protocol, String cipherSuite) {
        String scheme = secure || switched.clientSecure() ? "https" : "http";
        Optional<String> host = switched.forwarded().flatMap(UpgradeRequest.Forwarded::host).map(FieldScanner::trim).filter(InnerRequestOrigin::isHost);
        Fields proxies = Fields.of(switched.fields().lines().stream().filter(line -> ProxyFields.has(line.name())).toList());
        return new InnerRequestOrigin(switched.client(), scheme, host, protocol, cipherSuite, proxies);
    }

    /** Returns whether this is an address, or a name of ordinary characters, with an optional port. */
    private static boolean isHost(String text) {
        return Authority.parse(text).isPresent() && (text.startsWith("[") || AsciiSet.UNRESERVED.containsAll(text, 0, Authority.endOfHost(text)));
    }

    /** Returns the numeric address of the client, or the identifier from the proxy if the proxy hides the address. */
    public String address() {
        return IpAddress.text(client);
    }

    public boolean secure() {
        return scheme.equals("https");
    }

    /** Returns the name of the server, if a proxy reported another host than {@code Host} contains. */
    public Optional<String> serverName() {
        return host.map(text -> text.substring(0, Authority.endOfHost(text)));
    }

    /**
     * Returns the port of the server, if it differs from the port that the container assumes for a request without TLS.
     *
     * @param hostField the {@code Host} of the request
     */
    public OptionalInt serverPort(String hostField) {
        OptionalInt proxyPort = host.map(InnerRequestOrigin::port).orElse(OptionalInt.empty());
        if (proxyPort.isPresent()) return proxyPort;
        if (host.isPresent()) return UriScheme.defaultPort(scheme);
        return secure() && port(hostField == null ? "" : FieldScanner.trim(hostField)).isEmpty() ? UriScheme.defaultPort(scheme) : OptionalInt.empty();
    }

    private static OptionalInt port(String host) {
        int end = Authority.endOfHost(host);
        try {
            return end >= host.length() - 1 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(host, end + 1, host.length(), 10));
        } catch (NumberFormatException malformed) {
            return OptionalInt.empty();
        }
    }
}
