/**
 * The switched connection: serial callbacks, ordered and bounded writes, pause and resume, idle time,
 * half-close, one close, eviction, drain. An edge gives it a {@link io.github.changeover.connection.Transport}
 * and tells it what happened; it gives the protocol's handler what the SPI promises.
 */
package io.github.changeover.connection;
