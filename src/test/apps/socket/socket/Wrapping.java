package socket;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/** Wraps the request and the response, as filters of applications do, and sets a header field. */
@WebFilter(urlPatterns = "/filtered/*", asyncSupported = true)
public class Wrapping extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        response.setHeader("X-Filtered", "yes");
        chain.doFilter(new HttpServletRequestWrapper(request), new HttpServletResponseWrapper(response));
    }
}
