package io.github.changeover.relay.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import io.github.changeover.relay.RelayFactory.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Hazelcast that the relay starts for itself. It connects to the configured members only: multicast and all other kinds of discovery are off.
 *
 * @param port if empty, the first free port from 5701 on
 */
record EmbeddedHazelcast(List<String> members, Optional<Integer> port, String address, String cluster, ClassLoader loader) implements HazelcastSource {
    private static final String LOOPBACK = "127.0.0.1";

    static EmbeddedHazelcast of(Environment environment) {
        String members = environment.setting(HazelcastRelayFactory.MEMBERS).orElse(LOOPBACK);
        return new EmbeddedHazelcast(Stream.of(members.split(",")).map(String::strip).filter(member -> !member.isEmpty()).toList(),
                environment.setting(HazelcastRelayFactory.PORT).map(EmbeddedHazelcast::port),
                environment.setting(HazelcastRelayFactory.ADDRESS).map(EmbeddedHazelcast::resolve).orElse(LOOPBACK),
                environment.setting(HazelcastRelayFactory.CLUSTER).orElse("changeover"),
                environment.context().getClassLoader());
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            if (port > 0 && port < 65536) return port;
        } catch (NumberFormatException invalid) {
            // The message below is for both.
        }
        throw new IllegalStateException(HazelcastRelayFactory.PORT + " is not a port: " + text + ". Use a number from 1 to 65535");
    }

    private static String resolve(String address) {
        try {
            return InetAddress.getByName(address.strip()).getHostAddress();
        } catch (UnknownHostException unknown) {
            throw new IllegalStateException(HazelcastRelayFactory.ADDRESS + " is not an address of this machine: " + address, unknown);
        }
    }

    @Override
    public HazelcastInstance open() throws IOException {
        try {
            return Hazelcast.newHazelcastInstance(config());
        } catch (HazelcastException | IllegalStateException failed) {
            throw new IOException("Cannot start Hazelcast at " + address + port.map(number -> ":" + number).orElse("") + ": " + failed.getMessage(), failed);
        }
    }

    @Override
    public void release(HazelcastInstance instance) {
        instance.shutdown();
    }

    private Config config() {
        Config config = new Config().setClusterName(cluster).setClassLoader(loader)
                // It stores no data, so members join and leave without moving any.
                .setLiteMember(true)
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.jmx", "false")
                .setProperty("hazelcast.socket.bind.any", "false")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.max.join.seconds", "15")
                .setProperty("hazelcast.graceful.shutdown.max.wait", "3")
                // Two clusters that started apart, or were separated, become one after this time and not after some minutes.
                .setProperty("hazelcast.merge.first.run.delay.seconds", "15")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "15")
                .setProperty("hazelcast.operation.thread.count", "2")
                .setProperty("hazelcast.operation.generic.thread.count", "2")
                .setProperty("hazelcast.io.thread.count", "2");
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        NetworkConfig network = config.getNetworkConfig().setPort(port.orElse(5701)).setPortAutoIncrement(port.isEmpty());
        network.getInterfaces().setEnabled(true).addInterface(address);
        network.getRestApiConfig().setEnabled(false);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(3).setMembers(members);
        return config;
    }
}
