/**
 * Keeps the content of a request and the response of the application until after the upgrade, so that the response can be sent over
 * the new protocol (RFC 9110 section 7.8).
 */
package io.github.changeover.servlet.capture;
