/**
 * Between a servlet container and a connection: the adapter interface that each container implements, and the transport over the
 * non-blocking streams of the Servlet API.
 */
package io.github.changeover.servlet.adapter;
