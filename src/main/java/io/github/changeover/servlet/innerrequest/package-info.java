/** Requests that arrive inside an upgraded connection, as the application sees them. */
package io.github.changeover.servlet.innerrequest;
