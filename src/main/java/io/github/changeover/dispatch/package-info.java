/**
 * Requests that arrive inside a switched connection, served by the application as any other: they are sent to the container's own
 * connector as HTTP/1.1, so that filters, security constraints and sessions apply. Imports the SPI and Netty. Internal.
 */
package io.github.changeover.dispatch;
