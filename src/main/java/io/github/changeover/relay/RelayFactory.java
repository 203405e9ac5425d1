package io.github.changeover.relay;

import jakarta.servlet.ServletContext;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the relay of an application, if {@code changeover.relay} names it. Found by {@link java.util.ServiceLoader} and among the beans of CDI or of a
 * framework.
 */
public interface RelayFactory {
    /** The value of {@code changeover.relay} for this relay: a word of lower-case letters, such as {@code nats}. */
    String name();

    /**
     * Returns the names of its settings, such as {@code changeover.relay.nats.url}. Only those of factories that are services are known; another setting whose
     * name begins with {@code changeover.} stops the deployment.
     */
    default Set<String> settings() {
        return Set.of();
    }

    /**
     * Makes a relay that is not started yet. Called again after a relay could not start.
     *
     * @throws IllegalStateException if a library or a setting is missing; the message contains what to do. It stops the deployment
     */
    Relay create(Environment environment);

    /** What a relay may need. */
    interface Environment {
        /** The context of the application. */
        ServletContext context();

        /** The name of the relay, equal on all nodes of the application: {@code changeover.relay.name}. */
        String relayName();

        /** Returns the value of a setting, such as {@code changeover.relay.redis.uri}. */
        Optional<String> setting(String name);
    }
}
