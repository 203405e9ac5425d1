package io.github.changeover.demo;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * {@code /request} for any method: shows the request as the application sees it.
 *
 * <pre>
 * POST /request?x=1 HTTP/1.1
 * host: localhost:8080
 * content-length: 5
 *
 * body-length: 5
 * body-sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
 * </pre>
 */
@WebServlet(urlPatterns = "/request", asyncSupported = true)
public final class RequestPage extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        show(request, response);
    }

    static void show(HttpServletRequest request, HttpServletResponse response) throws IOException {
        StringBuilder page = new StringBuilder(request.getMethod()).append(' ').append(request.getRequestURI());
        if (request.getQueryString() != null) page.append('?').append(request.getQueryString());
        page.append(' ').append(request.getProtocol()).append('\n');
        for (String name : fieldNames(request)) {
            for (String value : Collections.list(request.getHeaders(name))) {
                page.append(name).append(": ").append(value).append('\n');
            }
        }
        appendContent(request.getInputStream(), page);
        text(response, page.toString());
    }

    private static Set<String> fieldNames(HttpServletRequest request) {
        Set<String> names = new LinkedHashSet<>();
        Collections.list(request.getHeaderNames()).forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return names;
    }

    private static void appendContent(InputStream content, StringBuilder page) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[8192];
        long length = 0;
        for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
            digest.update(buffer, 0, count);
            length += count;
        }
        page.append("\nbody-length: ").append(length)
                .append("\nbody-sha256: ").append(HexFormat.of().formatHex(digest.digest())).append('\n');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Sends a complete page of plain text. For a HEAD the container sends the header fields only. */
    static void text(HttpServletResponse response, String page) throws IOException {
        byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
        response.setContentType("text/plain;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");    // the page contains text from the client
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
