package io.github.changeover.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/** Adds an {@link UpgradeClient} to the application context of a {@code @SpringBootTest} with a web server ({@code RANDOM_PORT} or {@code DEFINED_PORT}). */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Import(UpgradeClient.class)
public @interface AutoConfigureUpgradeClient {
}
