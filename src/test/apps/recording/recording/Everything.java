package recording;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Responds on every path with the name of its application and the path within it. Begins an HTTP session on request. */
@WebServlet("/*")
public final class Everything extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=utf-8");
        if (request.getParameter("session") != null) response.setHeader("X-Session", request.getSession().getId());
        response.getWriter().print("application '" + getServletContext().getInitParameter("name") + "' serves " + request.getPathInfo());
    }
}
