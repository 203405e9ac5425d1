/**
 * What an operator sees and does: the live connections, the last decisions with their explanations, counters, and the orders to
 * close, drain and switch off. {@link io.github.changeover.observe.Observatory} is the way in; exporters (JMX, JFR, OpenMetrics)
 * read what it reads. Nothing here decides on a request or touches an octet.
 */
package io.github.changeover.observe;
