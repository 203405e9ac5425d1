package io.github.changeover.servlet;

import io.github.changeover.servlet.edge.RequestRepair;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Copies a request, as the filters of the application left it, into an {@link UpgradeRequest}. */
final class Snapshot {
    private Snapshot() {
    }

    /**
     * Copies the request. For a message with both Transfer-Encoding and Content-Length, the container may have removed the length; the copy then
     * contains a length again, so that both are visible.
     */
    static UpgradeRequest of(HttpServletRequest request, RequestRepair repair) {
        long length = repair.hadTwoFramings(request) ? Math.max(0, request.getContentLengthLong()) : request.getContentLengthLong();
        HttpSession session = request.getSession(false);
        return new UpgradeRequest(request.getMethod(), path(request), Optional.ofNullable(request.getQueryString()).orElse(""),
                request.getContextPath(), request.getProtocol(), request.getScheme(), fields(request),
                length < 0 ? OptionalLong.empty() : OptionalLong.of(length), request.getHeader("Transfer-Encoding") != null, Map.of(),
                address(request.getRemoteAddr(), request.getRemotePort()), address(request.getLocalAddr(), request.getLocalPort()),
                Optional.ofNullable(request.getUserPrincipal()), Set.of(), Optional.ofNullable(session).map(HttpSession::getId), tls(request), Optional.empty(),
                authority(request));
    }

    /** Returns the path within the application, decoded by the container. Allocates nothing for a path without path info. */
    static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : request.getServletPath() + info;
    }

    private static Fields fields(HttpServletRequest request) {
        List<Fields.Line> lines = new ArrayList<>();
        Enumeration<String> names = request.getHeaderNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement();
            Enumeration<String> values = request.getHeaders(name);
            while (values.hasMoreElements()) {
                String value = values.nextElement();
                try {
                    lines.add(new Fields.Line(name, value));
                } catch (IllegalArgumentException odd) {
                    // The container accepted a line that cannot be sent. The copy does not contain it.
                }
            }
        }
        return Fields.of(lines);
    }

    /** Parses an address that a container returns as text. It is never a name, so there is no DNS lookup. */
    private static InetSocketAddress address(String text, int port) {
        int known = Math.max(0, port);
        try {
            if (text != null && (text.indexOf(':') >= 0 || isDotted(text))) {
                return new InetSocketAddress(InetAddress.getByName(text), known);
            }
        } catch (UnknownHostException | IllegalArgumentException noLiteral) {
            // unresolved
        }
        return InetSocketAddress.createUnresolved(text == null ? "" : text, known);
    }

    private static boolean isDotted(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) return false;
        }
        return true;
    }

    /** Returns host and port as valves and filters left them. */
    private static Optional<String> authority(HttpServletRequest request) {
        String name = request.getServerName();
        int port = request.getServerPort();
        if (name == null || name.isEmpty() || port <= 0) return Optional.empty();
        return Optional.of((name.indexOf(':') >= 0 && !name.startsWith("[") ? '[' + name + ']' : name) + ':' + port);
    }

    private static Optional<UpgradeRequest.Tls> tls(HttpServletRequest request) {
        if (!request.isSecure()) return Optional.empty();
        List<byte[]> chain = new ArrayList<>();
        if (request.getAttribute("jakarta.servlet.request.X509Certificate") instanceof X509Certificate[] certificates) {
            for (X509Certificate certificate : certificates) {
                try {
                    chain.add(certificate.getEncoded());
                } catch (CertificateEncodingException odd) {
                    // accepted by the container, but has no DER encoding
                }
            }
        }
        return Optional.of(new UpgradeRequest.Tls(text(request, "jakarta.servlet.request.secure_protocol"),
                text(request, "jakarta.servlet.request.cipher_suite"), List.copyOf(chain)));
    }

    private static String text(HttpServletRequest request, String attribute) {
        return request.getAttribute(attribute) instanceof String value ? value : "";
    }
}
