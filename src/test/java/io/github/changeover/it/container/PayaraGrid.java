package io.github.changeover.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Payara Servers whose Hazelcast instances form a cluster on loopback. The members know each other by address: nothing is sent to a multicast group, and no
 * other address is bound. A server that listens elsewhere is killed at once.
 */
public final class PayaraGrid implements AutoCloseable {
    private static final String DISTRIBUTION = "payara-dist";
    private static final Pattern INSTANCES = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+).*");
    private final List<PayaraDistribution> nodes = new ArrayList<>();

    private PayaraGrid() {
    }

    /** Returns when all nodes respond to requests. They may not have found each other yet. */
    public static PayaraGrid start(int size) {
        PayaraGrid grid = new PayaraGrid();
        try {
            List<Integer> ports = IntStream.range(0, size).mapToObj(node -> TestDirectories.freePort()).toList();
            for (int node = 0; node < size; node++) {
                Path configuration = TestDirectories.fresh("payara-grid-" + node + "-hazelcast").resolve("hazelcast.xml");
                Files.writeString(configuration, configuration(ports.get(node), ports));
                grid.nodes.add(PayaraDistribution.launchInGrid("payara-dist-grid-" + node, DISTRIBUTION, configuration));
            }
            for (int node = 0; node < size; node++) grid.await(node);
            return grid;
        } catch (IOException | RuntimeException failure) {
            grid.close();
            throw new IllegalStateException("the servers did not start", failure);
        }
    }

    private static String configuration(int port, List<Integer> members) {
        return """
                <hazelcast xmlns="http://www.hazelcast.com/schema/config">
                  <cluster-name>payara-grid-%d</cluster-name>
                  <properties>
                    <property name="hazelcast.socket.bind.any">false</property>
                    <property name="hazelcast.phone.home.enabled">false</property>
                    <property name="hazelcast.wait.seconds.before.join">1</property>
                  </properties>
                  <network>
                    <port auto-increment="false">%d</port>
                    <join>
                      <auto-detection enabled="false"/>
                      <multicast enabled="false"/>
                      <tcp-ip enabled="true">%s</tcp-ip>
                    </join>
                    <interfaces enabled="true"><interface>%s</interface></interfaces>
                  </network>
                </hazelcast>
                """.formatted(members.get(0), port, members.stream().map(each -> "<member>" + TestDirectories.LOOPBACK + ":" + each + "</member>").collect(Collectors.joining()), TestDirectories.LOOPBACK);
    }

    private void await(int node) {
        nodes.get(node).awaitHttp();
        checkSockets(node);
    }

    public ContainerUnderTest node(int node) {
        return nodes.get(node);
    }

    /** Ends the server by SIGKILL. */
    public void kill(int node) {
        nodes.get(node).kill();
    }

    /** Starts a server that was killed. Returns when it responds. */
    public void startAgain(int node) {
        nodes.get(node).launchAgain();
        await(node);
    }

    /** Kills the server if it listens at another address than loopback or could receive multicast. */
    public void checkSockets(int node) {
        if (!nodes.get(node).isAlive()) return;
        List<String> others;
        try {
            others = LocalSockets.notOnLoopback(nodes.get(node).pid());
        } catch (IOException unreadable) {
            others = List.of(unreadable.toString());
        }
        if (others.isEmpty()) return;
        kill(node);
        throw new IllegalStateException("the server has sockets that are not on loopback: " + others);
    }

    /** Collects the garbage of the server, and returns the number of instances of each class that are left. */
    public Map<String, Long> instances(int node) {
        Map<String, Long> instances = new TreeMap<>();
        for (String line : ChildProcess.run(List.of(TestDirectories.javaHome().resolve("bin/jcmd").toString(), "" + nodes.get(node).pid(), "GC.class_histogram")).split("\n")) {
            Matcher matcher = INSTANCES.matcher(line);
            if (matcher.matches()) instances.merge(matcher.group(2), Long.parseLong(matcher.group(1)), Long::sum);
        }
        return instances;
    }

    @Override
    public void close() {
        nodes.forEach(PayaraDistribution::kill);
    }
}
