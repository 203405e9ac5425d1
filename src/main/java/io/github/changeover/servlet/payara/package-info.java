/** The adapter for Payara and GlassFish, on Grizzly. Nothing imports this package: {@code ServiceLoader} finds it. */
package io.github.changeover.servlet.payara;
