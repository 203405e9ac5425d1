package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import java.util.List;

/** The permitted differences between containers. docs/containers.md lists each of them with the test that checks it. */
final class ContainerDifferences {
    private ContainerDifferences() {
    }

    /** The head of a 101 response to a simple request, as a regular expression for all its bytes. */
    static String head101(ContainerUnderTest container, String upgrade) {
        return container.isGrizzly()
                ? "HTTP/1\\.1 101 Web Socket Protocol Handshake\r\nServer: [^\r\n]+\r\n(X-Powered-By: [^\r\n]+\r\n)?Upgrade: " + upgrade
                        + "\r\nConnection: Upgrade\r\n" + (container.isGlassFish() ? "" : "X-Frame-Options: SAMEORIGIN\r\n") + "\r\n"
                : container.isUndertow() ? "HTTP/1\\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + "\r\nDate: [^\r\n]+ GMT\r\n\r\n"
                : container.isJetty() ? "HTTP/1\\.1 101 Switching Protocols\r\nServer: Jetty[^\r\n]+\r\nDate: [^\r\n]+ GMT\r\nUpgrade: " + upgrade + "\r\nConnection: Upgrade\r\n\r\n"
                : "HTTP/1\\.1 101 \r\nUpgrade: " + upgrade + "\r\nConnection: Upgrade\r\nDate: [^\r\n]+ GMT\r\n\r\n";
    }

    /** The header fields that a container itself adds to a 101 response. Jetty adds Expires with a cookie. */
    static List<String> fieldsAddedTo101(ContainerUnderTest container) {
        if (container.isJetty()) return List.of("Server", "Date", "Expires");
        return container.isGrizzly() ? List.of("Server", "X-Powered-By", "X-Frame-Options") : List.of("Date");
    }

    /** Whether bytes are lost that arrive over TLS in one read with the client's close_notify: on Tomcat's servlet edge. */
    static boolean losesBytesAtCloseNotify(ContainerUnderTest container) {
        return container.name().equals("tomcat11-servlet");
    }

    /**
     * Whether what a handler sends after the client's close_notify is lost: before TLS 1.3 on Undertow. WildFly has TLS 1.2 unless configured otherwise; the other containers under test
     * have TLS 1.3.
     */
    static boolean endsOutputAtCloseNotify(ContainerUnderTest container) {
        return container.name().startsWith("wildfly");
    }

    /** Whether the container requests a login if code of the application asks for it and no constraint of web.xml does. WildFly does not. */
    static boolean requestsLogin(ContainerUnderTest container) {
        return !container.name().startsWith("wildfly");
    }

    /** Whether cookies are sent in the order in which filters have added them. */
    static boolean keepsOrderOfCookies(ContainerUnderTest container) {
        return !container.isUndertow();
    }

    /** Whether a server without memory waits for the client's Close frame. On Tomcat's servlet edge, which has no half-close, it may close before. */
    static boolean waitsForCloseFrame(ContainerUnderTest container) {
        return !container.name().equals("tomcat11-servlet");
    }

    /** Whether a response of an application has a Date field. On Payara it has none. */
    static boolean sendsDate(ContainerUnderTest container) {
        return !container.isGrizzly();
    }

    /** The status for a field value with a byte above 127, which RFC 9110 section 5.5 allows. */
    static int statusOf8BitValue(ContainerUnderTest container) {
        return container.isGrizzly() && !container.isGlassFish() ? 400 : 101;
    }

    /** The status for a field line that RFC 9112 section 5 does not allow. GlassFish does not reject it; the request is not upgraded. */
    static int statusOfInvalidFieldLine(ContainerUnderTest container) {
        return container.isGlassFish() ? 200 : 400;
    }

    /** Whether the container finds classes with {@code @WebServlet} in a JAR of the application. Embedded GlassFish finds them in WEB-INF/classes only. */
    static boolean findsAnnotatedServletsInLibraries(ContainerUnderTest container) {
        return !container.isGlassFish();
    }

    /** The status for an empty Host, which is allowed if the target has no authority. Payara itself responds to such a request. */
    static int statusOfEmptyHost(ContainerUnderTest container) {
        return container.isGrizzly() ? 200 : 101;
    }

    /** The status for an application without a login-config. Payara requests a login for its default realm anyway. */
    static int statusWithoutLogin(ContainerUnderTest container) {
        return container.isGrizzly() ? 401 : 403;
    }

    /** The status for a Host with an invalid port. Payara itself responds to such a request, with an empty response. */
    static int statusOfBrokenPort(ContainerUnderTest container) {
        return container.isGrizzly() ? 200 : 400;
    }

    /** The statuses for a malformed path. Payara itself responds to malformed percent-encoding, with an empty response. */
    static List<Integer> statusesOfHostilePath(ContainerUnderTest container) {
        return container.isGrizzly() ? List.of(200, 400, 404) : List.of(400, 404);
    }

    /**
     * Whether an empty line before the request is skipped. On Payara, the application sees it as part of the method, and no protocol is offered for
     * that method.
     */
    static boolean skipsEmptyLine(ContainerUnderTest container) {
        return !container.isGrizzly();
    }

    /** Whether invalid bytes at the start of a request are rejected at once. Payara accepts any bytes as the method, and waits for the end of the head. */
    static boolean rejectsInvalidRequestBytes(ContainerUnderTest container) {
        return !container.isGrizzly();
    }

    /** Whether HTTP/1.0 gets a 100 (Continue). Payara sends it to a request with Upgrade before a filter runs. */
    static boolean sends100ToHttp10(ContainerUnderTest container) {
        return container.isGrizzly();
    }

    /**
     * Whether the next request may be lost. If a read listener on Payara requests more bytes after the end of the content, Payara reads on while the
     * request is in progress.
     */
    static boolean losesTheNextRequest(ContainerUnderTest container) {
        return container.isGrizzly();
    }

    /** Whether content of GET, HEAD and DELETE is accepted. Payara rejects it, except in a request with Upgrade. */
    static boolean acceptsContentOfGet(ContainerUnderTest container) {
        return !container.isGrizzly();
    }

    /**
     * Whether a request with chunked content and {@code Connection: close} stays HTTP. Tomcat reports a message with two framings in the same form, so
     * neither is switched.
     */
    static boolean rejectsChunksWithConnectionClose(ContainerUnderTest container) {
        return container.isTomcat();
    }

    /** Whether a Content-Length before Transfer-Encoding is ignored. Payara removes it while it parses the head, so the message has chunked content. */
    static boolean ignoresALengthBeforeChunked(ContainerUnderTest container) {
        return container.isGrizzly();
    }

    /** The status for CONNECT, which never reaches an application. */
    static int statusOfConnect(ContainerUnderTest container) {
        return container.isGrizzly() ? 400 : 501;
    }

    /** Whether the container closes the connection after this status, whatever the response contains. Undertow never does. */
    static boolean closesAfter(ContainerUnderTest container, int status) {
        return !container.isUndertow() && List.of(400, 408, 411, 413, 414, 500, 501, 503).contains(status);
    }
}
