package io.github.changeover.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class run against the container that the build has chosen (system property changeover.test.container). It is started
 * once per JVM, with the packaged WAR at {@link #CONTEXT}. Test methods and constructors may have a parameter of type
 * {@link ContainerUnderTest}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(ContainerExtension.class)
public @interface OnContainer {
    String CONTEXT = "/changeover";
}
