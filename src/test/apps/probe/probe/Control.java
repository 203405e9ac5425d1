package probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.changeover.spi.SwitchedConnection;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Calls a connection from a thread that is not its event thread: {@code /control?key=K&do=close}. */
@WebServlet(urlPatterns = "/control", asyncSupported = true)
public final class Control extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<String, SwitchedConnection> KEPT = new ConcurrentHashMap<>();

    static void keep(String key, SwitchedConnection connection) {
        KEPT.put(key, connection);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        SwitchedConnection connection = KEPT.get(request.getParameter("key"));
        String answer = act(connection, request.getParameter("do"), request.getParameter("text"));
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().print(answer);
    }

    private static String act(SwitchedConnection connection, String what, String text) {
        switch (what) {
            case "send" -> {
                return "more " + connection.send(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
            }
            case "fill" -> {
                // Sends until bytes wait and continue to wait: the kernel may accept some more after the first {@code false}.
                do {
                    while (connection.send(ByteBuffer.allocate(1 << 16))) Thread.onSpinWait();
                    LockSupport.parkNanos(200_000_000);
                } while (connection.queued() == 0);
            }
            case "close" -> connection.close();
            case "abort" -> connection.abort();
            case "resume" -> connection.resume();
            case "endOutput" -> connection.endOutput();
            case "queued" -> {
                return Long.toString(connection.queued());
            }
            case "execute" -> connection.execute(() -> connection.send(ByteBuffer.wrap(text.getBytes(ISO_8859_1))));
            default -> throw new IllegalArgumentException(what);
        }
        return "done";
    }
}
