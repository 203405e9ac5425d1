package wire;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import java.io.IOException;

/** Commits the response before the chain, or with {@code ?late} after it. */
@WebFilter(urlPatterns = "/committed", asyncSupported = true)
public final class Committed implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        if (request.getParameter("late") == null) {
            response.getOutputStream().print("begun\n");
            response.flushBuffer();
        }
        chain.doFilter(request, response);
        if (request.getParameter("late") != null) {
            response.setContentLength(5);
            response.getOutputStream().print("late\n");
            response.flushBuffer();
        }
    }
}
