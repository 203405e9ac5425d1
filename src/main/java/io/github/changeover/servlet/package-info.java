/**
 * The servlet edge: two filters around the application, the snapshot of a request, the switch itself in the one
 * order that works on every container, and the start and end of it all. Negotiation and the connection know
 * nothing of it. What one container needs stands in {@code io.github.changeover.servlet.container}.
 */
package io.github.changeover.servlet;
