package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.function.Supplier;

/** The container's request that this thread is negotiating, for protocols that need more than the {@link io.github.changeover.spi.UpgradeRequest}. Internal. */
public final class CurrentRequest {
    private static final ThreadLocal<HttpServletRequest> CURRENT = new ThreadLocal<>();

    private CurrentRequest() {
    }

    /** Returns the request; empty outside a negotiation. It is valid until {@code negotiate} of the protocol returns. */
    public static Optional<HttpServletRequest> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /**
     * Registers the release of a resource that a protocol has reserved for a switch. Must be called in {@code negotiate}.
     *
     * @param release runs once, on any thread: when the socket of the connection is closed; if no switch takes place, at the latest when the filters
     *                 have returned; if no switch is possible, in this call
     */
    public static void onSocketClosed(Runnable release) {
        Optional<UpgradeAttempt> attempt = current().flatMap(UpgradeAttempt::of);
        if (attempt.isPresent()) attempt.get().hold(release);
        else release.run();
    }

    /** Returns the path within the application, as the path rules use it. */
    public static String path(HttpServletRequest request) {
        return UpgradeRequestReader.path(request);
    }

    static <T> T callWith(HttpServletRequest request, Supplier<T> decision) {
        CURRENT.set(request);
        try {
            return decision.get();
        } finally {
            CURRENT.remove();
        }
    }
}
