/** The adapter for Apache Tomcat, and the transport on its sockets. Nothing imports this package: {@code ServiceLoader} finds it. */
package io.github.changeover.servlet.tomcat;
