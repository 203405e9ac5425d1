package inner;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/** Returns what the application sees of a request, and several kinds of responses. */
@WebServlet("/page/*")
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final AtomicLong WRITTEN = new AtomicLong();
    private static final AtomicInteger SERVED = new AtomicInteger(), SMUGGLED = new AtomicInteger();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        SERVED.incrementAndGet();
        response.setContentType("text/plain");
        switch (request.getPathInfo()) {
            case "/facts" -> facts(request, response);
            case "/digest" -> digest(request, response);
            case "/big" -> {
                if (request.getParameter("status") != null) response.setStatus(Integer.parseInt(request.getParameter("status")));
                big(Integer.parseInt(request.getParameter("size")), response);
                if (request.getParameter("thrown") != null) throw new IOException("thrown");
            }
            case "/session" -> session(request, response);
            case "/nothing" -> response.setStatus(204);
            case "/hop" -> {
                response.setHeader("Keep-Alive", "timeout=5");
                response.setHeader("Connection", "close");
                response.getWriter().print("hop");
            }
            case "/written" -> response.getWriter().print(WRITTEN.get());
            case "/smuggled" -> response.getWriter().print(SMUGGLED.incrementAndGet());
            case "/smuggled-so-far" -> response.getWriter().print(SMUGGLED.get());
            case "/served" -> response.getWriter().print(SERVED.get());
            default -> response.sendError(404);
        }
    }

    private static void facts(HttpServletRequest request, HttpServletResponse response) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("protocol=").append(request.getProtocol()).append("\nscheme=").append(request.getScheme()).append("\nsecure=").append(request.isSecure());
        text.append("\nremote=").append(request.getRemoteAddr()).append(':').append(request.getRemotePort());
        text.append("\nurl=").append(request.getRequestURL()).append("\nport=").append(request.getServerPort());
        text.append("\ncipher=").append(request.getAttribute("jakarta.servlet.request.cipher_suite")).append("\nuser=").append(request.getRemoteUser()).append('\n');
        for (String name : Collections.list(request.getHeaderNames())) {
            text.append("field ").append(name).append(": ").append(String.join("|", Collections.list(request.getHeaders(name)))).append('\n');
        }
        text.append("mark=").append(request.getHeader("Changeover-Inner")).append('\n');
        response.getWriter().print(text);
    }

    private static void digest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] content = request.getInputStream().readAllBytes();
        CRC32 sum = new CRC32();
        sum.update(content);
        response.getWriter().print(content.length + " " + sum.getValue());
    }

    private static void big(int size, HttpServletResponse response) throws IOException {
        byte[] part = new byte[8192];
        for (int i = 0; i < part.length; i++) part[i] = (byte) ('a' + i % 26);
        response.setContentLength(size);
        for (int left = size; left > 0; left -= part.length) {
            int count = Math.min(left, part.length);
            response.getOutputStream().write(part, 0, count);
            WRITTEN.addAndGet(count);
        }
    }

    private static void session(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Integer before = (Integer) request.getSession().getAttribute("count");
        int count = before == null ? 1 : before + 1;
        request.getSession().setAttribute("count", count);
        response.getWriter().print(count);
    }
}
