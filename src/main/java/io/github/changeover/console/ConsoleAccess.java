package io.github.changeover.console;

import io.github.changeover.forwarded.ProxyFields;
import io.github.changeover.forwarded.TrustedProxies;
import io.github.changeover.http.IpAddress;
import io.github.changeover.servlet.HttpSessionEnds;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Decides who may use the console. With a role, users who have this role in the application's login may use it, from any address. Without a
 * role, a client that has the token logged at start may use it. Neither the address nor the header fields prove that a client connects
 * directly, so the token is the protection. The checks of the address, {@code Host} and the proxy fields are additional protection.
 */
final class ConsoleAccess {
    static final String TOKEN = "X-Changeover-Token";
    private static final String LOCAL_ONLY = "The console is available only from this machine: request it as localhost, over HTTP/1.1 or TLS, and not through a proxy. "
            + "To allow other users who log in, set changeover.console.role to their role.";
    private static final String TOKEN_NEEDED = "The console requires the address with the token: the server logs that address once after the application has started "
            + "(logger io.github.changeover.console). Copy it into the address bar of a browser on this machine.";
    private static final String LOG_IN = "You are not logged in, or you lack the role for the console: reload the page.";
    /** A page of another host whose name resolves to this machine (DNS rebinding) sends that name in {@code Host}. */
    private static final Pattern LOCAL_HOST = Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?");

    private final Optional<String> role;
    private final ConsoleToken token;           // null if a role is set
    private final TrustedProxies proxies;
    private final String operationToken;
    private volatile boolean formLogin;         // a user has logged in with a form

    private ConsoleAccess(Optional<String> role, ConsoleToken token, TrustedProxies proxies, String operationToken) {
        this.role = role;
        this.token = token;
        this.proxies = proxies;
        this.operationToken = operationToken;
    }

    /** @param operationToken the token in commands from the console's page */
    static ConsoleAccess forRole(String role, String operationToken) {
        return new ConsoleAccess(Optional.of(role), null, TrustedProxies.NONE, operationToken);
    }

    /**
     * @param proxies peers that are always rejected
     * @param operationToken the token in commands from the console's page
     */
    static ConsoleAccess withToken(ConsoleToken token, TrustedProxies proxies, String operationToken) {
        return new ConsoleAccess(Optional.empty(), token, proxies, operationToken);
    }

    Optional<String> role() {
        return role;
    }

    String operationToken() {
        return operationToken;
    }

    /** @param server scheme, host and port for clients on this machine, if they are known at start */
    void logAddress(Optional<URI> server) {
        if (token == null) return;
        if (server.isPresent()) token.log(server.get());
        else token.logWithoutPort();
    }

    // ---- the token

    /**
     * The response to a request with the token: a redirect, and the cookie that gives access at the new address.
     *
     * @param location the same address without the token, so that the token is in no browser history and in no {@code Referer}
     * @param cookie   the value of {@code Set-Cookie}
     */
    record TokenLogin(String location, String cookie) {
    }

    /**
     * Exchanges the token in the query for a cookie. The result is empty if the query has no token or a wrong token, or if the token is not
     * accepted from this client or with this method.
     */
    Optional<TokenLogin> tokenLogin(HttpServletRequest request) {
        if (token == null || !isRead(request) || !isLocal(request)) return Optional.empty();
        return givenToken(request).filter(token::matches).map(validToken -> {
            String console = ConsoleToken.path(request.getServletContext().getContextPath());
            return new TokenLogin(console + queryWithoutToken(request), cookieName(request) + "=" + token.cookie() + "; Path=" + console + "; HttpOnly; SameSite=Strict"
                    + (request.isSecure() ? "; Secure" : ""));
        });
    }

    private static boolean isRead(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private static List<String> query(HttpServletRequest request) {
        return request.getQueryString() == null ? List.of() : List.of(request.getQueryString().split("&"));
    }

    private static Optional<String> givenToken(HttpServletRequest request) {
        return query(request).stream().filter(parameter -> parameter.startsWith("token=")).findFirst().map(parameter -> parameter.substring(6));
    }

    /** Returns the part after the console's path, without the token. */
    private static String queryWithoutToken(HttpServletRequest request) {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        String query = String.join("&", query(request).stream().filter(parameter -> !parameter.startsWith("token=")).toList());
        return (PATH.matcher(path).matches() ? path : "/") + (query.isEmpty() ? "" : "?" + query);
    }

    /** Returns the name of the cookie. It contains the port, because browsers do not separate cookies by port. */
    private static String cookieName(HttpServletRequest request) {
        return "changeover-console-" + request.getServerPort();
    }

    /**
     * Returns when the request's valid cookie expires, in milliseconds since the epoch. The result is empty if there is no valid cookie.
     */
    private OptionalLong cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) return OptionalLong.empty();
        String name = cookieName(request);
        for (Cookie cookie : cookies) {
            OptionalLong until = cookie.getName().equals(name) ? token.validUntil(cookie.getValue()) : OptionalLong.empty();
            if (until.isPresent()) return until;
        }
        return OptionalLong.empty();
    }

    // ---- access checks

    /**
     * Returns the reason for the denial as a sentence. The result is empty if the request is allowed. If the container's login has
     * responded, the response is committed.
     */
    Optional<String> denied(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (role.isEmpty()) return deniedWithoutRole(request, isRead(request) && givenToken(request).isPresent());
        if (hasRole(request, response)) return Optional.empty();
        return Optional.of(isDataRequest(request) && request.getUserPrincipal() == null ? LOG_IN : forRole());
    }

    /**
     * Works like {@link #denied}, for the WebSocket. The rule of its path has already checked the role. Without this check a page on
     * another site could open the WebSocket, and the browser would let that page read the data.
     */
    Optional<String> deniedLive(HttpServletRequest request) {
        if (isCrossOrigin(request)) return Optional.of("Only the console's own page may send this request.");
        if (role.isPresent()) return request.isUserInRole(role.get()) ? Optional.empty() : Optional.of(forRole());
        return deniedWithoutRole(request, false);
    }

    /** Called for a request that {@link #deniedLive} has allowed. */
    ViewerPermission permission(HttpServletRequest request) {
        if (role.isEmpty()) return new ViewerPermission.OfCookie(token, cookie(request).orElse(0));
        HttpSessionEnds ends = HttpSessionEnds.of(request.getServletContext());
        long negotiated = ends.negotiating();       // called first, so that the end of a session that exists now is not missed
        HttpSession session = request.getSession(false);
        if (session != null) return new ViewerPermission.OfSession(ends, session.getId(), negotiated);
        return HttpServletRequest.FORM_AUTH.equals(request.getAuthType()) ? ViewerPermission.ENDED : ViewerPermission.FOREVER;
    }

    private Optional<String> deniedWithoutRole(HttpServletRequest request, boolean wrongToken) {
        if (!isLocal(request)) return Optional.of(LOCAL_ONLY);
        if (!wrongToken && cookie(request).isPresent()) return Optional.empty();
        token.log(URI.create(request.getScheme() + "://" + authority(request)));
        return Optional.of(TOKEN_NEEDED);
    }

    /** Uses the address and port of the connector, because the client controls {@code Host}. */
    private static String authority(HttpServletRequest request) {
        String address = request.getLocalAddr();
        return (address.indexOf(':') < 0 ? address : "[::1]") + ":" + request.getLocalPort();
    }

    private String forRole() {
        return "The console requires the role '" + role.get() + "'.";
    }

    private boolean hasRole(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.isUserInRole(role.get())) {
            if (HttpServletRequest.FORM_AUTH.equals(request.getAuthType())) formLogin = true;
            return true;
        }
        if (request.getUserPrincipal() != null || formLogin && isDataRequest(request)) return false;      // a script cannot fill in a form
        try {
            return request.authenticate(response) && request.isUserInRole(role.get());
        } catch (ServletException none) {
            return false;       // the application has no login
        }
    }

    private static boolean isDataRequest(HttpServletRequest request) {
        return request.getPathInfo() != null && request.getPathInfo().startsWith("/api/");
    }

    private boolean isLocal(HttpServletRequest request) {
        List<String> hosts = Collections.list(request.getHeaders("Host"));
        return isTrustworthyPeer(request.getRemoteAddr()) && !InnerRequests.isInner(request) && isCurrent(request.getProtocol())
                && hosts.size() == 1 && LOCAL_HOST.matcher(hosts.get(0)).matches() && Collections.list(request.getHeaderNames()).stream().noneMatch(ProxyFields::has);
    }

    /** Returns false for HTTP/1.0, which proxies use by default. HTTP/2 without TLS is an inner request. */
    private static boolean isCurrent(String protocol) {
        return protocol.equals("HTTP/1.1") || protocol.startsWith("HTTP/2");
    }

    /** Accepts a numeric address only. Makes no DNS lookup. */
    private boolean isTrustworthyPeer(String address) {
        return address != null && IpAddress.parseReported(address).filter(peer -> peer.isLoopbackAddress() && !proxies.trusts(peer)).isPresent();
    }

    /** Returns whether a page of another site has sent this request. Uses Fetch Metadata, and {@code Origin} for browsers without it. */
    static boolean isCrossOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) return true;
        String origin = request.getHeader("Origin");
        return origin != null && !origin.equalsIgnoreCase(request.getScheme() + "://" + request.getHeader("Host"));
    }

    /** Returns whether a command comes from the console's page: only that page can read the token. */
    boolean isOperation(HttpServletRequest request) {
        String received = request.getHeader(TOKEN);
        return received != null && !isCrossOrigin(request) && MessageDigest.isEqual(received.getBytes(StandardCharsets.UTF_8), operationToken.getBytes(StandardCharsets.UTF_8));
    }
}
