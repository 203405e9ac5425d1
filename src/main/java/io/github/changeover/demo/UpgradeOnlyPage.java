package io.github.changeover.demo;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code /upgrade-only} has no page: a request that is not switched gets a 426 before it reaches this servlet. If a request still reaches
 * it, the filter that enforces the rule did not run, and the page reports that.
 */
@WebServlet(urlPatterns = "/upgrade-only", asyncSupported = true)
public final class UpgradeOnlyPage extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        RequestPage.text(response, "This path requires an upgrade to foo/2 or example/1, but the filter that enforces it did not run.\n"
                + "Check the log for the reason why Changeover did not start, and check web.xml for an absolute-ordering without it.\n");
    }
}
