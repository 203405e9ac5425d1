package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Needs several seconds on each container: {@code ./mvnw verify} runs it on Tomcat 11 only, {@code .ci/run} on every container. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("long-running")
public @interface LongRunning {
}
