package inner;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Returns the trailers of a request, and sends trailers of its own. */
@WebServlet("/page/trailers")
public final class Trailers extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int length = request.getInputStream().readAllBytes().length;
        Map<String, String> trailers = new TreeMap<>();
        if (request.isTrailerFieldsReady()) request.getTrailerFields().forEach((name, value) -> trailers.put(name.toLowerCase(), value));
        response.setContentType("text/plain");
        response.setTrailerFields(() -> Map.of("X-Sum", "sum-of-" + length));
        response.getWriter().print(length + " " + trailers);
        response.flushBuffer();
    }
}
