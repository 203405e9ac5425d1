/**
 * The relay {@code hazelcast}: topics of Hazelcast. On Payara it uses the Hazelcast of the server; elsewhere it starts its own.
 * {@link io.github.changeover.relay.hazelcast.HazelcastRelayFactory} can be loaded without Hazelcast.
 */
package io.github.changeover.relay.hazelcast;
