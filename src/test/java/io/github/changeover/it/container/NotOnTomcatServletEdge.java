package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Runs everywhere except on the servlet edge of Tomcat, which does not support this (docs/containers.md). The build excludes it elsewhere, so that it
 * never counts as skipped.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("not-tomcat-servlet-edge")
public @interface NotOnTomcatServletEdge {
}
