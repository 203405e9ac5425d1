package wire;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Responds on every path with the request and the number of requests there. {@code /hits?of=KEY} returns the number without counting. */
@WebServlet(urlPatterns = "/", asyncSupported = true)
public final class Application extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<String, Integer> HITS = new ConcurrentHashMap<>();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long length = request.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        String path = request.getServletPath();
        String text;
        if (path.equals("/hits")) {
            text = HITS.getOrDefault(request.getParameter("of"), 0).toString();
        } else {
            String key = request.getParameter("key") == null ? path : request.getParameter("key");
            text = request.getMethod() + " " + path + " body " + length + " hit " + HITS.merge(key, 1, Integer::sum) + "\n";
        }
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        response.setContentType("text/plain");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
