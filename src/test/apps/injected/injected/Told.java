package injected;

import io.github.changeover.topics.Topics;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

@WebServlet("/told")
public class Told extends HttpServlet {
    private static final long serialVersionUID = 1;
    @Inject
    private transient Register register;

    @Inject
    private transient Topics topics;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        if (request.getParameter("publish") != null) topics.topic("news").publish(request.getParameter("publish"));
        response.getWriter().print(String.join(",", register.events()));
    }
}
