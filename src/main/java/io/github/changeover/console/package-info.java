/**
 * The console: a page at {@code /console} of an application, and the JSON behind it. Off unless it is switched on, and then open to
 * this machine only, or to one role.
 *
 * <p>{@link io.github.changeover.console.Console} starts it, {@link io.github.changeover.console.Access} says who may come in,
 * {@link io.github.changeover.console.ConsoleServlet} answers. What is shown and ordered goes through
 * {@link io.github.changeover.observe.Observatory}; deleting this package changes nothing elsewhere.
 */
package io.github.changeover.console;
