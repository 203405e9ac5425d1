package io.github.changeover.dispatch;

import io.github.changeover.spi.Fields;
import java.time.Duration;
import java.util.function.Function;

/**
 * Sends requests to the connector that the switched connection came in by, as HTTP/1.1, with a mark that tells the application
 * where they really come from. One thread serves all of an application's, and none before the first.
 */
public final class LoopbackDispatcher implements StreamDispatcher {
    /** What tells the application where a request really comes from. From any thread. */
    interface Mark extends AutoCloseable {
        /** Fields to add to the request. */
        Fields fields();

        /** The local port of the connection that the request is sent on. Called before it is sent. */
        void sentFrom(int port);

        /** Whether the application has the request. */
        boolean arrived();

        /** Whether an answer to a request that has not arrived is somebody else's. */
        boolean mustArrive();

        /** The mark is not good any more. */
        @Override
        void close();
    }

    /**
     * How slow a client may be.
     *
     * @param stall   a period of time
     * @param minimum bytes that a client has to send, or to take, in every such period
     */
    public record Progress(Duration stall, int minimum) {
        /** Time that a client has to take so many bytes. */
        public Duration toTake(long bytes) {
            return stall.multipliedBy(1 + (bytes + minimum - 1) / minimum);
        }
    }

    private final Function<Origin, Mark> marks;
    private final TargetPolicy targets;
    private final ConcurrencyLimiter limiter;
    private final Progress progress;
    private final ConnectorLoop loop;

    /**
     * @param marks    makes a request's mark
     * @param targets  what may be asked for
     * @param limiter  for the requests; one that cannot wait is refused with 503
     * @param progress of clients, in sending content and in taking answers
     */
    LoopbackDispatcher(Function<Origin, Mark> marks, TargetPolicy targets, ConcurrencyLimiter limiter, Progress progress, ClassLoader loader) {
        this.marks = marks;
        this.targets = targets;
        this.limiter = limiter;
        this.progress = progress;
        this.loop = new ConnectorLoop(loader);
    }

    @Override
    public Sending dispatch(InnerRequest request, Answer answer) {
        TargetPolicy.Decision decision = targets.decide(request);
        if (decision instanceof TargetPolicy.Refuse refused) return refuse(answer, refused.status(), refused.reason());
        if (decision instanceof TargetPolicy.AnswerForTheServer) {
            answer.head(200, Fields.of("Content-Length", "0"), true);
            return Sending.NOWHERE;
        }
        Entry entry = new Entry(request, ((TargetPolicy.Send) decision).target(), answer);
        if (limiter.enter(request.origin(), entry)) return entry.exchange;
        entry.mark.close();
        return refuse(answer, 503, "Too many requests wait already: try again later (changeover.dispatch.max).");
    }

    /** One request's way through the limiter. */
    private final class Entry implements Runnable {
        private final Origin origin;
        private final Mark mark;
        private final ConnectorExchange exchange;

        Entry(InnerRequest request, String target, Answer answer) {
            origin = request.origin();
            mark = marks.apply(origin);
            exchange = new ConnectorExchange(loop, request, target, mark, progress, answer, this::leave);
        }

        @Override
        public void run() {
            if (!loop.execute(exchange::begin)) exchange.refuse();
        }

        private void leave() {
            mark.close();
            limiter.leave(origin, this);
        }
    }

    private static Sending refuse(Answer answer, int status, String reason) {
        answer.failed(status, reason);
        return Sending.NOWHERE;
    }

    @Override
    public Timer after(Duration time, Runnable task) {
        return loop.after(time, task);
    }

    @Override
    public void close() {
        loop.close();
    }
}
