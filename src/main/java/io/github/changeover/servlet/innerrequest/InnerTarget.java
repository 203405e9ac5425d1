package io.github.changeover.servlet.innerrequest;

import io.github.changeover.http.Authority;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The target of an inner request, in the form in which it is sent to the connector.
 *
 * @param host      the {@code Host} field
 * @param path      canonical and decoded, without parameters
 * @param encoded   the path as it is sent, with parameters such as a session id
 * @param cookies   the {@code Cookie} fields
 * @param connector the address of the connector that the request is sent to
 */
public record InnerTarget(String host, String path, String encoded, List<String> cookies, InetSocketAddress connector) {
    public boolean hasParameters() {
        return encoded.indexOf(';') >= 0;
    }

    /** Returns the name in {@code Host}, without the port. */
    public String hostName() {
        return host.substring(0, Authority.endOfHost(host));
    }
}
