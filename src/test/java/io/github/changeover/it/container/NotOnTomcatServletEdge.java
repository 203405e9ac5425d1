package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Runs everywhere but on Tomcat through the servlet edge, which cannot do this (docs/containers.md). The build leaves it out elsewhere, so that it never counts as skipped. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("not-tomcat-servlet-edge")
public @interface NotOnTomcatServletEdge {
}
