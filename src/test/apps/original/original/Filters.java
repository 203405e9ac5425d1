package original;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Filters that change the response. */
final class Filters {
    private Filters() {
    }

    /** Commits the response before any other code. */
    @WebFilter(urlPatterns = "/page/nothing", asyncSupported = true)
    public static final class Hasty extends HttpFilter {
        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
            if (request.getHeader("X-Hasty") != null) {
                response.setHeader("X-By", "filter");
                response.getOutputStream().print("hasty");
                response.flushBuffer();
            }
            chain.doFilter(request, response);
        }
    }

    /** Commits the response after all other code. */
    @WebFilter(urlPatterns = "/page/writer", asyncSupported = true)
    public static final class Tidy extends HttpFilter {
        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
            response.setHeader("X-Before", "filter");
            chain.doFilter(request, response);
            if (request.getHeader("X-Tidy") == null) return;
            if (request.getHeader("X-Tidy").equals("writes")) response.getOutputStream().print("tidied");
            response.flushBuffer();
        }
    }
}
