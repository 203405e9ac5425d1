package docker;

import io.github.changeover.Changeover;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of Docker's API that {@code docker exec} uses, with one container, {@code box}, in which one program runs: cat. At its end, it writes
 * the number of received bytes to its error output.
 */
@WebServlet("/*")
public final class Api extends HttpServlet {
    static final String VERSION = "1.47";
    private static final Pattern WAY = Pattern.compile("(?:/v[0-9.]+)?(/.*)");
    private static final Pattern EXEC = Pattern.compile("/exec/(\\w+)/json");
    private static final String ID = "b0".repeat(32);
    private final AtomicInteger execs = new AtomicInteger();

    /** The executions that have ended. This servlet assigns their ids. */
    static final Set<String> ENDED = ConcurrentHashMap.newKeySet();

    /** Offers {@code tcp} where the client requests it. */
    @WebListener
    public static final class Offer implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
            ServletContext context = event.getServletContext();
            Changeover.of(context).path("/{version}/exec/{id}/start").offer(new Exec());
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Api-Version", VERSION);
        response.setHeader("Ostype", "linux");
        Matcher way = WAY.matcher(request.getPathInfo());
        String path = way.matches() ? way.group(1) : "";
        Matcher exec = EXEC.matcher(path);
        if (path.equals("/_ping")) {
            answer(response, 200, "text/plain", "OK");
        } else if (path.equals("/version")) {
            answer(response, 200, "application/json", "{\"Version\":\"27.0.0\",\"ApiVersion\":\"" + VERSION + "\",\"MinAPIVersion\":\"1.24\",\"Os\":\"linux\",\"Arch\":\"amd64\"}");
        } else if (path.equals("/containers/box/json")) {
            answer(response, 200, "application/json", "{\"Id\":\"" + ID + "\",\"Name\":\"/box\",\"State\":{\"Status\":\"running\",\"Running\":true},\"Config\":{\"Tty\":false}}");
        } else if (path.matches("/containers/(box|" + ID + ")/exec") && request.getMethod().equals("POST")) {
            request.getInputStream().readAllBytes();
            answer(response, 201, "application/json", "{\"Id\":\"e" + execs.incrementAndGet() + "\"}");
        } else if (exec.matches()) {
            boolean ended = ENDED.contains(exec.group(1));
            answer(response, 200, "application/json", "{\"ID\":\"" + exec.group(1) + "\",\"ContainerID\":\"" + ID + "\",\"Running\":" + !ended + ",\"ExitCode\":" + (ended ? 7 : 0) + "}");
        } else {
            answer(response, 404, "application/json", "{\"message\":\"no such thing: " + request.getMethod() + " " + path + "\"}");
        }
    }

    private static void answer(HttpServletResponse response, int status, String type, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
