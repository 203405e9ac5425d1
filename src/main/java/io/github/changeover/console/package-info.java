/**
 * The console: a page at {@code /console} of an application, and the JSON that the page uses. Disabled by default. If enabled, it is
 * accessible from this machine only, or for one role.
 *
 * <p>{@link io.github.changeover.console.Console} starts it, {@link io.github.changeover.console.ConsoleAccess} checks the access, and
 * {@link io.github.changeover.console.ConsoleServlet} serves the requests. All data and commands go through
 * {@link io.github.changeover.management.UpgradeManagement}. No other package depends on this one.
 */
package io.github.changeover.console;
