/**
 * The endpoints of the WAR: three small protocols, the pages behind them, and nothing that the JAR needs.
 *
 * <p>Each protocol is one class that decides and one {@link io.github.changeover.spi.ConnectionHandler.Events
 * handler} that speaks. None holds more than a part of a line or frame, and none reads on while its
 * peer does not take the echo.
 */
package io.github.changeover.demo;
