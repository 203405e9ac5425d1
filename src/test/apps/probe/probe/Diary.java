package probe;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The events of a connection, over HTTP: {@code /events?key=K&await=closed} responds when an event that begins like this has happened, or
 * after five seconds with the events so far. With {@code add}, an event is added first.
 */
@WebServlet(urlPatterns = "/events", asyncSupported = true)
public final class Diary extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<String, List<String>> LISTS = new ConcurrentHashMap<>();
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Condition NEWS = LOCK.newCondition();

    static void add(String key, String event) {
        LOCK.lock();
        try {
            LISTS.computeIfAbsent(key, none -> new ArrayList<>()).add(event);
            NEWS.signalAll();
        } finally {
            LOCK.unlock();
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String key = request.getParameter("key");
        if (request.getParameter("add") != null) add(key, request.getParameter("add"));
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().print(String.join("\n", await(key, request.getParameter("await"))));
    }

    static List<String> await(String key, String awaited) {
        List<String> events = List.of();
        LOCK.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(5);
            do {
                events = List.copyOf(LISTS.getOrDefault(key, List.of()));
                if (awaited == null || events.stream().anyMatch(event -> event.startsWith(awaited))) break;
                left = NEWS.awaitNanos(left);
            } while (left > 0);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            LOCK.unlock();
        }
        return events;
    }
}
