package io.github.changeover.dispatch;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides what an inner request may reach: the only place that does. To the container an inner request comes from its own machine, so it must reach no
 * application but the one that the connection began with: another one may trust that machine.
 *
 * <p>What is checked is what is sent: a request that is allowed has a target of this class's making.
 */
final class TargetPolicy {
    /** What becomes of a request. */
    sealed interface Decision {
    }

    /** @param target for the request line */
    record Send(String target) implements Decision {
    }

    /** Answered here: the request asks about the server as a whole, which is not the application's to answer. */
    record AnswerForTheServer() implements Decision {
    }

    /** @param reason a sentence for the client */
    record Refuse(int status, String reason) implements Decision {
    }

    /**
     * A path as the container is to map it.
     *
     * @param request the request whose path it is
     */
    record Asked(InnerRequest request, CanonicalPath path) {
    }

    private final String contextPath;
    private final Predicate<Asked> mapped;

    /**
     * @param contextPath the application's, empty for the root
     * @param mapped      whether it is certain that the container gives the request to this application
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

    /** One connector may have several virtual hosts: the applications of another one are not this application. */
    private static boolean isSameHost(InnerRequest request) {
        return request.fields().values("Host").size() == 1 && request.fields().first("Host").get().equalsIgnoreCase(request.origin().host());
    }
}
