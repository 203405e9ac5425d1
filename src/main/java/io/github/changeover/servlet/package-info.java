/**
 * Integration with the Servlet API: two filters around those of the application, the snapshot of a request, the switch in the only order that works
 * on every container, and the start and end of all parts. Negotiation and connections do not depend on this package. Code for a specific container is
 * in {@code io.github.changeover.servlet.container}.
 */
package io.github.changeover.servlet;
