package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Does not depend on the version of Tomcat or on its edge: runs on Tomcat 11 and on the other containers. The build excludes it elsewhere, so that it
 * never counts as skipped.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("once-on-tomcat")
public @interface OnceOnTomcat {
}
