package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import java.util.List;

/** Where containers differ and may: each difference stands in docs/containers.md with the test that asserts it. */
final class ContainerDifferences {
    private ContainerDifferences() {
    }

    /** The head of a 101 to a plain request, as a regular expression of all its bytes. */
    static String head101(ContainerUnderTest container, String upgrade) {
        return container.isPayara()
                ? "HTTP/1\\.1 101 Web Socket Protocol Handshake\r\nServer: [^\r\n]+\r\n(X-Powered-By: [^\r\n]+\r\n)?Upgrade: " + upgrade
                        + "\r\nConnection: Upgrade\r\nX-Frame-Options: SAMEORIGIN\r\n\r\n"
                : "HTTP/1\\.1 101 \r\nUpgrade: " + upgrade + "\r\nConnection: Upgrade\r\nDate: [^\r\n]+ GMT\r\n\r\n";
    }

    /** Fields that a container adds to a 101 by itself. */
    static List<String> fieldsAddedTo101(ContainerUnderTest container) {
        return container.isPayara() ? List.of("Server", "X-Powered-By", "X-Frame-Options") : List.of("Date");
    }

    /** Payara sends no Date with what an application answers. */
    static boolean sendsDate(ContainerUnderTest container) {
        return !container.isPayara();
    }

    /** A field value with a byte above 127: RFC 9110 section 5.5 allows it. */
    static int statusOf8BitValue(ContainerUnderTest container) {
        return container.isPayara() ? 400 : 101;
    }

    /** An empty Host is allowed where the target has no authority; Payara answers such a request itself. */
    static int statusOfEmptyHost(ContainerUnderTest container) {
        return container.isPayara() ? 200 : 101;
    }

    /** An application without a login-config: Payara asks by its default realm all the same. */
    static int statusWithoutLogin(ContainerUnderTest container) {
        return container.isPayara() ? 401 : 403;
    }

    /** A Host with a port that is no number: Payara answers such a request itself, with nothing. */
    static int statusOfBrokenPort(ContainerUnderTest container) {
        return container.isPayara() ? 200 : 400;
    }

    /** A path that is malformed: Payara answers malformed percent-encoding itself, with nothing. */
    static List<Integer> statusesOfHostilePath(ContainerUnderTest container) {
        return container.isPayara() ? List.of(200, 400, 404) : List.of(400, 404);
    }

    /** The application sees the request's method with the empty line before it: no protocol is offered for that. */
    static boolean skipsEmptyLine(ContainerUnderTest container) {
        return !container.isPayara();
    }

    /** Payara takes whatever comes for a method, and waits for the head's end. */
    static boolean rejectsInvalidRequestBytes(ContainerUnderTest container) {
        return !container.isPayara();
    }

    /** A request with Upgrade has its 100 before a filter sees it, even of HTTP/1.0. */
    static boolean sends100ToHttp10(ContainerUnderTest container) {
        return container.isPayara();
    }

    /** Payara's listener that asks for more when all was read makes it read on, into the request in progress. */
    static boolean losesTheNextRequest(ContainerUnderTest container) {
        return container.isPayara();
    }

    /** Payara refuses content of GET, HEAD and DELETE; beside Upgrade it is taken. */
    static boolean acceptsContentOfGet(ContainerUnderTest container) {
        return !container.isPayara();
    }

    /** Tomcat shows a message framed twice as a chunked one before a close: neither is switched. */
    static boolean rejectsChunksWithConnectionClose(ContainerUnderTest container) {
        return container.isTomcat();
    }

    /** Payara takes a Content-Length that stands before Transfer-Encoding away while it parses the head: the message is a chunked one. */
    static boolean ignoresALengthBeforeChunked(ContainerUnderTest container) {
        return container.isPayara();
    }

    /** CONNECT never reaches an application. */
    static int statusOfConnect(ContainerUnderTest container) {
        return container.isPayara() ? 400 : 501;
    }

    /** Both containers close after these, whatever the answer says. */
    static boolean closesAfter(int status) {
        return List.of(400, 408, 411, 413, 414, 500, 501, 503).contains(status);
    }
}
