package untouched;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Responds to every method with the request: its header fields, its length and, unless the path begins with {@code /unread}, its
 * content. It uses no class of Changeover.
 */
@WebServlet("/*")
public final class Report extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(request.getMethod() + " " + request.getRequestURI() + " " + request.getProtocol());
        for (String name : new TreeSet<>(Collections.list(request.getHeaderNames()))) {
            lines.add(name.toLowerCase(Locale.ROOT) + "=" + Collections.list(request.getHeaders(name)));
        }
        lines.add("length " + request.getContentLengthLong());
        if (!request.getPathInfo().startsWith("/unread")) {
            lines.add("content " + new String(request.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
        }
        if (request.getPathInfo().endsWith("/attribute")) {
            Object container = getServletContext().getAttribute("jakarta.websocket.server.ServerContainer");
            lines.add("server container " + (container == null ? "null" : container.getClass().getName()));
        }
        byte[] answer = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        response.setHeader("X-Application", "report");
        response.setContentType("text/plain;charset=iso-8859-1");
        response.setContentLength(answer.length);
        response.getOutputStream().write(answer);
    }
}
