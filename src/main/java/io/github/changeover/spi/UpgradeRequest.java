package io.github.changeover.spi;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the client asked, copied before the switch and valid for ever: no container object is behind it
 * but the principal.
 *
 * @param method         as written, such as {@code GET}
 * @param path           the path within the application, percent-decoded, beginning with a slash
 * @param query          the query without its question mark, as written, or empty
 * @param contextPath    the application's context path, empty for the root
 * @param protocol       the protocol of the message, such as {@code HTTP/1.1}
 * @param scheme         {@code http} or {@code https}, as the container saw it
 * @param fields         every field line of the request, in the container's order
 * @param contentLength  the declared length of the content; empty when there is none or it is chunked
 * @param chunked        whether the content comes with a transfer coding
 * @param pathParameters the values of the path template's variables; for {@code /lines/*} the rest under {@code *}
 * @param remote         the client's address as the container saw it
 * @param local          the address the request arrived at
 * @param principal      the authenticated user, as the container made it
 * @param roles          those of the roles named by the path's rules that the user has
 * @param sessionId      the id of the session the request belongs to
 * @param tls            what TLS agreed on, when the connection is secure
 * @param forwarded      what proxies that are trusted ({@code changeover.trusted-proxies}) say of the client; empty when none does
 * @param authority      the name and port of the server that the client asked for, such as {@code example.com:443}, as the container says it after its
 *                       valves and the application's filters have seen the request; empty where it is not known
 */
public record UpgradeRequest(
        String method, String path, String query, String contextPath, String protocol, String scheme,
        Fields fields, OptionalLong contentLength, boolean chunked, Map<String, String> pathParameters,
        InetSocketAddress remote, InetSocketAddress local, Optional<Principal> principal, Set<String> roles,
        Optional<String> sessionId, Optional<Tls> tls, Optional<Forwarded> forwarded, Optional<String> authority) {

    /**
     * The facts of a secure connection.
     *
     * @param protocol     such as {@code TLSv1.3}, empty where the container does not tell
     * @param cipherSuite  the cipher suite's name, empty where the container does not tell
     * @param certificates the client's certificate chain in DER, empty when it showed none
     */
    public record Tls(String protocol, String cipherSuite, List<byte[]> certificates) {
    }

    /**
     * What the client asked before a proxy passed it on (RFC 7239, or {@code X-Forwarded-*}).
     *
     * @param client the client's address, port 0 where it is not told; unresolved, with the proxy's word for it, where the proxy hides it
     * @param scheme that the client used, in lower case, where it is told
     * @param host   and perhaps a port, as the client wrote {@code Host}, where it is told; its form was not looked at
     * @param port   that the client connected to, where it is told ({@code X-Forwarded-Port})
     */
    public record Forwarded(InetSocketAddress client, Optional<String> scheme, Optional<String> host, OptionalInt port) {
        /** Without a port. */
        public Forwarded(InetSocketAddress client, Optional<String> scheme, Optional<String> host) {
            this(client, scheme, host, OptionalInt.empty());
        }
    }

    public UpgradeRequest {
        pathParameters = Map.copyOf(pathParameters);
        roles = Set.copyOf(roles);
    }

    /** The path fit for a log line: at most 80 characters, everything but printable ASCII shown as {@code ?}. */
    public String printablePath() {
        return Tchar.printable(path);
    }

    /** A request whose server's name is not known beside {@code Host}. */
    public UpgradeRequest(
            String method, String path, String query, String contextPath, String protocol, String scheme,
            Fields fields, OptionalLong contentLength, boolean chunked, Map<String, String> pathParameters,
            InetSocketAddress remote, InetSocketAddress local, Optional<Principal> principal, Set<String> roles,
            Optional<String> sessionId, Optional<Tls> tls, Optional<Forwarded> forwarded) {
        this(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked, pathParameters, remote, local, principal, roles,
                sessionId, tls, forwarded, Optional.empty());
    }

    /** A request that no proxy has passed on. */
    public UpgradeRequest(
            String method, String path, String query, String contextPath, String protocol, String scheme,
            Fields fields, OptionalLong contentLength, boolean chunked, Map<String, String> pathParameters,
            InetSocketAddress remote, InetSocketAddress local, Optional<Principal> principal, Set<String> roles,
            Optional<String> sessionId, Optional<Tls> tls) {
        this(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked, pathParameters, remote, local, principal, roles,
                sessionId, tls, Optional.empty());
    }

    /** The client's address: what a trusted proxy says, or {@link #remote}. */
    public InetSocketAddress client() {
        return forwarded.map(Forwarded::client).orElse(remote);
    }

    /** Whether the message declares content: a length above zero, or a transfer coding. */
    public boolean hasContent() {
        return chunked || contentLength.orElse(0) > 0;
    }

    /** Whether the request came over TLS. */
    public boolean secure() {
        return tls.isPresent() || scheme.equalsIgnoreCase("https");
    }

    /** The value of a variable of the path's template: {@code room} for {@code /lines/{room}}. */
    public String pathParameter(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The path has no variable '" + name + "'; it has " + pathParameters.keySet());
        }
        return value;
    }

    public UpgradeRequest withPathParameters(Map<String, String> parameters) {
        return new UpgradeRequest(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked,
                parameters, remote, local, principal, roles, sessionId, tls, forwarded, authority);
    }

    public UpgradeRequest withForwarded(Optional<Forwarded> said) {
        return new UpgradeRequest(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked,
                pathParameters, remote, local, principal, roles, sessionId, tls, said, authority);
    }

    /** The same request for a server of this name and port. */
    public UpgradeRequest withAuthority(Optional<String> nameAndPort) {
        return new UpgradeRequest(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked,
                pathParameters, remote, local, principal, roles, sessionId, tls, forwarded, nameAndPort);
    }

    public UpgradeRequest withRoles(Set<String> held) {
        return new UpgradeRequest(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked,
                pathParameters, remote, local, principal, held, sessionId, tls, forwarded, authority);
    }
}
