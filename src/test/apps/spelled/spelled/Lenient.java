package spelled;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** An application that considers every spelling of a path the same resource, as some frameworks do. */
@WebServlet("/*")
public final class Lenient extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        Deque<String> segments = new ArrayDeque<>();
        for (String raw : path.replace('\\', '/').replaceAll("(?i)%2f|%5c", "/").replaceAll("(?i)%2e", ".").split("/")) {
            String segment = raw.replaceFirst("(;|(?i)%3b).*", "");
            if (segment.equals("..")) segments.pollLast();
            else if (!segment.isEmpty() && !segment.equals(".")) segments.addLast(segment);
        }
        String plain = "/" + String.join("/", segments);
        boolean secret = plain.equals("/only") || plain.equals("/secure/page") || plain.startsWith("/below/");
        response.setContentType("text/plain");
        response.getWriter().print(secret ? "SECRET of " + plain : "page " + plain);
    }
}
