/** The adapter for Jetty. No other package imports this one: {@code ServiceLoader} finds its classes. */
package io.github.changeover.servlet.jetty;
