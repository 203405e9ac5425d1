package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.relay.redis.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Topics in several processes with a real Redis: every message of each node arrives in order and once, every loss is reported, and nothing else, whatever ends. The times are a third of the default, so that the test is short. With the default: {@code -Drelay.times=1}.
 */
@Tag("full")
class RedisClusterTest {
    private static final int TOPICS = 50;
    private static final int DIVISOR = Integer.getInteger("relay.times", 3);
    private static final long TOLD_WITHIN = 10_000_000_000L / DIVISOR + 5_000_000_000L;       // 10 s by default, and the time of the test itself
    private static final long CUT = 10_000_000_000L / DIVISOR;
    private static final long START = 60_000_000_000L;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private RedisServer redis;

    @BeforeEach
    void startRedis() throws Exception {
        redis = RedisServer.start();
    }

    @AfterEach
    void end() {
        nodes.forEach(NodeProcess::kill);
        redis.close();
    }

    private static final class NodeProcess {
        private final Process process;
        private final BufferedReader output;

        NodeProcess(int port, String label) throws IOException {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-cp", System.getProperty("java.class.path"),
                    TopicNode.class.getName(), "redis://127.0.0.1:" + port, label, Integer.toString(TOPICS), Integer.toString(DIVISOR)).redirectError(log(label)).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        /** The file for the log of a node. */
        private static ProcessBuilder.Redirect log(String label) {
            return ProcessBuilder.Redirect.to(Path.of(System.getProperty("changeover.target", "target"), "topic-node-" + label + ".log").toFile());
        }

        private void command(String command) {
            try {
                process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            } catch (IOException ended) {
                throw new UncheckedIOException(ended);
            }
        }

        void publish(int messages, int eachSecond) {
            command("publish " + messages + " " + eachSecond);
        }

        Map<String, Long> report() {
            command("report");
            try {
                String line = output.readLine();
                while (line != null && !line.startsWith("report ")) line = output.readLine();
                assertThat(line).as("the process has ended").isNotNull();
                Map<String, Long> report = new HashMap<>();
                Arrays.stream(line.substring(7).split(" ")).forEach(pair -> report.put(pair.split("=")[0], Long.parseLong(pair.split("=")[1])));
                return report;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        long value(String name) {
            return report().get(name);
        }

        void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private NodeProcess node(int port) throws IOException {
        NodeProcess node = new NodeProcess(port, "n" + nodes.size());
        nodes.add(node);
        return node;
    }

    private void await(String what, long nanos, BooleanSupplier condition) {
        for (long until = System.nanoTime() + nanos; !condition.getAsBoolean(); LockSupport.parkNanos(50_000_000)) {
            if (System.nanoTime() - until > 0) throw new AssertionError("not so in time: " + what + " " + reports());
        }
    }

    private String reports() {
        return nodes.stream().filter(node -> node.process.isAlive()).map(node -> node.report().toString()).toList().toString();
    }

    /** Starts the nodes, and publishes once in each topic, so that every node has its baseline. */
    private void begin(int... ports) throws IOException {
        for (int port : ports) node(port);
        await("all nodes know each other", START, () -> nodes.stream().allMatch(node -> node.value("nodes") == ports.length - 1 && node.value("members") == ports.length));
        nodes.forEach(node -> node.publish(TOPICS, 10_000));
        await("all baselines", 10_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("received") == (ports.length - 1) * TOPICS));
    }

    private long missing(NodeProcess node) {
        return nodes.stream().filter(other -> other != node).mapToLong(other -> other.value("published")).sum() - node.value("received");
    }

    /** Returns the number of received messages, when no more arrive. */
    private long awaitReceived(NodeProcess node) {
        long[] seen = {-1};
        await("no more messages arrive", START, () -> {
            long before = seen[0];
            seen[0] = node.value("received");
            if (seen[0] != before) LockSupport.parkNanos(300_000_000L);
            return seen[0] == before;
        });
        return seen[0];
    }

    private void assertEveryLossIsToldAndNothingElse() {
        await("told = missing", TOLD_WITHIN, () -> nodes.stream().allMatch(node -> node.value("told") == missing(node)));
        LockSupport.parkNanos(4_500_000_000L / DIVISOR);         // another heartbeat must tell nothing more
        assertThat(nodes).as(reports()).allSatisfy(node -> {
            Map<String, Long> report = node.report();
            assertThat(report.get("told")).isEqualTo(missing(node));
            assertThat(report.get("wrong")).isZero();
            assertThat(report.get("invalid")).isZero();
        });
    }

    @Test
    void hundredThousandMessagesOfThreeNodesArriveInOrderAndOnce() throws IOException {
        begin(redis.port(), redis.port(), redis.port());
        int each = 34_000;
        long begun = System.nanoTime();
        nodes.forEach(node -> node.publish(each, 20_000));
        await("all messages", 60_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("received") == 2L * (TOPICS + each)));
        System.out.println("3 nodes, " + 3 * each + " messages over " + TOPICS + " topics, each to 2 other nodes: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
        assertEveryLossIsToldAndNothingElse();
        assertThat(nodes).allSatisfy(node -> assertThat(node.value("told")).isZero());
    }

    @Test
    void killedNodeIsToldAndItsSuccessorIsWelcome() throws IOException {
        begin(redis.port(), redis.port(), redis.port());
        NodeProcess killed = nodes.get(2);
        killed.publish(100_000, 5000);
        nodes.get(0).publish(8000, 2000);
        LockSupport.parkNanos(1_000_000_000L);
        killed.kill();
        nodes.remove(killed);
        await("node lost", TOLD_WITHIN, () -> nodes.stream().allMatch(node -> node.value("nodesLost") == 1 && node.value("members") == 2));
        await("the rest goes on", 15_000_000_000L, () -> nodes.get(0).value("published") == 8000 + TOPICS);
        assertThat(nodes).as(reports()).allSatisfy(node -> {
            assertThat(node.value("wrong")).isZero();
            assertThat(node.value("told")).isZero();
        });
        long before = awaitReceived(nodes.get(1));
        NodeProcess successor = new NodeProcess(redis.port(), "n2b");
        nodes.add(successor);
        await("the successor is known", START, () -> nodes.stream().allMatch(node -> node.value("members") == 3));
        successor.publish(500, 1000);
        await("its messages", 10_000_000_000L, () -> nodes.get(1).value("received") == before + 500);
        assertThat(nodes).as(reports()).allSatisfy(node -> assertThat(node.value("told") + node.value("wrong")).isZero());
    }

    @Test
    void killedRedisIsToldAndAllIsWellAgainByItself() throws Exception {
        begin(redis.port(), redis.port());
        nodes.forEach(node -> node.publish(8000, 1000));
        LockSupport.parkNanos(1_000_000_000L);
        redis.kill();
        await("the nodes know", 10_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("up") == 0));
        LockSupport.parkNanos(1_000_000_000L);
        redis.restart();
        await("the nodes are connected again", 15_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("up") == 1));
        await("all is published", 20_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("published") == 8000 + TOPICS));
        assertThat(missing(nodes.get(0))).isBetween(500L, 7500L);
        assertEveryLossIsToldAndNothingElse();
    }

    /** A proxy between a node and Redis. */
    private static final class Cut implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
        private volatile boolean stalled, refusing;

        Cut(int port) throws IOException {
            thread(() -> {
                while (true) {
                    Socket client = listening.accept();
                    if (refusing) {
                        client.close();
                        continue;
                    }
                    Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                    sockets.addAll(List.of(client, server));
                    thread(() -> forward(client, server));
                    thread(() -> forward(server, client));
                }
            });
        }

        private interface Work {
            void run() throws IOException;
        }

        private static void thread(Work work) {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (IOException over) {
                    // one side has ended
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private void forward(Socket from, Socket to) throws IOException {
            byte[] some = new byte[16 * 1024];
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            try {
                for (int count = in.read(some); count >= 0; count = in.read(some)) {
                    while (stalled) LockSupport.parkNanos(10_000_000);
                    out.write(some, 0, count);
                }
            } finally {
                from.close();
                to.close();
            }
        }

        void closeAll() throws IOException {
            refusing = true;
            for (Socket socket : sockets) socket.close();
            sockets.clear();
        }

        @Override
        public void close() throws IOException {
            listening.close();
            closeAll();
        }
    }

    @ParameterizedTest(name = "closed: {0}")
    @ValueSource(booleans = {true, false})
    void lossesOfACutConnectionAreTold(boolean closed) throws IOException {
        try (Cut cut = new Cut(redis.port())) {
            begin(redis.port(), cut.listening.getLocalPort());
            int each = (int) (CUT / 1_000_000) + 4000;
            nodes.forEach(node -> node.publish(each, 1000));
            LockSupport.parkNanos(1_000_000_000L);
            if (closed) cut.closeAll();
            else cut.stalled = true;
            LockSupport.parkNanos(CUT);
            cut.refusing = false;
            cut.stalled = false;
            await("all is published", 25_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("published") == each + TOPICS));
            await("connected again", 25_000_000_000L, () -> nodes.stream().allMatch(node -> node.value("up") == 1 && node.value("members") == 2));
            assertEveryLossIsToldAndNothingElse();
            if (closed) assertThat(missing(nodes.get(1))).isPositive();
        }
    }
}
