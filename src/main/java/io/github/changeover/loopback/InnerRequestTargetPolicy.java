package io.github.changeover.loopback;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides which targets an inner request may reach. No other class decides this. For the container, an inner request comes from its own
 * machine. It must therefore reach only the application with which the connection began, because another application may trust that
 * machine.
 *
 * <p>The checked target is the target that is sent: this class creates the target of every allowed request.
 */
final class InnerRequestTargetPolicy {
    /** The decision on a request. */
    sealed interface TargetDecision {
    }

    /** @param target the target for the request line */
    record Send(String target) implements TargetDecision {
    }

    /** The dispatcher itself responds, because the request is about the server as a whole and not about the application. */
    record RespondForServer() implements TargetDecision {
    }

    /** @param reason a sentence for the client */
    record Reject(int status, String reason) implements TargetDecision {
    }

    /**
     * A path that the container will map to an application.
     *
     * @param request the request of this path
     */
    record RequestedTarget(InnerRequest request, CanonicalPath path) {
    }

    private final String contextPath;
    private final Predicate<RequestedTarget> mapped;

    /**
     * @param contextPath the context path of the application, empty for the root
     * @param mapped      whether it is certain that the container passes the request to this application
     */
    InnerRequestTargetPolicy(String contextPath, Predicate<RequestedTarget> mapped) {
        this.contextPath = contextPath;
        this.mapped = mapped;
    }

    TargetDecision decide(InnerRequest request) {
        if (!isSameHost(request)) {
            return new Reject(421, "This connection serves only the host '" + request.origin().host() + "' that it was opened for: open another connection for this host.");
        }
        if (request.method().equals("TRACE") || request.method().equals("CONNECT")) {
            return new Reject(405, "The method " + request.method() + " is not supported inside a switched connection.");
        }
        if (request.isServerWide()) return new RespondForServer();
        Optional<CanonicalPath> path = CanonicalPath.parse(request.path());
        if (path.isEmpty()) {
            return new Reject(421, "The path '" + request.printablePath() + "' is ambiguous: write each character literally or percent-encoded once as UTF-8,"
                    + " without empty or dot segments, encoded slashes or semicolons, backslashes or control characters, and with parameters only in the last segment.");
        }
        if (!path.get().isWithin(contextPath) || !mapped.test(new RequestedTarget(request, path.get()))) {
            return new Reject(421, "The path '" + request.printablePath() + "' does not belong to the application at '" + contextPath
                    + "/' that this connection was opened for: open another connection for this path.");
        }
        return new Send(path.get().encoded() + request.query());
    }

    /** A connector may have several virtual hosts. The applications of another host are not this application. */
    private static boolean isSameHost(InnerRequest request) {
        return request.fields().values("Host").size() == 1 && request.fields().first("Host").get().equalsIgnoreCase(request.origin().host());
    }
}
