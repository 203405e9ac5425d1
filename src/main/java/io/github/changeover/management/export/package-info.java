/**
 * Publishes the counters in the metrics library of the application: Micrometer or MicroProfile Metrics. Only one class depends on each
 * library. It is loaded only if that library is present.
 */
package io.github.changeover.management.export;
