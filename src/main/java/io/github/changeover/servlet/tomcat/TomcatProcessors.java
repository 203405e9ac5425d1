package io.github.changeover.servlet.tomcat;

import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.catalina.connector.Request;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * The HTTP processor and the socket of a request. Methods are called by the thread that serves the request. If an object cannot be accessed, they
 * return null or false. Must be loaded only if Tomcat's classes are available.
 */
final class TomcatProcessors {
    private final TomcatFacades facades = new TomcatFacades();
    private final Field processor = TomcatFacades.field(org.apache.coyote.Request.class, "hook");
    private final Field socket = TomcatFacades.field(AbstractProcessor.class, "socketWrapper");
    private final Field keepAlive = TomcatFacades.field(Class.forName("org.apache.coyote.http11.Http11Processor", false, Request.class.getClassLoader()), "keepAlive");

    /** @throws ReflectiveOperationException if a required field does not exist */
    TomcatProcessors() throws ReflectiveOperationException {
    }

    /** Returns Tomcat's request, or null. */
    Request request(HttpServletRequest request) throws ReflectiveOperationException {
        return facades.request(request);
    }

    private Object processor(HttpServletRequest request) throws ReflectiveOperationException {
        Request tomcats = request(request);
        return tomcats == null ? null : processor.get(tomcats.getCoyoteRequest());
    }

    /** Returns the connection of the request, or null. */
    SocketWrapperBase<?> socket(HttpServletRequest request) {
        try {
            return processor(request) instanceof AbstractProcessor http ? (SocketWrapperBase<?>) socket.get(http) : null;
        } catch (ReflectiveOperationException | RuntimeException inaccessible) {
            return null;
        }
    }

    /** Returns whether the request came over the NIO connector, whose sockets the native transport uses. */
    boolean overNio(HttpServletRequest request) {
        try {
            Request tomcats = request(request);
            return tomcats != null && tomcats.getConnector().getProtocolHandler() instanceof Http11NioProtocol;
        } catch (ReflectiveOperationException | RuntimeException inaccessible) {
            return false;
        }
    }

    /** Returns whether Tomcat closes the connection after the response. */
    boolean willClose(HttpServletRequest request) {
        try {
            Object http = processor(request);
            return isHttp11(http) && !keepAlive.getBoolean(http);
        } catch (ReflectiveOperationException | RuntimeException inaccessible) {
            return false;
        }
    }

    /** Makes Tomcat keep the connection open after the response. */
    void keepAlive(HttpServletRequest request) throws ReflectiveOperationException {
        Object http = processor(request);
        if (isHttp11(http)) keepAlive.setBoolean(http, true);
    }

    private boolean isHttp11(Object http) {
        return keepAlive.getDeclaringClass().isInstance(http);
    }

    /** Checks the buffers of Tomcat, and the socket without blocking. Bytes that this check reads are kept for the next reader. */
    boolean hasNoUnreadBytes(HttpServletRequest request) {
        try {
            if (!(processor(request) instanceof AbstractProcessor http)) return false;
            SocketWrapperBase<?> wrapper = (SocketWrapperBase<?>) socket.get(http);
            return wrapper != null && http.getLeftoverInput() == null && !wrapper.isReadyForRead();
        } catch (EOFException ended) {
            return true;
        } catch (IOException | ReflectiveOperationException | RuntimeException inaccessible) {
            return false;
        }
    }
}
