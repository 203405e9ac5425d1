package io.github.changeover.console;

import io.github.changeover.forwarded.ProxyFields;
import io.github.changeover.forwarded.TrustedProxies;
import io.github.changeover.servlet.InnerRequests;
import io.github.changeover.servlet.SessionEnds;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Decides who may use the console. With a role: users of the application's login who have it, from anywhere. Without one: whoever has the token that was logged
 * at start. Neither an address nor header fields show that nobody stands between, so it is the token that protects; the checks of the address, {@code Host} and
 * the fields of proxies are a second line.
 */
final class Access {
    static final String TOKEN = "X-Changeover-Token";
    private static final String HERE_ONLY = "The console is open to this machine only, asked for as localhost over HTTP/1.1 or TLS, and not through a proxy. "
            + "To let others in who log in, name their role in changeover.console.role.";
    private static final String TOKEN_NEEDED = "The console needs the address with the token: the server's log has it once since the application started "
            + "(logger io.github.changeover.console). Copy it into the address bar of a browser on this machine.";
    private static final String LOG_IN = "You are not logged in, or lack the role for the console: load the page again.";
    /** A page elsewhere whose name is made to point here sends its own name (DNS rebinding). */
    private static final Pattern HERE = Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?");

    private final Optional<String> role;
    private final ConsoleToken token;           // null with a role
    private final TrustedProxies proxies;
    private final String orderToken;
    private volatile boolean formLogin;         // somebody has come in by a form

    private Access(Optional<String> role, ConsoleToken token, TrustedProxies proxies, String orderToken) {
        this.role = role;
        this.token = token;
        this.proxies = proxies;
        this.orderToken = orderToken;
    }

    /** @param orderToken what an order carries that came from our page */
    static Access forRole(String role, String orderToken) {
        return new Access(Optional.of(role), null, TrustedProxies.NONE, orderToken);
    }

    /** @param proxies peers that are never let in */
    static Access withToken(ConsoleToken token, TrustedProxies proxies, String orderToken) {
        return new Access(Optional.empty(), token, proxies, orderToken);
    }

    Optional<String> role() {
        return role;
    }

    String orderToken() {
        return orderToken;
    }

    /** @param server scheme, host and port for clients on this machine, where they are known at start */
    void logAddress(Optional<URI> server) {
        if (token == null) return;
        if (server.isPresent()) token.log(server.get());
        else token.logWithoutPort();
    }

    // ---- the token

    /**
     * The answer to a request with the token: where to go on, and the cookie that opens the console there.
     *
     * @param location the same address without the token, so that it is in no history and no {@code Referer}
     * @param cookie   the value of {@code Set-Cookie}
     */
    record Exchange(String location, String cookie) {
    }

    /** Empty for a request that has no token in its query, or a wrong one, or may not come in with it. */
    Optional<Exchange> exchange(HttpServletRequest request) {
        if (token == null || !reads(request) || !isHere(request)) return Optional.empty();
        return givenToken(request).filter(token::matches).map(right -> {
            String console = ConsoleToken.path(request.getServletContext().getContextPath());
            return new Exchange(console + rest(request), cookieName(request) + "=" + token.cookie() + "; Path=" + console + "; HttpOnly; SameSite=Strict"
                    + (request.isSecure() ? "; Secure" : ""));
        });
    }

    private static boolean reads(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private static List<String> query(HttpServletRequest request) {
        return request.getQueryString() == null ? List.of() : List.of(request.getQueryString().split("&"));
    }

    private static Optional<String> givenToken(HttpServletRequest request) {
        return query(request).stream().filter(parameter -> parameter.startsWith("token=")).findFirst().map(parameter -> parameter.substring(6));
    }

    /** What comes behind the console's path, without the token. */
    private static String rest(HttpServletRequest request) {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        String query = String.join("&", query(request).stream().filter(parameter -> !parameter.startsWith("token=")).toList());
        return (PATH.matcher(path).matches() ? path : "/") + (query.isEmpty() ? "" : "?" + query);
    }

    /** Browsers keep one cookie of a name for all ports of a host. */
    private static String cookieName(HttpServletRequest request) {
        return "changeover-console-" + request.getServerPort();
    }

    /** Until when a cookie of the request is valid; empty when none is. */
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

    // ---- who comes in

    /** Why not, in a sentence; empty to let the request in. When the container's login has answered, the response is committed. */
    Optional<String> denied(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (role.isEmpty()) return deniedWithoutRole(request, reads(request) && givenToken(request).isPresent());
        if (hasRole(request, response)) return Optional.empty();
        return Optional.of(asksForData(request) && request.getUserPrincipal() == null ? LOG_IN : forRole());
    }

    /** The same for the WebSocket, where the path's rule has asked for the role. A page elsewhere could open it, and a browser would let it read. */
    Optional<String> deniedLive(HttpServletRequest request) {
        if (isForeign(request)) return Optional.of("This is for the console's own page.");
        if (role.isPresent()) return request.isUserInRole(role.get()) ? Optional.empty() : Optional.of(forRole());
        return deniedWithoutRole(request, false);
    }

    /** Called for a request that {@link #deniedLive} has let in. */
    Permission permission(HttpServletRequest request) {
        if (role.isEmpty()) return new Permission.OfCookie(token, cookie(request).orElse(0));
        SessionEnds ends = SessionEnds.of(request.getServletContext());
        long negotiated = ends.negotiating();       // first: a session that is there now and ends later is known to have ended
        HttpSession session = request.getSession(false);
        if (session != null) return new Permission.OfSession(ends, session.getId(), negotiated);
        return HttpServletRequest.FORM_AUTH.equals(request.getAuthType()) ? Permission.OVER : Permission.FOREVER;
    }

    private Optional<String> deniedWithoutRole(HttpServletRequest request, boolean wrongToken) {
        if (!isHere(request)) return Optional.of(HERE_ONLY);
        if (!wrongToken && cookie(request).isPresent()) return Optional.empty();
        token.log(URI.create(request.getScheme() + "://" + authority(request)));
        return Optional.of(TOKEN_NEEDED);
    }

    /** As the connector has it: {@code Host} is a client's word. */
    private static String authority(HttpServletRequest request) {
        String address = request.getLocalAddr();
        return (address.indexOf(':') < 0 ? address : "[::1]") + ":" + request.getLocalPort();
    }

    private String forRole() {
        return "The console is for the role '" + role.get() + "'.";
    }

    private boolean hasRole(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.isUserInRole(role.get())) {
            if (HttpServletRequest.FORM_AUTH.equals(request.getAuthType())) formLogin = true;
            return true;
        }
        if (request.getUserPrincipal() != null || formLogin && asksForData(request)) return false;      // a script cannot fill in a form
        try {
            return request.authenticate(response) && request.isUserInRole(role.get());
        } catch (ServletException none) {
            return false;       // the application has no login
        }
    }

    private static boolean asksForData(HttpServletRequest request) {
        return request.getPathInfo() != null && request.getPathInfo().startsWith("/api/");
    }

    private boolean isHere(HttpServletRequest request) {
        List<String> hosts = Collections.list(request.getHeaders("Host"));
        return isTrustworthyPeer(request.getRemoteAddr()) && !InnerRequests.isInner(request) && isCurrent(request.getProtocol())
                && hosts.size() == 1 && HERE.matcher(hosts.get(0)).matches() && Collections.list(request.getHeaderNames()).stream().noneMatch(ProxyFields::has);
    }

    /** Proxies speak HTTP/1.0 unless they are told otherwise. HTTP/2 without TLS is an inner request. */
    private static boolean isCurrent(String protocol) {
        return protocol.equals("HTTP/1.1") || protocol.startsWith("HTTP/2");
    }

    /** Of an address in digits: nothing is looked up. */
    private boolean isTrustworthyPeer(String address) {
        if (address == null || !address.matches("[0-9.]+|[0-9a-fA-F:.%]*:[0-9a-zA-Z:.%]*")) return false;
        try {
            InetAddress peer = InetAddress.getByName(address);
            return peer.isLoopbackAddress() && !proxies.trusts(peer);
        } catch (UnknownHostException odd) {
            return false;
        }
    }

    /** Whether a page elsewhere has sent this (Fetch Metadata, and {@code Origin} where a browser has no such fields). */
    static boolean isForeign(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) return true;
        String origin = request.getHeader("Origin");
        return origin != null && !origin.equalsIgnoreCase(request.getScheme() + "://" + request.getHeader("Host"));
    }

    /** Whether an order came from our page: it knows the token, which no other page can read. */
    boolean isOrder(HttpServletRequest request) {
        String given = request.getHeader(TOKEN);
        return given != null && !isForeign(request) && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), orderToken.getBytes(StandardCharsets.UTF_8));
    }
}
