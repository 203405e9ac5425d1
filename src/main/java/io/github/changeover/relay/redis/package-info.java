/**
 * The relay {@code redis}: publish and subscribe of Redis, with Lettuce. {@link io.github.changeover.relay.redis.RedisRelayFactory} can be loaded without
 * Lettuce.
 */
package io.github.changeover.relay.redis;
