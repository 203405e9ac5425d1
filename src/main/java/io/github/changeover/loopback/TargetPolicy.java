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
final class TargetPolicy {
    /** The decision on a request. */
    sealed interface Decision {
    }

    /** @param target the target for the request line */
    record Send(String target) implements Decision {
    }

    /** The dispatcher itself responds, because the request is about the server as a whole and not about the application. */
    record AnswerForTheServer() implements Decision {
    }

    /** @param reason a sentence for the client */
    record Refuse(int status, String reason) implements Decision {
    }

    /**
     * A path that the container will map to an application.
     *
     * @param request the request of this path
     */
    record Asked(InnerRequest request, CanonicalPath path) {
    }

    private final String contextPath;
    private final Predicate<Asked> mapped;

    /**
     * @param contextPath the context path of the application, empty for the root
     * @param mapped      whether it is certain that the container passes the request to this application
     */
    TargetPolicy(String contextPath, Predicate<Asked> mapped) {
        this.contextPath = contextPath;
        this.mapped = mapped;
    }

    Decision decide(InnerRequest request) {
        if (!isSameHost(request)) {
            return new Refuse(421, "This connection serves only the host '" + request.origin().host() + "' that it began with: open another connection for this host.");
        }
        if (request.method().equals("TRACE") || request.method().equals("CONNECT")) {
            return new Refuse(405, "The method " + request.method() + " is not supported inside a switched connection.");
        }
        if (request.isForTheServer()) return new AnswerForTheServer();
        Optional<CanonicalPath> path = CanonicalPath.parse(request.path());
        if (path.isEmpty()) {
            return new Refuse(421, "The path '" + request.shownPath() + "' could be taken for another one: write each character plainly or percent-encoded once as UTF-8,"
                    + " without empty or dot segments, encoded slashes or semicolons, backslashes and control characters, and with parameters in the last segment only.");
        }
        if (!path.get().isWithin(contextPath) || !mapped.test(new Asked(request, path.get()))) {
            return new Refuse(421, "The path '" + request.shownPath() + "' is not one of the application at '" + contextPath
                    + "/' that this connection began with: open another connection for this path.");
        }
        return new Send(path.get().encoded() + request.query());
    }

    /** A connector may have several virtual hosts. The applications of another host are not this application. */
    private static boolean isSameHost(InnerRequest request) {
        return request.fields().values("Host").size() == 1 && request.fields().first("Host").get().equalsIgnoreCase(request.origin().host());
    }
}
