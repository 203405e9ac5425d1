package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.function.Supplier;

/** The container's request whose offer this thread is deciding on, for protocols that need more of it than its snapshot. Internal. */
public final class RequestAtHand {
    private static final ThreadLocal<HttpServletRequest> CURRENT = new ThreadLocal<>();

    private RequestAtHand() {
    }

    /** Valid until the protocol's {@code negotiate} returns; empty outside. */
    public static Optional<HttpServletRequest> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /**
     * In {@code negotiate}, for what a protocol has taken for a switch that it agrees to.
     *
     * @param giveBack runs once, on any thread: when the connection's socket is closed, or, where no switch comes about, when the request has been answered; here
     *                 where none can come about
     */
    public static void hold(Runnable giveBack) {
        Optional<Exchange> exchange = current().flatMap(Exchange::of);
        if (exchange.isPresent()) exchange.get().hold(giveBack);
        else giveBack.run();
    }

    /** The path within the application, as the rules of paths see it. */
    public static String path(HttpServletRequest request) {
        return Snapshot.path(request);
    }

    static <T> T during(HttpServletRequest request, Supplier<T> decision) {
        CURRENT.set(request);
        try {
            return decision.get();
        } finally {
            CURRENT.remove();
        }
    }
}
