/**
 * The protocols that are offered on each path, from application code, annotated classes and settings. Also makes the
 * instances of handlers.
 */
package io.github.changeover.servlet.rules;
