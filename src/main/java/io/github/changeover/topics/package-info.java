/**
 * Topics: messages for many connections, on one node or on several. A connection joins a topic, and whatever is published there is sent to it. Start with
 * {@link io.github.changeover.topics.Topics}.
 */
package io.github.changeover.topics;
