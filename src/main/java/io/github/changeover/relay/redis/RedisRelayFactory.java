package io.github.changeover.relay.redis;

import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import java.util.Set;

/** Makes relays over Redis. Does not refer to Lettuce itself, because it is found where Lettuce may be absent. */
public final class RedisRelayFactory implements RelayFactory {
    /** The address of the server, such as {@code rediss://user:password@redis.example:6379}. */
    static final String URI = "changeover.relay.redis.uri";
    static final String USERNAME = "changeover.relay.redis.username";
    static final String PASSWORD = "changeover.relay.redis.password";
    /** A file with the certificates that are trusted over TLS. The default are those of the JDK. */
    static final String TRUST_STORE = "changeover.relay.redis.truststore";
    static final String TRUST_STORE_PASSWORD = "changeover.relay.redis.truststore-password";

    private static final Set<String> SETTINGS = Set.of(URI, USERNAME, PASSWORD, TRUST_STORE, TRUST_STORE_PASSWORD);

    private static final String REQUIRED_CLASS = "io.lettuce.core.RedisClient";

    /** For the ServiceLoader. */
    public RedisRelayFactory() {
    }

    @Override
    public Set<String> settings() {
        return SETTINGS;
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public Relay create(Environment environment) {
        try {
            Class.forName(REQUIRED_CLASS, false, RedisRelayFactory.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError absent) {
            throw new IllegalStateException("changeover.relay=redis requires io.lettuce:lettuce-core in the application, which was not found. Add it to the dependencies", absent);
        }
        return RedisRelay.of(environment);
    }
}
