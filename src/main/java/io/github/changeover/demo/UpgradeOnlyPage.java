package io.github.changeover.demo;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code /upgrade-only} has no page: a request that does not change the connection is answered 426 before it comes
 * here. What comes here all the same got past that rule, and is told so.
 */
@WebServlet(urlPatterns = "/upgrade-only", asyncSupported = true)
public final class UpgradeOnlyPage extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        RequestPage.text(response, "This path requires a change to foo/2 or example/1, but the filter that enforces it did not run.\n"
                + "Look in the log for why Changeover did not start, and in web.xml for an absolute-ordering without it.\n");
    }
}
