package drained;

import io.github.changeover.Changeover;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/** Drains the application by an API call, and responds whether every connection has ended in time. */
@WebServlet("/drain")
public final class Drain extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print(Changeover.of(getServletContext()).drain(Duration.ofMillis(Long.parseLong(request.getParameter("millis")))));
    }
}
