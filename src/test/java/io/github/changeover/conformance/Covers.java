package io.github.changeover.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The requirements that a test checks, by their ids: RFC9110-7.8-01, GEN-02 ... docs/conformance.md lists them. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Covers {
    String[] value();
}
