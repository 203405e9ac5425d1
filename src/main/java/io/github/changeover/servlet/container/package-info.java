/** One file for each container: what it does differently, and how that is mended. Nothing imports this package. */
package io.github.changeover.servlet.container;
