package io.github.changeover.console;

import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.spi.ProtocolToken;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Serves {@code /console}: the page, its data, and its commands. */
final class ConsoleServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final System.Logger LOG = System.getLogger("io.github.changeover.console");
    private static final int MAX_OPERATION_BYTES = 64 * 1024;
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private final transient ConsoleAccess access;
    private final transient ChartHistory samples;
    private final transient Map<String, StaticResource> resources = StaticResource.all();
    private final long instance;
    private final transient AtomicLong nextRejectionLogged = new AtomicLong(System.nanoTime());
    private transient volatile PathPolicy policy = PathPolicy.of();

    /** @param instance identifies the deployment, so that a page of an earlier deployment detects the change */
    ConsoleServlet(ConsoleAccess access, ChartHistory samples, long instance) {
        this.access = access;
        this.samples = samples;
        this.instance = instance;
    }

    void policy(PathPolicy made) {
        policy = made;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<ConsoleAccess.TokenLogin> exchange = access.tokenLogin(request);
        if (exchange.isPresent()) {
            securityHeaders(response);
            response.setStatus(302);
            response.setHeader("Location", exchange.get().location());
            response.addHeader("Set-Cookie", exchange.get().cookie());
            return;
        }
        Optional<String> denied = access.denied(request, response);
        if (response.isCommitted() || denied.isPresent() && response.getStatus() == 401) return;     // our policy would break the login page
        securityHeaders(response);
        if (denied.isPresent()) {
            logRejection(request);
            reject(response, 403, denied.get());
            return;
        }
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        boolean read = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (read && path.isEmpty()) {
            response.setStatus(302);
            response.setHeader("Location", ConsoleToken.path(request.getServletContext().getContextPath()) + "/");
        } else if (read && path.startsWith("/api/")) {
            data(path.substring(5), request, response);
        } else if (read) {
            serve(path.equals("/") ? "console.html" : path.substring(1), request, response);
        } else if (request.getMethod().equals("POST") && path.startsWith("/api/")) {
            operation(path.substring(5), request, response);
        } else {
            response.setHeader("Allow", "GET, HEAD, POST");
            reject(response, 405, "The console supports GET and HEAD, and POST from its own page.");
        }
    }

    /** Logs at most once a second, because a rejected client may repeat its request without limit. */
    private void logRejection(HttpServletRequest request) {
        long now = System.nanoTime(), next = nextRejectionLogged.get();
        if (now - next >= 0 && nextRejectionLogged.compareAndSet(next, now + 1_000_000_000)) {
            LOG.log(System.Logger.Level.INFO, "Access to the console was denied to {0}", request.getRemoteAddr());
        }
    }

    private static void securityHeaders(HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cache-Control", "no-store");
    }

    private void serve(String name, HttpServletRequest request, HttpServletResponse response) throws IOException {
        StaticResource file = resources.get(name);
        if (file == null) {
            reject(response, 404, "The console has no such page.");
            return;
        }
        response.setHeader("Cache-Control", "private, no-cache");       // the browser revalidates each time, and the file is sent only if it has changed
        response.setHeader("ETag", file.tag());
        if (file.tag().equals(request.getHeader("If-None-Match"))) response.setStatus(304);
        else send(response, file.type(), file.bytes());
    }

    private void data(String resource, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<UpgradeManagement> management = UpgradeManagement.of(request.getServletContext());
        if (ConsoleAccess.isCrossOrigin(request)) {
            reject(response, 403, "Only the console's own page may send this request.");
        } else if (management.isEmpty()) {
            reject(response, 503, "The application is starting or stopping.");
        } else if (resource.equals("about")) {
            json(response, ConsoleState.about(management.get().report(), access.operationToken(), instance));
        } else if (resource.equals("state")) {
            json(response, ConsoleState.Changes.of(management.get(), samples, instance, number(request, "decision"), number(request, "sample")).map());
        } else {
            reject(response, 404, "The console has no such data.");
        }
    }

    private static long number(HttpServletRequest request, String name) {
        String text = request.getParameter(name);
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private void operation(String what, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<UpgradeManagement> seen = UpgradeManagement.of(request.getServletContext());
        if (!access.isOperation(request)) {
            LOG.log(System.Logger.Level.WARNING, "A command to the console from {0} was rejected because it did not come from the page of the console", request.getRemoteAddr());
            reject(response, 403, "Commands are accepted only from the console's own page: reload it.");
        } else if (request.getContentLengthLong() < 0 || request.getContentLengthLong() > MAX_OPERATION_BYTES) {
            reject(response, 413, "A command must have a Content-Length of at most " + MAX_OPERATION_BYTES + " bytes.");
        } else if (seen.isEmpty()) {
            reject(response, 503, "The application is starting or stopping.");
        } else {
            request.setCharacterEncoding("UTF-8");
            perform(what, request, response, seen.get());
        }
    }

    private void perform(String what, HttpServletRequest request, HttpServletResponse response, UpgradeManagement seen) throws IOException {
        if (!what.equals("dryRun")) LOG.log(System.Logger.Level.INFO, "The console received the command {0}", what);
        switch (what) {
            case "dryRun" -> json(response, DryRunResource.run(request::getParameter, policy, seen.toggles(), seen.draining()));
            case "close" -> json(response, Map.of("done", seen.close(id(request))));
            case "abort" -> json(response, Map.of("done", seen.abort(id(request))));
            case "drain" -> drain(request.getParameter("code"), response, seen);
            case "stopDraining" -> {
                seen.stopDraining();
                json(response, Map.of("done", true));
            }
            case "off", "on" -> {
                Optional<ProtocolToken> token = ProtocolToken.parse(String.valueOf(request.getParameter("token")));
                token.ifPresent(named -> {
                    if (what.equals("off")) seen.toggles().off(named);
                    else seen.toggles().on(named);
                });
                json(response, Map.of("done", token.isPresent()));
            }
            default -> reject(response, 404, "The console has no such command.");
        }
    }

    /** @param code the WebSocket close code; null or empty for that of the settings */
    private static void drain(String code, HttpServletResponse response, UpgradeManagement seen) throws IOException {
        try {
            seen.drain(code);
        } catch (IllegalArgumentException invalid) {
            reject(response, 400, invalid.getMessage() + ".");
            return;
        }
        json(response, Map.of("done", true));
    }

    private static String id(HttpServletRequest request) {
        return String.valueOf(request.getParameter("id"));
    }

    private static void json(HttpServletResponse response, Map<String, Object> value) throws IOException {
        send(response, "application/json", Json.of(value).getBytes(StandardCharsets.UTF_8));
    }

    private static void reject(HttpServletResponse response, int status, String sentence) throws IOException {
        response.setStatus(status);
        send(response, "text/plain;charset=UTF-8", (sentence + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** For a HEAD the container sends the header fields only. */
    private static void send(HttpServletResponse response, String type, byte[] bytes) throws IOException {
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
