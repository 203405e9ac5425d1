/**
 * Carries messages between the nodes of an application: {@link io.github.changeover.relay.Relay}. Implement it for a message system that Changeover does not
 * know. The topics of all nodes use it; nothing here is needed on one node.
 */
package io.github.changeover.relay;
