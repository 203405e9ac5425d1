/**
 * The counters in the metrics library that the application has: Micrometer, MicroProfile Metrics. Each is known to one class,
 * which is loaded where the library is.
 */
package io.github.changeover.meters;
