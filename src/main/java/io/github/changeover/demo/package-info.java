/**
 * The endpoints of the WAR: three small protocols and their pages. The JAR does not need them.
 *
 * <p>Each protocol consists of one class that decides and one {@link io.github.changeover.spi.ConnectionHandler.Events handler} that
 * implements it. A handler stores at most one partial line or frame, and stops reading while its peer does not read the echo.
 */
package io.github.changeover.demo;
