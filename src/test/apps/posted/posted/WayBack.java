package posted;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;

/** Performs what filters do with the response, before and after the chain. The header field {@code X-Way} names the action. */
@WebFilter(urlPatterns = "/*", asyncSupported = true, dispatcherTypes = DispatcherType.REQUEST)
public final class WayBack implements Filter {
    @Override
    public void doFilter(ServletRequest asked, ServletResponse answer, FilterChain chain) throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) asked;
        HttpServletResponse response = (HttpServletResponse) answer;
        String way = request.getHeader("X-Way") == null ? "" : request.getHeader("X-Way");
        if (request.getHeader("X-Name") != null) response.addHeader("X-User", "\u0141ukasz");
        if (request.getHeader("X-Name") != null) response.addHeader("X-Plain", "Lukasz");
        PrintWriter early = way.equals("early-writer-flush") ? response.getWriter() : null;
        OutputStream stream = way.equals("early-stream-flush") ? response.getOutputStream() : null;
        // Like Spring Boot's ErrorPageFilter: a wrapper, and a flush after the chain.
        chain.doFilter(request, way.equals("wrapped-flush") ? new HttpServletResponseWrapper(response) : response);
        switch (way) {
            case "flush", "wrapped-flush" -> response.flushBuffer();
            case "stream-flush" -> response.getOutputStream().flush();
            case "stream-close" -> response.getOutputStream().close();
            case "writer-flush" -> response.getWriter().flush();
            case "writer-close" -> response.getWriter().close();
            case "writer-check" -> response.getWriter().checkError();
            case "early-writer-flush" -> early.flush();
            case "early-stream-flush" -> stream.flush();
            case "empty-write" -> {
                response.getOutputStream().write(new byte[0]);
                response.flushBuffer();
            }
            case "write" -> {
                response.getOutputStream().print("written");
                response.flushBuffer();
            }
            case "text" -> {
                response.getWriter().print("written");
                response.getWriter().flush();
            }
            case "status" -> {
                response.setStatus(404);
                response.flushBuffer();
            }
            default -> { }
        }
    }
}
