/** Support for tests of Spring Boot applications. It needs {@code io.github.changeover:changeover:test-kit} in the scope {@code test}. */
package io.github.changeover.spring.test;
