/**
 * The two filters around the application, the start and the end of an application, and the upgrade itself in the one order that works
 * on every container. Negotiation and the connection do not depend on it. What one container needs is in
 * {@code io.github.changeover.servlet.tomcat} and {@code io.github.changeover.servlet.payara}.
 */
package io.github.changeover.servlet;
