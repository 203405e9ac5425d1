/**
 * The application serves requests that arrive inside a switched connection like any other request. They are sent as HTTP/1.1 to the
 * container's own connector, so that filters, security constraints and sessions apply. Depends on the SPI and Netty. Internal.
 */
package io.github.changeover.loopback;
