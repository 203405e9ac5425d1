package original;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A servlet that responds in every possible way, at {@code /page/HOW}. The requests are counted by {@code ?key=}. */
@WebServlet(urlPatterns = "/page/*", asyncSupported = true)
@MultipartConfig
public final class Pages extends HttpServlet {
    private static final ConcurrentMap<String, AtomicInteger> COUNTS = new ConcurrentHashMap<>();

    static void count(HttpServletRequest request) {
        String query = request.getQueryString();
        if (query != null) COUNTS.computeIfAbsent(query, key -> new AtomicInteger()).incrementAndGet();
    }

    /** {@code /count?KEY} returns the number of requests. */
    @WebServlet("/count")
    public static final class Count extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            AtomicInteger count = COUNTS.get(request.getQueryString());
            response.getWriter().print(count == null ? 0 : count.get());
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        doGet(request, response);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        count(request);
        Object included = request.getAttribute("jakarta.servlet.include.path_info");
        switch ((included == null ? request.getPathInfo() : included.toString()).substring(1)) {
            case "writer" -> {
                response.setContentType("text/plain;charset=utf-8");
                response.getWriter().print("written: é€");
            }
            case "stream" -> {
                response.setContentType("application/octet-stream");
                byte[] bytes = new byte[256];
                for (int i = 0; i < 256; i++) bytes[i] = (byte) i;
                response.setContentLength(bytes.length);
                response.getOutputStream().write(bytes);
            }
            case "nothing" -> response.setStatus(200);
            case "flushed" -> flushed(response);
            case "closed" -> {
                response.setContentType("text/plain");
                PrintWriter writer = response.getWriter();
                writer.print("all");
                writer.close();
                writer.print(" too late");
            }
            case "error" -> {
                response.getOutputStream().print("dropped");
                response.sendError(404, "no such page");
            }
            case "redirect" -> response.sendRedirect("elsewhere?a=b");
            case "no-content" -> {
                response.setHeader("X-Own", "yes");
                response.setStatus(204);
                response.getWriter().print("dropped");
            }
            case "not-modified" -> {
                response.setHeader("ETag", "\"tag\"");
                response.setStatus(304);
            }
            case "cookies" -> {
                response.addCookie(new Cookie("first", "1"));
                response.addCookie(new Cookie("second", "2"));
                response.addHeader("Set-Cookie", "third=3; Path=/");
            }
            case "session" -> {
                request.getSession().setAttribute("name", "value");
                response.getWriter().print(request.getSession(false) != null);
            }
            case "forward" -> request.getRequestDispatcher("/page/stream?" + request.getQueryString() + "-forwarded").forward(request, response);
            case "forward-file" -> request.getRequestDispatcher("/file.txt").forward(request, response);
            case "include" -> {
                response.setContentType("text/plain");
                response.getWriter().print("before ");
                request.getRequestDispatcher("/page/included").include(request, response);
                response.getWriter().print(" after");
            }
            case "included" -> response.getWriter().print("within");
            case "large" -> large(response);
            case "async" -> async(request, response);
            case "exception" -> {
                response.getWriter().print("half an ans");
                throw new ServletException("a page that fails");
            }
            case "hop" -> {
                response.setHeader("Connection", "X-Mine, close");
                response.setHeader("X-Mine", "for this hop");
                response.setHeader("Keep-Alive", "timeout=7");
                response.setHeader("X-Yours", "for the end");
                response.getWriter().print("hop");
            }
            case "request" -> request(request, response);
            case "content" -> content(request, response);
            default -> throw new ServletException("no such way: " + request.getPathInfo());
        }
    }

    private static void flushed(HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        PrintWriter writer = response.getWriter();
        writer.print("one ");
        writer.flush();
        response.flushBuffer();
        response.setStatus(500);
        response.setHeader("X-Late", "ignored");
        writer.print("two, committed " + response.isCommitted());
    }

    private static void large(HttpServletResponse response) throws IOException {
        response.setContentType("application/octet-stream");
        response.setHeader("X-Own", "yes");
        OutputStream output = response.getOutputStream();
        for (int i = 0; i < 300; i++) output.write(new byte[1000]);
    }

    private static void async(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print("begun ");
        AsyncContext context = request.startAsync();
        new Thread(() -> {
            try {
                Thread.sleep(50);
                context.getResponse().getWriter().print("ended");
            } catch (IOException | InterruptedException failure) {
                throw new IllegalStateException(failure);
            } finally {
                context.complete();
            }
        }).start();
    }

    /** Responds with the header fields that are left in the request. */
    private static void request(HttpServletRequest request, HttpServletResponse response) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String name : new TreeSet<>(Collections.list(request.getHeaderNames()))) {
            seen.append(name.toLowerCase(java.util.Locale.ROOT)).append(' ').append(Collections.list(request.getHeaders(name))).append('\n');
        }
        for (String name : List.of("Upgrade", "Connection", "HTTP2-Settings", "X-Secret", "Keep-Alive")) {
            seen.append(request.getHeader(name)).append(request.getHeaders(name).hasMoreElements()).append(' ');
        }
        response.getOutputStream().write(seen.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void content(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        String type = String.valueOf(request.getContentType());
        StringBuilder seen = new StringBuilder(request.getMethod()).append(' ').append(request.getContentLength()).append(' ');
        if (type.startsWith("application/x-www-form-urlencoded")) {
            seen.append(request.getParameter("a")).append(' ').append(request.getParameterValues("q").length);
        } else if (type.startsWith("multipart/")) {
            for (Part part : request.getParts()) seen.append(part.getName()).append(' ').append(part.getSize()).append(' ');
        } else if (type.startsWith("text/")) {
            seen.append(request.getReader().readLine());
        } else {
            long sum = 0;
            int count = 0;
            for (byte b : request.getInputStream().readAllBytes()) {
                sum = sum * 31 + b;
                count++;
            }
            seen.append(count).append(' ').append(sum);
        }
        response.setContentType("text/plain;charset=utf-8");
        response.getOutputStream().write(seen.toString().getBytes(StandardCharsets.UTF_8));
    }
}
