package io.github.changeover;

import io.github.changeover.spi.EarlyData;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Puts a {@link io.github.changeover.spi.ConnectionHandler} on a path: a request there that offers the protocol gets the
 * connection switched to it, with an instance of its own, injected by CDI where there is CDI.
 *
 * <p>The class is public, with a public constructor that takes nothing.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface UpgradeEndpoint {
    /** The path within the application: {@code /lines}, {@code /lines/{room}} or {@code /lines/*}. */
    String value();

    /** The protocol as it stands in {@code Upgrade}: {@code example/1}. */
    String protocol();

    /** Whether a request that does not switch is answered 426. */
    boolean required() default false;

    /** One of these roles is needed; empty for none. */
    String[] roles() default {};

    /** The methods a request may have; empty for any. */
    String[] methods() default "GET";

    /**
     * Whether the request may have content, as a {@code POST} mostly has. It is read whole before the switch, within
     * {@code changeover.content.max} and {@code changeover.negotiation.timeout}, and given to the handler's
     * {@link io.github.changeover.spi.ConnectionHandler#prepare}. By default a request with content stays ordinary HTTP; the log at
     * start warns of an endpoint for POST, PUT or PATCH that is left so.
     */
    boolean content() default false;

    /** What becomes of octets sent before the 101. */
    EarlyData earlyData() default EarlyData.DELIVER;
}
