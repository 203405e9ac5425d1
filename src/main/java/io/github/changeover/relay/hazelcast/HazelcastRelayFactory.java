package io.github.changeover.relay.hazelcast;

import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import java.util.Set;

/** Makes relays over Hazelcast. Does not refer to Hazelcast itself, because it is found where Hazelcast may be absent. */
public final class HazelcastRelayFactory implements RelayFactory {
    /** The addresses of the nodes, separated by commas. */
    static final String MEMBERS = "changeover.relay.hazelcast.members";
    static final String PORT = "changeover.relay.hazelcast.port";
    /** The local address at which other nodes are accepted. */
    static final String ADDRESS = "changeover.relay.hazelcast.address";
    static final String CLUSTER = "changeover.relay.hazelcast.cluster";

    /** The names of the settings. */
    static final Set<String> SETTINGS = Set.of(MEMBERS, PORT, ADDRESS, CLUSTER);

    private static final String REQUIRED_CLASS = "com.hazelcast.core.HazelcastInstance";

    /** For the ServiceLoader. */
    public HazelcastRelayFactory() {
    }

    @Override
    public Set<String> settings() {
        return SETTINGS;
    }

    @Override
    public String name() {
        return "hazelcast";
    }

    /** If no setting is present and the server has a Hazelcast (Payara), it is used. Otherwise the relay starts one. */
    @Override
    public Relay create(Environment environment) {
        try {
            Class.forName(REQUIRED_CLASS, false, HazelcastRelayFactory.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError absent) {
            throw new IllegalStateException("changeover.relay=hazelcast requires com.hazelcast:hazelcast in the application, which was not found. Add it to the dependencies. On Payara, the server has it", absent);
        }
        return new HazelcastRelay(HazelcastSource.of(environment), environment.relayName());
    }
}
