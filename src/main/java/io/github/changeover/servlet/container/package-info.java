/** Adapters for the containers, one for each: the differences of the container and their workarounds. No other package imports this one. */
package io.github.changeover.servlet.container;
