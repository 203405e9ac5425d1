package io.github.changeover.console;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may come in. Without a role: this machine, asked for by its own name and not through a proxy, which would make everybody
 * come from here. With a role: whoever has logged in and has it.
 *
 * @param role  one of the container's; empty for none
 * @param token what an order carries that came from our page
 */
record Access(Optional<String> role, String token) {
    static final String TOKEN = "X-Changeover-Token";
    private static final String HERE_ONLY = "The console is open to this machine only, asked for as localhost and not through a proxy. "
            + "To let others in who log in, name their role in changeover.console.role.";
    private static final Set<String> PROXIES = Set.of("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip");
    /** A page elsewhere whose name is made to point here sends its own name (DNS rebinding). */
    private static final Pattern HERE = Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);

    /** Why not, in a sentence; empty to let the request in. When the container's login has answered, the response is committed. */
    Optional<String> denied(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (role.isPresent()) return hasRole(request, response) ? Optional.empty() : Optional.of(forRole());
        return isHere(request) ? Optional.empty() : Optional.of(HERE_ONLY);
    }

    /** The same for the WebSocket, where the path's rule has asked for the role. A page elsewhere could open it, and a browser would let it read. */
    Optional<String> deniedLive(HttpServletRequest request) {
        if (isForeign(request)) return Optional.of("This is for the console's own page.");
        if (role.isPresent()) return request.isUserInRole(role.get()) ? Optional.empty() : Optional.of(forRole());
        return isHere(request) ? Optional.empty() : Optional.of(HERE_ONLY);
    }

    private String forRole() {
        return "The console is for the role '" + role.get() + "'.";
    }

    private boolean hasRole(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.isUserInRole(role.get())) return true;
        if (request.getUserPrincipal() != null) return false;
        try {
            return request.authenticate(response) && request.isUserInRole(role.get());
        } catch (ServletException none) {
            return false;       // the application has no login
        }
    }

    private static boolean isHere(HttpServletRequest request) {
        List<String> hosts = Collections.list(request.getHeaders("Host"));
        return isLoopback(request.getRemoteAddr()) && hosts.size() == 1 && HERE.matcher(hosts.get(0)).matches()
                && Collections.list(request.getHeaderNames()).stream().noneMatch(Access::isOfAProxy);
    }

    private static boolean isOfAProxy(String field) {
        String name = field.toLowerCase(Locale.ROOT);
        return PROXIES.contains(name) || name.startsWith("x-forwarded");
    }

    /** Of an address in digits: nothing is looked up. */
    private static boolean isLoopback(String address) {
        if (address == null || !address.matches("[0-9.]+|[0-9a-fA-F:.%]*:[0-9a-zA-Z:.%]*")) return false;
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
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
        return given != null && !isForeign(request) && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
