package io.github.changeover.relay.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.github.changeover.relay.RecordingReceiver;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayContract;
import io.github.changeover.relay.TestEnvironment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Members on the loopback address, which know the ports of each other. */
@Tag("full")
class HazelcastRelayTest extends RelayContract {
    private static final int[] PORTS = new int[4];

    static {
        ServerSocket[] sockets = new ServerSocket[PORTS.length];
        try {
            for (int node = 0; node < PORTS.length; node++) {
                sockets[node] = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PORTS[node] = sockets[node].getLocalPort();
            }
            for (ServerSocket socket : sockets) socket.close();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @AfterAll
    static void noInstanceIsLeft() {
        // The nodes of the contract are closed after this.
        assertThat(Hazelcast.getAllHazelcastInstances()).hasSizeLessThanOrEqualTo(3);
    }

    @Override
    protected Relay relay(int node) {
        return relay(Map.of(HazelcastRelayFactory.PORT, "" + PORTS[node], HazelcastRelayFactory.CLUSTER, "test", HazelcastRelayFactory.MEMBERS,
                Arrays.stream(PORTS).mapToObj(port -> "127.0.0.1:" + port).collect(Collectors.joining(", "))));
    }

    private static Relay relay(Map<String, String> settings) {
        return new HazelcastRelayFactory().create(new TestEnvironment(settings));
    }

    @Override
    protected boolean belongsToOther(String thread) {
        return Hazelcast.getAllHazelcastInstances().stream().map(HazelcastInstance::getName).anyMatch(thread::contains);
    }

    @Test
    void memberUsesOnlyTheLoopbackAddressAndNoDiscovery() throws Exception {
        try (Relay alone = relay(Map.of(HazelcastRelayFactory.CLUSTER, "alone"))) {
            alone.start(new RecordingReceiver());
            HazelcastInstance instance = Hazelcast.getAllHazelcastInstances().stream().filter(each -> each.getConfig().getClusterName().equals("alone")).findFirst().orElseThrow();
            assertThat(instance.getCluster().getMembers()).hasSize(1);
            assertThat(instance.getCluster().getLocalMember().getAddress().getHost()).isEqualTo("127.0.0.1");
            var join = instance.getConfig().getNetworkConfig().getJoin();
            assertThat(join.getMulticastConfig().isEnabled()).isFalse();
            assertThat(join.isAutoDetectionEnabled()).isFalse();
            assertThat(join.getTcpIpConfig().getMembers()).containsExactly("127.0.0.1");
            // An instance that ends is replaced.
            instance.getLifecycleService().terminate();
            RecordingReceiver.await(java.time.Duration.ofSeconds(15), () -> Hazelcast.getAllHazelcastInstances().stream()
                    .anyMatch(each -> each != instance && each.getConfig().getClusterName().equals("alone")), () -> "no new instance");
        }
        assertThat(Hazelcast.getAllHazelcastInstances()).noneMatch(each -> each.getConfig().getClusterName().equals("alone"));
    }

    @Test
    void portInUseFailsTheStart() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); Relay relay = relay(Map.of(HazelcastRelayFactory.PORT, "" + other.getLocalPort()))) {
            assertThatThrownBy(() -> relay.start(new RecordingReceiver())).isInstanceOf(IOException.class).hasMessageContaining("" + other.getLocalPort());
        }
    }

    @Test
    void invalidSettings() {
        assertThatThrownBy(() -> relay(Map.of(HazelcastRelayFactory.PORT, "0"))).isInstanceOf(IllegalStateException.class).hasMessageContaining(HazelcastRelayFactory.PORT);
        assertThatThrownBy(() -> relay(Map.of(HazelcastRelayFactory.PORT, "http"))).isInstanceOf(IllegalStateException.class).hasMessageContaining("http");
    }
}
