package io.github.changeover.servlet;

import io.github.changeover.forwarded.TrustedProxies;
import io.github.changeover.http.IpAddress;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a request, as the filters of the application left it, into an {@link UpgradeRequest}.
 *
 * @param http    the request of the container
 * @param repair  the request repair of the container
 * @param proxies the proxies whose reports are accepted
 */
record UpgradeRequestReader(HttpServletRequest http, RequestRepair repair, TrustedProxies proxies) {
    /** The last local addresses, in the slots of their ports: most connections have the same one. */
    private static final LocalAddress[] LOCAL = new LocalAddress[16];

    private record LocalAddress(String text, int port, InetSocketAddress address) {
    }

    /**
     * Reads the request. For a message with both Transfer-Encoding and Content-Length, the container may have removed the length; the copy then
     * contains a length again, so that both are visible.
     *
     * @param match the rule of the path, which determines the path parameters and the roles; empty if there is none
     */
    UpgradeRequest read(Optional<PathPolicy.Match> match) {
        long length = repair.hadTwoFramings(http) ? Math.max(0, http.getContentLengthLong()) : http.getContentLengthLong();
        HttpSession session = http.getSession(false);
        String query = http.getQueryString();
        Fields fields = fields();
        InetSocketAddress remote = address(http.getRemoteAddr(), http.getRemotePort());
        UpgradeRequest.Builder request = UpgradeRequest.builder().method(http.getMethod()).path(path(http)).query(query == null ? "" : query)
                .contextPath(http.getContextPath()).protocol(http.getProtocol()).scheme(http.getScheme())
                .fields(fields).contentLength(length).chunked(http.getHeader("Transfer-Encoding") != null)
                .remote(remote).local(localAddress(http.getLocalAddr(), http.getLocalPort()))
                .principal(http.getUserPrincipal()).sessionId(session == null ? null : session.getId())
                .tls(http.isSecure() ? tls() : null).forwarded(proxies.of(remote, fields).orElse(null)).authority(RepeatedText.text(authority()));
        if (match.isPresent()) request.pathParameters(match.get().pathParameters()).roles(roles(match.get().rule().roles()));
        return request.build();
    }

    private Set<String> roles(Collection<String> ofRule) {
        if (ofRule.isEmpty()) return Set.of();
        Set<String> roles = new HashSet<>();
        for (String role : ofRule) {
            if (http.isUserInRole(role)) roles.add(role);
        }
        return roles;
    }

    /** Returns the path within the application, decoded by the container. Allocates nothing for a path without path info. */
    static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : request.getServletPath() + info;
    }

    private Fields fields() {
        List<Fields.Line> lines = new ArrayList<>();
        Enumeration<String> names = http.getHeaderNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement();
            Enumeration<String> values = http.getHeaders(name);
            while (values.hasMoreElements()) {
                addIfValid(lines, name, values.nextElement());
            }
        }
        return Fields.of(lines);
    }

    /** Adds a field line of the container, unless it is a line that cannot be sent, which some containers accept. */
    static void addIfValid(List<Fields.Line> lines, String name, String value) {
        try {
            lines.add(RepeatedText.line(name, value));
        } catch (IllegalArgumentException invalid) {
            // omitted
        }
    }

    static InetSocketAddress localAddress(String text, int port) {
        int slot = port & LOCAL.length - 1;
        LocalAddress last = LOCAL[slot];
        if (last != null && last.port == port && last.text.equals(text)) return last.address;
        InetSocketAddress address = address(text, port);
        if (text != null) LOCAL[slot] = new LocalAddress(text, port, address);
        return address;
    }

    /** Parses an address that a container returns as text. It is never a name, so there is no DNS lookup. */
    private static InetSocketAddress address(String text, int port) {
        int known = Math.max(0, port);
        String reported = text == null ? "" : text;
        Optional<InetAddress> address = IpAddress.parseReported(reported);
        return address.isPresent() ? new InetSocketAddress(address.get(), known) : InetSocketAddress.createUnresolved(reported, known);
    }

    /** Returns host and port as valves and filters left them; null if they are not known. */
    private String authority() {
        String name = http.getServerName();
        int port = http.getServerPort();
        if (name == null || name.isEmpty() || port <= 0) return null;
        return (name.indexOf(':') >= 0 && !name.startsWith("[") ? '[' + name + ']' : name) + ':' + port;
    }

    private UpgradeRequest.Tls tls() {
        List<byte[]> chain = new ArrayList<>();
        if (http.getAttribute("jakarta.servlet.request.X509Certificate") instanceof X509Certificate[] certificates) {
            for (X509Certificate certificate : certificates) {
                try {
                    chain.add(certificate.getEncoded());
                } catch (CertificateEncodingException odd) {
                    // accepted by the container, but has no DER encoding
                }
            }
        }
        return UpgradeRequest.Tls.of(text("jakarta.servlet.request.secure_protocol"), text("jakarta.servlet.request.cipher_suite"), chain);
    }

    private String text(String attribute) {
        return http.getAttribute(attribute) instanceof String value ? value : "";
    }
}
