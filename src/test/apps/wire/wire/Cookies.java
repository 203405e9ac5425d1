package wire;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Sets what a filter of an application may set before it is known that the response is a 101. */
@WebFilter(urlPatterns = "/cookies", asyncSupported = true)
public final class Cookies implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        HttpServletResponse answer = (HttpServletResponse) response;
        Cookie session = new Cookie("one", "1");
        session.setHttpOnly(true);
        answer.addCookie(session);
        answer.addHeader("Set-Cookie", "two=2; Path=/");
        answer.setHeader("X-Own", "kept");
        answer.setContentType("text/html;charset=utf-8");
        answer.setContentLength(42);
        answer.setHeader("Content-Language", "en");
        answer.setHeader("ETag", "\"x\"");
        answer.setHeader("Upgrade", "wrong/1");
        answer.setHeader("Keep-Alive", "timeout=5");
        chain.doFilter(request, response);
        answer.addHeader("X-Late", "kept too");
    }
}
