package guards;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** A filter that records its calls, and performs the action that the query contains for its name: {@code ?web-xml=refuse}. */
public final class Guard implements Filter {
    private String name;

    @Override
    public void init(FilterConfig config) {
        name = config.getFilterName();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        Seen.add(http.getQueryString(), name);
        switch (Seen.parameter(http.getQueryString(), name)) {
            case "refuse" -> answer.sendError(403);
            case "redirect" -> answer.sendRedirect("/elsewhere");
            case "wrap" -> wrapped(http, answer, chain);
            case "decorate" -> {
                answer.setHeader("X-Guard", name);
                answer.addCookie(new Cookie("guard", name));
                answer.setContentType("text/html");
                answer.setContentLength(7);
                chain.doFilter(request, response);
            }
            case "async" -> {
                http.startAsync();
                chain.doFilter(request, response);
                http.getAsyncContext().complete();
            }
            default -> {
                chain.doFilter(request, response);
                afterwards(answer, Seen.parameter(http.getQueryString(), name));
            }
        }
    }

    private void afterwards(HttpServletResponse answer, String what) throws IOException, ServletException {
        switch (what) {
            case "commit-after" -> {
                answer.getWriter().print("said by " + name);
                answer.flushBuffer();
            }
            case "refuse-after" -> answer.setStatus(403);
            case "redirect-after" -> answer.sendRedirect("/elsewhere");
            case "throw-after" -> throw new ServletException("thrown by " + name);
            default -> { }
        }
    }

    /** Buffers the response and copies it after the chain, as compressing and caching filters do. */
    private static void wrapped(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        StringWriter buffer = new StringWriter();
        chain.doFilter(new HttpServletRequestWrapper(request), new HttpServletResponseWrapper(response) {
            @Override
            public PrintWriter getWriter() {
                return new PrintWriter(buffer, true);
            }
        });
        response.setHeader("X-Length", Integer.toString(buffer.toString().length()));
        response.getWriter().print(buffer);
    }
}
