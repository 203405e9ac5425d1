package io.github.changeover.dispatch;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final int most;
    private final Loop loop;
    private final AtomicInteger running = new AtomicInteger();

    /**
     * @param marks makes a request's mark
     * @param paths what may be asked for
     * @param most  requests at a time; one more is refused with 503
     */
    LoopbackDispatcher(Function<Origin, Mark> marks, OwnPaths paths, int most, ClassLoader loader) {
        this.marks = marks;
        this.paths = paths;
        this.most = most;
        this.loop = new Loop(loader);
    }

    @Override
    public Sending dispatch(InnerRequest request, Answer answer) {
        Optional<String> elsewhere = sameHost(request) ? paths.objection(request.path())
                : Optional.of("This connection serves only the host that it began with: open another one for this host.");
        if (elsewhere.isPresent()) return refuse(answer, 421, elsewhere.get());
        if (request.method().equals("TRACE") || request.method().equals("CONNECT")) return refuse(answer, 405, "This method is not for here.");
        if (running.incrementAndGet() > most) {
            running.decrementAndGet();
            return refuse(answer, 503, "Too many requests are under way: try again later (changeover.dispatch.max).");
        }
        Mark mark = marks.apply(request.origin());
        Runnable finished = () -> {
            mark.close();
            running.decrementAndGet();
        };
        Exchange exchange = new Exchange(loop, request, mark.fields(), answer, finished);
        if (loop.execute(exchange::begin)) return exchange;
        finished.run();
        return refuse(answer, 503, "The application is going.");
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
