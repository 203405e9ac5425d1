/**
 * The switched connection: one callback at a time, ordered and bounded writes, pause and resume, idle timeout,
 * half-close, close, abort, drain. The adapter of a container provides a {@link io.github.changeover.connection.Transport}
 * and reports its events. This package calls the handler of the protocol as the SPI specifies.
 */
package io.github.changeover.connection;
