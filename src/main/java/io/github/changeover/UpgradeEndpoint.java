package io.github.changeover;

import io.github.changeover.spi.EarlyData;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Registers a {@link io.github.changeover.spi.ConnectionHandler} for a path. If a request for this path offers the protocol, the
 * connection is switched to it. Each connection has its own instance of the class. CDI injects the instance if CDI is available, and Spring makes it in a
 * Spring Boot application with Changeover's starter.
 *
 * <p>The class must be public. It must have a public constructor without parameters, unless a framework makes its instances.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface UpgradeEndpoint {
    /** The path within the application: {@code /lines}, {@code /lines/{room}} or {@code /lines/*}. */
    String value();

    /** The protocol as written in the header field {@code Upgrade}: {@code example/1}. */
    String protocol();

    /** Whether a request that is not upgraded is rejected, as with {@link PathOffer#required}. */
    boolean required() default false;

    /** The user needs one of these roles; empty if no role is needed. */
    String[] roles() default {};

    /** The request methods that are accepted; empty for any. */
    String[] methods() default "GET";

    /**
     * Whether the request may have content, as a {@code POST} request usually has. The whole content is read before the switch, within
     * the limit {@code changeover.content.max} and the time {@code changeover.negotiation.timeout}, and passed to
     * {@link io.github.changeover.spi.ConnectionHandler#prepare}. By default a request with content is not upgraded and stays ordinary HTTP.
     * If an endpoint for POST, PUT or PATCH does not allow content, a warning is logged at the start.
     */
    boolean content() default false;

    /** How bytes that arrive before the 101 are handled (RFC 9931). */
    EarlyData earlyData() default EarlyData.DELIVER;
}
