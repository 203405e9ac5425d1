/**
 * The operator's view and operations: live connections, the last decisions with their explanations, counters, and the operations to close
 * connections, to drain and to disable protocols. {@link io.github.changeover.management.UpgradeManagement} is the entry point. Exporters (JMX, JFR,
 * OpenMetrics) read the same data. This package never decides on a request and never processes bytes of a connection.
 */
package io.github.changeover.management;
