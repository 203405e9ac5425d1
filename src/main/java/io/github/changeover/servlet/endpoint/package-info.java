/** What is offered on which path: made from programs, annotated classes and settings; and the instances of handlers. */
package io.github.changeover.servlet.endpoint;
