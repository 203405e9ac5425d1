package io.github.changeover.dispatch;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Sends requests to the connector that the switched connection came in by, as HTTP/1.1, with a mark that tells the application
 * where they really come from. One thread serves all of an application's, and none before the first.
 */
public final class LoopbackDispatcher implements StreamDispatcher {
    /** What tells the application where a request really comes from. */
    interface Mark extends AutoCloseable {
        /** Fields to add to the request. */
        Fields fields();

        /** It is good no longer. */
        @Override
        void close();
    }

    private final Function<Origin, Mark> marks;
    private final OwnPaths paths;
    private final Turnstile turnstile;
    private final Loop loop;

    /**
     * @param marks     makes a request's mark
     * @param paths     what may be asked for
     * @param turnstile for the requests; one that cannot wait is refused with 503
     */
    LoopbackDispatcher(Function<Origin, Mark> marks, OwnPaths paths, Turnstile turnstile, ClassLoader loader) {
        this.marks = marks;
        this.paths = paths;
        this.turnstile = turnstile;
        this.loop = new Loop(loader);
    }

    @Override
    public Sending dispatch(InnerRequest request, Answer answer) {
        Optional<String> elsewhere = sameHost(request) ? paths.objection(request.path())
                : Optional.of("This connection serves only the host that it began with: open another one for this host.");
        if (elsewhere.isPresent()) return refuse(answer, 421, elsewhere.get());
        if (request.method().equals("TRACE") || request.method().equals("CONNECT")) return refuse(answer, 405, "This method is not for here.");
        Entry entry = new Entry(request, answer);
        if (turnstile.enter(entry)) return entry.exchange;
        entry.mark.close();
        return refuse(answer, 503, "Too many requests wait already: try again later (changeover.dispatch.max).");
    }

    /** One request's way through the turnstile. */
    private final class Entry implements Runnable {
        private final Mark mark;
        private final Exchange exchange;

        Entry(InnerRequest request, Answer answer) {
            mark = marks.apply(request.origin());
            exchange = new Exchange(loop, request, mark.fields(), answer, this::leave);
        }

        @Override
        public void run() {
            if (!loop.execute(exchange::begin)) exchange.refuse();
        }

        private void leave() {
            mark.close();
            turnstile.leave(this);
        }
    }

    private static Sending refuse(Answer answer, int status, String reason) {
        answer.failed(status, reason);
        return Sending.NOWHERE;
    }

    /** One connector may have several virtual hosts: another one's applications are not ours. */
    private static boolean sameHost(InnerRequest request) {
        UpgradeRequest switched = request.origin().switched();
        return request.fields().values("Host").size() == 1
                && request.fields().first("Host").get().equalsIgnoreCase(switched.fields().first("Host").orElse(""));
    }

    @Override
    public void after(Duration time, Runnable task) {
        loop.after(time, task);
    }

    @Override
    public void close() {
        loop.close();
    }
}
