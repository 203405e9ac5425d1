package io.github.changeover.relay.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** The Hazelcast of the server, as Payara has it. Used together with other applications, so it is not shut down. */
final class ServerHazelcast implements HazelcastSource {
    /** Payara binds this name, unless an administrator has set another one. */
    private static final String JNDI_NAME = "payara/Hazelcast";

    private final String server;
    private final HazelcastSource otherwise;
    private boolean usesOther;

    /**
     * @param server the name and the version of the server
     * @param otherwise is used on a server without Hazelcast
     */
    ServerHazelcast(String server, HazelcastSource otherwise) {
        this.server = String.valueOf(server);
        this.otherwise = otherwise;
    }

    @Override
    public HazelcastInstance open() throws IOException {
        Object found;
        try {
            found = new InitialContext().lookup(JNDI_NAME);
        } catch (NamingException absent) {
            if (!server.contains("Payara")) {
                usesOther = true;
                return otherwise.open();
            }
            // When Payara starts, it starts Hazelcast after it has loaded the applications.
            throw new IOException("Payara has no Hazelcast at the JNDI name " + JNDI_NAME + ". Either it is not started yet, or it is disabled. Enable it with asadmin set-hazelcast-configuration --enabled=true,"
                    + " or set " + HazelcastRelayFactory.MEMBERS + " so that the application starts one", absent);
        }
        if (found instanceof HazelcastInstance instance) return instance;
        throw new IOException("The Hazelcast of the server has other classes (" + found.getClass().getName() + ") than the application. Remove com.hazelcast:hazelcast from the application");
    }

    @Override
    public void release(HazelcastInstance instance) {
        if (usesOther) otherwise.release(instance);
    }
}
