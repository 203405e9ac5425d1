package io.github.changeover.servlet;

import io.github.changeover.http.MediaType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A text resource for the operator's tools, at its own path. */
final class TextResource {
    private TextResource() {
    }

    /** Returns whether the request is for this path within the application. Allocates nothing. */
    static boolean isAt(String path, HttpServletRequest request) {
        String first = request.getServletPath();
        String rest = request.getPathInfo();
        return rest == null ? first.equals(path) : first.length() + rest.length() == path.length() && path.startsWith(first) && path.endsWith(rest);
    }

    static void write(int status, String type, String text, HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        byte[] bytes = (reads ? text : "Only GET and HEAD are supported.\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(reads ? status : HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        if (!reads) response.setHeader("Allow", "GET, HEAD");
        response.setHeader("Cache-Control", "no-store");
        response.setContentType(reads ? type : MediaType.PLAIN_TEXT);
        response.setContentLength(bytes.length);
        if (!request.getMethod().equals("HEAD")) response.getOutputStream().write(bytes);
        response.flushBuffer();
    }
}
