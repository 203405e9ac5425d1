/**
 * The adapter for Apache Tomcat, and the transport on its sockets. No other package imports this one: {@code ServiceLoader} finds
 * its classes.
 */
package io.github.changeover.servlet.tomcat;
