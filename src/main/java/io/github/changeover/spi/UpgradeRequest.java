package io.github.changeover.spi;

import io.github.changeover.http.PrintableText;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The upgrade request of the client. It is copied before the switch and stays valid after it. The principal is the only
 * object of the container in it.
 *
 * @param method         the method as written, such as {@code GET}
 * @param path           the path within the application, percent-decoded, beginning with a slash
 * @param query          the query as written, without its question mark, or empty
 * @param contextPath    the context path of the application, empty for the root
 * @param protocol       the protocol of the message, such as {@code HTTP/1.1}
 * @param scheme         {@code http} or {@code https}, as the container reports it
 * @param fields         all field lines of the request, in the order of the container
 * @param contentLength  the declared length of the content in bytes; empty if there is none or the content is chunked
 * @param chunked        whether the content has a transfer coding
 * @param pathParameters the values of the variables of the path template; for {@code /lines/*} the rest of the path under {@code *}
 * @param remote         the address of the client as the container reports it
 * @param local          the local address that received the request
 * @param principal      the authenticated user, as created by the container
 * @param roles          the roles of the user, limited to those that the rules of the path contain
 * @param sessionId      the id of the HTTP session of the request
 * @param tls            the TLS properties, if the connection is secure
 * @param forwarded      the client as reported by trusted proxies ({@code changeover.trusted-proxies}); empty if there is no report
 * @param authority      the name and port of the requested server, such as {@code example.com:443}, as the container reports it after its
 *                       valves and the filters of the application have processed the request; empty if it is not known
 */
public record UpgradeRequest(
        String method, String path, String query, String contextPath, String protocol, String scheme,
        Fields fields, OptionalLong contentLength, boolean chunked, Map<String, String> pathParameters,
        InetSocketAddress remote, InetSocketAddress local, Optional<Principal> principal, Set<String> roles,
        Optional<String> sessionId, Optional<Tls> tls, Optional<Forwarded> forwarded, Optional<String> authority) {

    /**
     * The TLS properties of a secure connection.
     *
     * @param protocol     the version, such as {@code TLSv1.3}; empty if the container does not report it
     * @param cipherSuite  the name of the cipher suite; empty if the container does not report it
     * @param certificates the certificate chain of the client in DER; empty if the client sent none
     */
    public record Tls(String protocol, String cipherSuite, List<byte[]> certificates) {
    }

    /**
     * The request of the client as a proxy received it (RFC 7239, or {@code X-Forwarded-*}).
     *
     * @param client the address of the client; the port is 0 if it is not reported. If the proxy hides the address, this is an unresolved address that
     *               contains the identifier from the proxy
     * @param scheme the scheme that the client used, in lower case, if it is reported
     * @param host   the value of {@code Host} that the client sent, with or without a port, if it is reported; its syntax has not been checked
     * @param port   the port that the client connected to, if it is reported ({@code X-Forwarded-Port})
     */
    public record Forwarded(InetSocketAddress client, Optional<String> scheme, Optional<String> host, OptionalInt port) {
        /** A report without {@code port}. */
        public Forwarded(InetSocketAddress client, Optional<String> scheme, Optional<String> host) {
            this(client, scheme, host, OptionalInt.empty());
        }
    }

    public UpgradeRequest {
        pathParameters = Map.copyOf(pathParameters);
        roles = Set.copyOf(roles);
    }

    /** Returns the path for a log line: at most 80 characters, and every character that is not printable ASCII replaced by {@code ?}. */
    public String printablePath() {
        return PrintableText.of(path);
    }

    /** A request without {@code authority}. */
    public UpgradeRequest(
            String method, String path, String query, String contextPath, String protocol, String scheme,
            Fields fields, OptionalLong contentLength, boolean chunked, Map<String, String> pathParameters,
            InetSocketAddress remote, InetSocketAddress local, Optional<Principal> principal, Set<String> roles,
            Optional<String> sessionId, Optional<Tls> tls, Optional<Forwarded> forwarded) {
        this(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked, pathParameters, remote, local, principal, roles,
                sessionId, tls, forwarded, Optional.empty());
    }

    /** A request without {@code forwarded} and {@code authority}. */
    public UpgradeRequest(
            String method, String path, String query, String contextPath, String protocol, String scheme,
            Fields fields, OptionalLong contentLength, boolean chunked, Map<String, String> pathParameters,
            InetSocketAddress remote, InetSocketAddress local, Optional<Principal> principal, Set<String> roles,
            Optional<String> sessionId, Optional<Tls> tls) {
        this(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked, pathParameters, remote, local, principal, roles,
                sessionId, tls, Optional.empty());
    }

    /** Returns the address of the client: the address reported by a trusted proxy, or else {@link #remote}. */
    public InetSocketAddress client() {
        return forwarded.map(Forwarded::client).orElse(remote);
    }

    /** Whether the message declares content: a length above zero, or a transfer coding. */
    public boolean hasContent() {
        return chunked || contentLength.orElse(0) > 0;
    }

    /** Whether the request was received over TLS, or its scheme is {@code https}. */
    public boolean secure() {
        return tls.isPresent() || scheme.equalsIgnoreCase("https");
    }

    /**
     * Returns the value of a variable of the path template: {@code room} for {@code /lines/{room}}.
     *
     * @throws IllegalArgumentException if the template has no such variable
     */
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

    /** Returns the same request with another {@code authority}. */
    public UpgradeRequest withAuthority(Optional<String> nameAndPort) {
        return new UpgradeRequest(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked,
                pathParameters, remote, local, principal, roles, sessionId, tls, forwarded, nameAndPort);
    }

    public UpgradeRequest withRoles(Set<String> held) {
        return new UpgradeRequest(method, path, query, contextPath, protocol, scheme, fields, contentLength, chunked,
                pathParameters, remote, local, principal, held, sessionId, tls, forwarded, authority);
    }
}
