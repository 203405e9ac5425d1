package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Shows nothing on an embedded Tomcat. The build excludes it there, so that it never counts as skipped. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("not-embedded-tomcat")
public @interface NotOnEmbeddedTomcat {
}
