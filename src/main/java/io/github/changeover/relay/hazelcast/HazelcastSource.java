package io.github.changeover.relay.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import io.github.changeover.relay.RelayFactory.Environment;
import java.io.IOException;

/** Where a relay gets its Hazelcast from. */
interface HazelcastSource {
    /** Returns a running instance. May block for some seconds. */
    HazelcastInstance open() throws IOException;

    /** Is called at the end with the instance that {@code open} has returned. */
    void release(HazelcastInstance instance);

    /** @throws IllegalStateException if a setting is invalid */
    static HazelcastSource of(Environment environment) {
        EmbeddedHazelcast embedded = EmbeddedHazelcast.of(environment);
        boolean isSet = HazelcastRelayFactory.SETTINGS.stream().anyMatch(name -> environment.setting(name).isPresent());
        return isSet ? embedded : new ServerHazelcast(environment.context().getServerInfo(), embedded);
    }
}
