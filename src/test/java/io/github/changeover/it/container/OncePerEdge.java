package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Depends on the edge, but not on the version of Tomcat or the JDK, nor on how the container was started: runs on Tomcat 11 through both edges and on
 * Payara. The build excludes it on Tomcat 10.1, on the newest JDK and on distributions, so that it never counts as skipped.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("once-per-edge")
public @interface OncePerEdge {
}
