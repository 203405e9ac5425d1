package io.github.changeover.spi;

import io.github.changeover.http.PrintableText;
import io.github.changeover.http.UriScheme;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The upgrade request of the client. It is copied before the switch and stays valid after it. The principal is the only
 * object of the container in it. Immutable, so it may be used by any thread. Changeover makes it; {@link #builder} is for tests.
 */
public final class UpgradeRequest {
    private final String method, path, query, contextPath, protocol, scheme;
    private final Fields fields;
    private final OptionalLong contentLength;
    private final boolean chunked;
    private final Map<String, String> pathParameters;
    private final InetSocketAddress remote, local;
    private final Optional<Principal> principal;
    private final Set<String> roles;
    private final Optional<String> sessionId, authority;
    private final Optional<Tls> tls;
    private final Optional<Forwarded> forwarded;

    private UpgradeRequest(Builder from) {
        method = from.method;
        path = from.path;
        query = from.query;
        contextPath = from.contextPath;
        protocol = from.protocol;
        scheme = from.scheme;
        fields = from.fields;
        contentLength = from.contentLength < 0 ? OptionalLong.empty() : OptionalLong.of(from.contentLength);
        chunked = from.chunked;
        pathParameters = Map.copyOf(from.pathParameters);
        remote = from.remote;
        local = from.local;
        principal = Optional.ofNullable(from.principal);
        roles = Set.copyOf(from.roles);
        sessionId = Optional.ofNullable(from.sessionId);
        tls = Optional.ofNullable(from.tls);
        forwarded = Optional.ofNullable(from.forwarded);
        authority = Optional.ofNullable(from.authority);
    }

    /** Returns the method as written, such as {@code GET}. */
    public String method() {
        return method;
    }

    /** Returns the path within the application, percent-decoded, beginning with a slash. */
    public String path() {
        return path;
    }

    /** Returns the path for a log line: at most 80 characters, and every character that is not printable ASCII replaced by {@code ?}. */
    public String printablePath() {
        return PrintableText.of(path);
    }

    /** Returns the query as written, without its question mark, or empty. */
    public String query() {
        return query;
    }

    /** Returns the context path of the application, empty for the root. */
    public String contextPath() {
        return contextPath;
    }

    /** Returns the HTTP version of the message, such as {@code HTTP/1.1}. */
    public String protocol() {
        return protocol;
    }

    /** Returns {@code http} or {@code https}, as the container reports it. */
    public String scheme() {
        return scheme;
    }

    /** Returns all field lines of the request, in the order of the container. */
    public Fields fields() {
        return fields;
    }

    /** Returns the declared length of the content in bytes; empty if there is none or the content is chunked. */
    public OptionalLong contentLength() {
        return contentLength;
    }

    /** Whether the content has a transfer coding. */
    public boolean chunked() {
        return chunked;
    }

    /** Whether the message declares content: a length above zero, or a transfer coding. */
    public boolean hasContent() {
        return chunked || contentLength.orElse(0) > 0;
    }

    /** Returns the values of the variables of the path template; for {@code /lines/*} the rest of the path under {@code *}. */
    public Map<String, String> pathParameters() {
        return pathParameters;
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

    /** Returns the remote address as the container reports it: of the client, or of a proxy. */
    public InetSocketAddress remote() {
        return remote;
    }

    /** Returns the address of the client: the address reported by a trusted proxy, or else {@link #remote}. */
    public InetSocketAddress client() {
        return forwarded.map(Forwarded::client).orElse(remote);
    }

    /** Returns the local address that received the request. */
    public InetSocketAddress local() {
        return local;
    }

    /** Returns the authenticated user, as created by the container; empty if there is none. */
    public Optional<Principal> principal() {
        return principal;
    }

    /** Returns the roles of the user, limited to those that the rules of the path contain. */
    public Set<String> roles() {
        return roles;
    }

    /** Returns the id of the HTTP session of the request; empty if it has none. */
    public Optional<String> sessionId() {
        return sessionId;
    }

    /** Returns the TLS properties; empty if the container does not report the connection as secure. */
    public Optional<Tls> tls() {
        return tls;
    }

    /** Whether the request was received over TLS, or its scheme is {@code https} or {@code wss}. */
    public boolean secure() {
        return tls.isPresent() || scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("wss");
    }

    /** Whether the client uses TLS, to this server or to a trusted proxy: the scheme that a trusted proxy reported is {@code https} or {@code wss}, or else {@link #secure}. */
    public boolean clientSecure() {
        return forwarded.flatMap(Forwarded::scheme).map(reported -> UriScheme.httpScheme(reported).equals("https")).orElse(secure());
    }

    /** Returns the request of the client as trusted proxies reported it ({@code changeover.trusted-proxies}); empty if there is no report. */
    public Optional<Forwarded> forwarded() {
        return forwarded;
    }

    /**
     * Returns the name and port of the requested server, such as {@code example.com:443}, as the container reports it after its
     * valves and the filters of the application have processed the request; empty if it is not known.
     */
    public Optional<String> authority() {
        return authority;
    }

    /** Returns the request line for a log line. */
    @Override
    public String toString() {
        return PrintableText.of(method) + " " + printablePath() + " " + PrintableText.of(protocol);
    }

    /**
     * Returns a builder for a {@code GET /} over HTTP/1.1 without header fields. It is for tests; Changeover itself reads the requests
     * of the container.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with the values of this request. */
    public Builder toBuilder() {
        Builder copy = builder().method(method).path(path).query(query).contextPath(contextPath).protocol(protocol).scheme(scheme).fields(fields)
                .contentLength(contentLength.orElse(-1)).chunked(chunked).pathParameters(pathParameters).remote(remote).local(local).roles(roles);
        return copy.principal(principal.orElse(null)).sessionId(sessionId.orElse(null)).tls(tls.orElse(null)).forwarded(forwarded.orElse(null)).authority(authority.orElse(null));
    }

    /** Builds a request; made by {@link UpgradeRequest#builder}. Its methods set the value of the accessor with the same name. Not thread-safe. */
    public static final class Builder {
        private static final InetSocketAddress UNKNOWN = InetSocketAddress.createUnresolved("localhost", 0);
        private String method = "GET", path = "/", query = "", contextPath = "", protocol = "HTTP/1.1", scheme = "http";
        private Fields fields = Fields.none();
        private long contentLength = -1;
        private boolean chunked;
        private Map<String, String> pathParameters = Map.of();
        private InetSocketAddress remote = UNKNOWN, local = UNKNOWN;
        private Set<String> roles = Set.of();
        private Principal principal;
        private String sessionId, authority;
        private Tls tls;
        private Forwarded forwarded;

        private Builder() {
        }

        public Builder method(String value) {
            method = Objects.requireNonNull(value, "method");
            return this;
        }

        public Builder path(String value) {
            path = Objects.requireNonNull(value, "path");
            return this;
        }

        public Builder query(String value) {
            query = Objects.requireNonNull(value, "query");
            return this;
        }

        public Builder contextPath(String value) {
            contextPath = Objects.requireNonNull(value, "contextPath");
            return this;
        }

        public Builder protocol(String value) {
            protocol = Objects.requireNonNull(value, "protocol");
            return this;
        }

        public Builder scheme(String value) {
            scheme = Objects.requireNonNull(value, "scheme");
            return this;
        }

        public Builder fields(Fields value) {
            fields = Objects.requireNonNull(value, "fields");
            return this;
        }

        /** @param bytes less than zero for none */
        public Builder contentLength(long bytes) {
            contentLength = bytes;
            return this;
        }

        public Builder chunked(boolean value) {
            chunked = value;
            return this;
        }

        public Builder pathParameters(Map<String, String> values) {
            pathParameters = Objects.requireNonNull(values, "pathParameters");
            return this;
        }

        public Builder remote(InetSocketAddress value) {
            remote = Objects.requireNonNull(value, "remote");
            return this;
        }

        public Builder local(InetSocketAddress value) {
            local = Objects.requireNonNull(value, "local");
            return this;
        }

        /** @param value null for none */
        public Builder principal(Principal value) {
            principal = value;
            return this;
        }

        public Builder roles(Set<String> values) {
            roles = Objects.requireNonNull(values, "roles");
            return this;
        }

        /** @param value null for none */
        public Builder sessionId(String value) {
            sessionId = value;
            return this;
        }

        /** @param value null for none */
        public Builder tls(Tls value) {
            tls = value;
            return this;
        }

        /** @param value null for none */
        public Builder forwarded(Forwarded value) {
            forwarded = value;
            return this;
        }

        /** @param value null for none */
        public Builder authority(String value) {
            authority = value;
            return this;
        }

        /** Returns the request. Later calls of the methods of this builder do not change it. */
        public UpgradeRequest build() {
            return new UpgradeRequest(this);
        }
    }

    /** The TLS properties of a secure connection. Immutable. */
    public static final class Tls {
        private final String protocol, cipherSuite;
        private final List<byte[]> certificates;

        private Tls(String protocol, String cipherSuite, List<byte[]> certificates) {
            this.protocol = Objects.requireNonNull(protocol, "protocol");
            this.cipherSuite = Objects.requireNonNull(cipherSuite, "cipherSuite");
            this.certificates = certificates.stream().map(byte[]::clone).toList();
        }

        /** Returns properties with these values; the arrays are copied. */
        public static Tls of(String protocol, String cipherSuite, List<byte[]> certificates) {
            return new Tls(protocol, cipherSuite, certificates);
        }

        /** Returns the version, such as {@code TLSv1.3}; empty if the container does not report it. */
        public String protocol() {
            return protocol;
        }

        /** Returns the name of the cipher suite; empty if the container does not report it. */
        public String cipherSuite() {
            return cipherSuite;
        }

        /** Returns a copy of the certificate chain of the client in DER; empty if the client sent none. */
        public List<byte[]> certificates() {
            return certificates.stream().map(byte[]::clone).toList();
        }
    }

    /** The request of the client as a proxy received it (RFC 7239, or {@code X-Forwarded-*}). Immutable. */
    public static final class Forwarded {
        private final InetSocketAddress client;
        private final Optional<String> scheme, host;
        private final OptionalInt port;

        private Forwarded(InetSocketAddress client, Optional<String> scheme, Optional<String> host, OptionalInt port) {
            this.client = Objects.requireNonNull(client, "client");
            this.scheme = Objects.requireNonNull(scheme, "scheme");
            this.host = Objects.requireNonNull(host, "host");
            this.port = Objects.requireNonNull(port, "port");
        }

        /** Returns a report with these values. */
        public static Forwarded of(InetSocketAddress client, Optional<String> scheme, Optional<String> host, OptionalInt port) {
            return new Forwarded(client, scheme, host, port);
        }

        /**
         * Returns the address of the client; the port is 0 if it is not reported. If the proxy hides the address, this is an unresolved address that
         * contains the identifier from the proxy.
         */
        public InetSocketAddress client() {
            return client;
        }

        /** Returns the scheme that the client used, in lower case, if it is reported. */
        public Optional<String> scheme() {
            return scheme;
        }

        /** Returns the value of {@code Host} that the client sent, with or without a port, if it is reported; its syntax has not been checked. */
        public Optional<String> host() {
            return host;
        }

        /** Returns the port that the client connected to, if it is reported ({@code X-Forwarded-Port}). */
        public OptionalInt port() {
            return port;
        }

        @Override
        public String toString() {
            return "client " + client + scheme.map(value -> ", scheme " + value).orElse("") + host.map(value -> ", host " + value).orElse("")
                    + (port.isPresent() ? ", port " + port.getAsInt() : "");
        }
    }
}
