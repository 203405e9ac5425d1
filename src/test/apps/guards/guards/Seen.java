package guards;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The filters and handlers that have got a request, in order, by the {@code key} of the query. */
@WebServlet("/seen")
public final class Seen extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<String, List<String>> LISTS = new ConcurrentHashMap<>();

    static void add(String query, String who) {
        LISTS.compute(parameter(query, "key"), (key, before) -> {
            List<String> list = before == null ? new ArrayList<>() : new ArrayList<>(before);
            list.add(who);
            return list;
        });
    }

    static String parameter(String query, String name) {
        for (String pair : query == null ? new String[0] : query.split("&")) {
            if (pair.startsWith(name + "=")) return pair.substring(name.length() + 1);
        }
        return "";
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print(String.join(",", LISTS.getOrDefault(request.getParameter("of"), List.of())));
    }
}
