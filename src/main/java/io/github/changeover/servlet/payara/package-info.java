/**
 * The adapter for Payara and GlassFish, on Grizzly. No other package imports this one: {@code ServiceLoader} finds its
 * classes.
 */
package io.github.changeover.servlet.payara;
