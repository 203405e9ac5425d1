package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.adapter.RequestRepair;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Tomcat serves a request with {@code Upgrade} as any other request. It only hides that a message had two framings. */
final class TomcatRequestRepair implements RequestRepair {
    private final TomcatProcessors processors;

    TomcatRequestRepair(TomcatProcessors processors) {
        this.processors = processors;
    }

    /**
     * Tomcat removes the Content-Length of a message that also has Transfer-Encoding, and then closes the connection; nothing else of it is visible. A
     * {@code close} from the client and the last request of a connection look the same.
     */
    @Override
    public boolean hadTwoFramings(HttpServletRequest request) {
        return request.getHeader("Transfer-Encoding") != null && processors.willClose(request);
    }

    /** Only for HTTP/1.1: in HTTP/2 the timeout would apply to all streams of the connection. */
    @Override
    public ReadTimeout readTimeout(HttpServletRequest request) {
        SocketWrapperBase<?> socket = request.getProtocol().equals("HTTP/1.1") ? processors.socket(request) : null;
        if (socket == null) return ReadTimeout.FIXED;
        long original = socket.getReadTimeout();
        return new ReadTimeout() {
            @Override
            public void set(long millis) {
                socket.setReadTimeout(millis);
            }

            @Override
            public void restore() {
                socket.setReadTimeout(original);
            }
        };
    }
}
