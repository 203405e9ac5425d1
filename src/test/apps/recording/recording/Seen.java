package recording;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Every request that this application has seen, with everything that shows where it comes from. */
final class Seen {
    /** A request with this field reads the record, and is not recorded. */
    static final String ASKS = "X-Record";
    private static final Queue<String> ALL = new ConcurrentLinkedQueue<>();

    private Seen() {
    }

    static boolean asks(ServletRequest request) {
        return ((HttpServletRequest) request).getHeader(ASKS) != null;
    }

    static void record(String who, ServletRequest request) {
        if (asks(request)) return;
        HttpServletRequest http = (HttpServletRequest) request;
        StringBuilder line = new StringBuilder(who).append(' ').append(http.getDispatcherType()).append(' ').append(http.getMethod()).append(' ').append(http.getRequestURI())
                .append(" remote=").append(http.getRemoteAddr()).append(':').append(http.getRemotePort());
        for (String name : Collections.list(http.getHeaderNames())) {
            line.append(" | ").append(name).append(": ").append(String.join(", ", Collections.list(http.getHeaders(name))));
        }
        ALL.add(line.toString());
    }

    /** Returns the record and clears it. */
    static String take() {
        StringBuilder text = new StringBuilder();
        for (String line = ALL.poll(); line != null; line = ALL.poll()) text.append(line).append('\n');
        return text.toString();
    }
}
