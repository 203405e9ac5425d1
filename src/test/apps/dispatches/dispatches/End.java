package dispatches;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The target of forwards, includes, asynchronous dispatches and error pages. */
@WebServlet(name = "end", urlPatterns = "/end", asyncSupported = true)
public final class End extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Ways.tell("end " + request.getDispatcherType() + ": " + Facts.of(request) + "\nunwrapped: " + Facts.unwrapped(request), request, response);
    }
}
