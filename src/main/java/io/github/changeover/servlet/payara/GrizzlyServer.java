package io.github.changeover.servlet.payara;

import java.lang.reflect.Method;

/** The servers that use Grizzly, and what differs between them for this package. They are distinguished by the class of the container's request. */
enum GrizzlyServer {
    /** Payara 6 and 7. */
    PAYARA("getCoyoteRequest", "getHttp2Enabled", "the 101 has the container's own fields and reason phrase"),
    /** GlassFish 7. */
    GLASSFISH("getGrizzlyRequest", "isHttp2Enabled", "the 101 has the container's own fields and reason phrase; the container accepts invalid header lines");

    private final String requestGetter;
    private final String http2Getter;
    private final String deviations;

    GrizzlyServer(String requestGetter, String http2Getter, String deviations) {
        this.requestGetter = requestGetter;
        this.http2Getter = http2Getter;
        this.deviations = deviations;
    }

    /** @throws NoSuchMethodException if the class is that of another server */
    static GrizzlyServer of(Class<?> catalinaRequest) throws NoSuchMethodException {
        try {
            PAYARA.request(catalinaRequest);
            return PAYARA;
        } catch (NoSuchMethodException notPayara) {
            GLASSFISH.request(catalinaRequest);
            return GLASSFISH;
        }
    }

    /** Returns the method of the container's request class that returns Grizzly's request. */
    Method request(Class<?> catalinaRequest) throws NoSuchMethodException {
        return catalinaRequest.getMethod(requestGetter);
    }

    /** Returns the method of the configuration that tells whether HTTP/2 is enabled. */
    String http2Getter() {
        return http2Getter;
    }

    String deviations() {
        return deviations;
    }
}
