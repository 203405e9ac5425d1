package leftover;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests for {@code /hit}. {@code /hits} returns the number. */
@WebServlet({"/hit", "/hits"})
public final class Hits extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final AtomicInteger COUNT = new AtomicInteger();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int count = request.getServletPath().equals("/hit") ? COUNT.incrementAndGet() : COUNT.get();
        response.setContentType("text/plain");
        response.getWriter().print(count);
    }
}
