package io.github.changeover.loopback;

import io.github.changeover.spi.Fields;
import java.time.Duration;
import java.util.function.Function;

/**
 * Sends requests as HTTP/1.1 to the connector on which the switched connection arrived. A mark identifies the real origin of each request
 * to the application. One thread serves all connections of an application. It starts with the first request.
 */
public final class LoopbackDispatcher implements StreamDispatcher {
    /** Identifies the real origin of a request to the application. May be used on any thread. */
    interface OriginMark extends AutoCloseable {
        /** Returns the fields to add to the request. */
        Fields fields();

        /** Sets the local port of the connection on which the request is sent. Called before the request is sent. */
        void sentFrom(int port);

        /** Returns whether the request has arrived at the application. */
        boolean arrived();

        /**
         * Returns whether the request always arrives before the application's response. In that case, a response to a request that has not
         * arrived comes from the container or from another application.
         */
        boolean mustArrive();

        /** Makes the mark invalid. */
        @Override
        void close();
    }

    /**
     * How slow a client may be.
     *
     * @param stall   the measured period
     * @param minimum the bytes that a client must send or receive in every such period
     */
    public record MinimumProgress(Duration stall, int minimum) {
        /** Returns the time within which a client must receive this many bytes. */
        public Duration maxTime(long bytes) {
            return stall.multipliedBy(1 + (bytes + minimum - 1) / minimum);
        }
    }

    private final Function<InnerRequestSource, OriginMark> marks;
    private final InnerRequestTargetPolicy targets;
    private final RequestConcurrencyLimiter limiter;
    private final MinimumProgress progress;
    private final ConnectorEventLoop loop;

    /**
     * @param marks    creates the mark of a request
     * @param targets  decides which targets are allowed
     * @param limiter  limits the requests; a request that can neither run nor wait is refused with 503
     * @param progress the required progress of clients when they send content and receive responses
     */
    LoopbackDispatcher(Function<InnerRequestSource, OriginMark> marks, InnerRequestTargetPolicy targets, RequestConcurrencyLimiter limiter, MinimumProgress progress, ClassLoader loader) {
        this.marks = marks;
        this.targets = targets;
        this.limiter = limiter;
        this.progress = progress;
        this.loop = new ConnectorEventLoop(loader);
    }

    @Override
    public RequestContent dispatch(InnerRequest request, ResponseReceiver answer) {
        InnerRequestTargetPolicy.TargetDecision decision = targets.decide(request);
        if (decision instanceof InnerRequestTargetPolicy.Reject refused) return reject(answer, refused.status(), refused.reason());
        if (decision instanceof InnerRequestTargetPolicy.RespondForServer) {
            answer.head(200, Fields.of("Content-Length", "0"), true);
            return RequestContent.DISCARD;
        }
        DispatchedRequest entry = new DispatchedRequest(request, ((InnerRequestTargetPolicy.Send) decision).target(), answer);
        if (limiter.enter(request.origin(), entry)) return entry.exchange;
        entry.mark.close();
        return reject(answer, 503, "Too many requests are waiting: try again later (changeover.dispatch.max).");
    }

    /** One request in the limiter. */
    private final class DispatchedRequest implements Runnable {
        private final InnerRequestSource origin;
        private final OriginMark mark;
        private final ConnectorExchange exchange;

        DispatchedRequest(InnerRequest request, String target, ResponseReceiver answer) {
            origin = request.origin();
            mark = marks.apply(origin);
            exchange = new ConnectorExchange(loop, request, target, mark, progress, answer, this::leave);
        }

        @Override
        public void run() {
            if (!loop.execute(exchange::begin)) exchange.rejectStopped();
        }

        private void leave() {
            mark.close();
            limiter.leave(origin, this);
        }
    }

    private static RequestContent reject(ResponseReceiver answer, int status, String reason) {
        answer.failed(status, reason);
        return RequestContent.DISCARD;
    }

    @Override
    public Timeout after(Duration time, Runnable task) {
        return loop.after(time, task);
    }

    @Override
    public void close() {
        loop.close();
    }
}
