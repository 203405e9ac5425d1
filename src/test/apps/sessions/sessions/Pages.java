package sessions;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** {@code /end} returns how a session ended, {@code /traces} what was observed. {@code /let-go} releases an endpoint that blocks. */
@WebServlet({"/end", "/traces", "/let-go"})
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        String of = request.getParameter("of");
        response.getWriter().print(switch (request.getServletPath()) {
            case "/end" -> Obedient.ENDS.getOrDefault(of, "none");
            case "/let-go" -> {
                Obedient.HELD.computeIfAbsent(of, any -> new CountDownLatch(1)).countDown();
                yield "gone";
            }
            default -> String.join("\n", Tracing.of(of));
        });
    }
}
