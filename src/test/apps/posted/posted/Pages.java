package posted;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sends {@code secret} as often as {@code length} requests. If {@code async} is present, it sends one asynchronously. */
@WebServlet(urlPatterns = {"/original/*", "/strict/*", "/silent", "/blocking"}, asyncSupported = true)
@MultipartConfig
public final class Pages extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getParameter("async") != null) {
            AsyncContext context = request.startAsync();
            context.start(() -> {
                try {
                    context.getResponse().getOutputStream().print("secret");
                } catch (IOException gone) {
                    // the client has disconnected
                }
                context.complete();
            });
            return;
        }
        int length = request.getParameter("length") == null ? 1 : Integer.parseInt(request.getParameter("length"));
        for (int i = 0; i < length; i++) response.getOutputStream().print("secret");
    }
}
