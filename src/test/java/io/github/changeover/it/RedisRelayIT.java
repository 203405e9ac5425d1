package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.relay.redis.RedisServer;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two applications in one Tomcat that are nodes of each other through Redis. Each has its own Lettuce. */
@OnContainer
@Tag("full")
@EmbeddedOnly
@TomcatOnly
@OnceOnTomcat
@Timeout(90)
class RedisRelayIT {
    private static final String ONE = "/one", TWO = "/two";
    private static final String CONNECTED = "The relay 'redis' is connected";
    private final ContainerUnderTest container;
    private final List<Wire> wires = new ArrayList<>();

    RedisRelayIT(ContainerUnderTest container) {
        this.container = container;
    }

    @AfterEach
    void end() throws IOException {
        for (Wire wire : wires) wire.close();
    }

    private static War war(String name, int redis) {
        return withoutLettuce(name, redis).lettuce();
    }

    private static War withoutLettuce(String name, int redis) {
        return War.with(name).webSocket().app("topics").set("changeover.relay", "redis").set("changeover.relay.name", "redis-it").set("changeover.relay.redis.uri", "redis://127.0.0.1:" + redis);
    }

    private Wire join(String at, String room) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(at + "/rooms/" + room));
        wires.add(wire);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private String page(String at, String query) throws IOException {
        return RawHttp.exchange(container, RawHttp.get(at + "/publish?" + query)).body();
    }

    private void publish(String at, String room, String text) throws IOException {
        assertThat(page(at, "to=" + room + "&text=" + text)).isEqualTo("published");
    }

    private void await(String at, String query, Predicate<String> right) throws IOException {
        String page = page(at, query);
        for (long until = System.nanoTime() + 20_000_000_000L; !right.test(page); page = page(at, query)) {
            assertThat(System.nanoTime()).as(page).isLessThan(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void awaitMembers(String at, String room, int own, int all) throws IOException {
        await(at, "to=" + room, page -> page.startsWith(own + " of " + all + ","));
    }

    private String logSince(int position) {
        return container.log().substring(position);
    }

    private void awaitLog(int position, String words, int times) {
        for (long until = System.nanoTime() + 20_000_000_000L; logSince(position).split(words, -1).length <= times; LockSupport.parkNanos(20_000_000)) {
            assertThat(System.nanoTime()).as(words + " in " + logSince(position)).isLessThan(until);
        }
    }

    /** Threads of the relay, and of Lettuce. */
    private static Set<Thread> threads() {
        return threads("(?i)(changeover-relay|lettuce|HashedWheelTimer|parallel-|boundedElastic).*");
    }

    private static Set<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().matches(name)).collect(Collectors.toSet());
    }

    /** A thread of Netty that completes the end of the others. It ends one second later. */
    private static void awaitEndOfNetty() {
        for (long until = System.nanoTime() + 5_000_000_000L; !threads("globalEventExecutor.*").isEmpty(); LockSupport.parkNanos(20_000_000)) {
            assertThat(System.nanoTime()).as("globalEventExecutor ends").isLessThan(until);
        }
    }

    @Test
    void applicationsShareMessagesAndOutliveTheEndOfRedis() throws Exception {
        int log = container.log().length();
        try (RedisServer redis = RedisServer.start()) {
            container.deploy(war("redis-one", redis.port()).build(), ONE);
            container.deploy(war("redis-two", redis.port()).build(), TWO);
            awaitLog(log, CONNECTED, 2);
            Wire one = join(ONE, "news"), two = join(TWO, "news");
            awaitMembers(ONE, "news", 1, 2);
            awaitMembers(TWO, "news", 1, 2);
            publish(ONE, "news", "from-one");
            for (Wire wire : List.of(one, two)) assertThat(Frames.read(wire).toString()).isEqualTo("81 from-one");
            two.send(Frames.text("others from two"));
            assertThat(Frames.read(one).toString()).isEqualTo("81 from two");

            redis.kill();
            awaitLog(log, "The relay 'redis' has lost its connection", 2);
            for (int i = 0; i < 3; i++) {
                publish(ONE, "news", "local-" + i);
                assertThat(Frames.read(one).toString()).isEqualTo("81 local-" + i);
            }
            publish(TWO, "news", "local");
            assertThat(Frames.read(two).toString()).isEqualTo("81 local");
            long begun = System.nanoTime();
            redis.restart();
            awaitLog(log, CONNECTED, 4);
            System.out.println("the relay is back after " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
            await(TWO, "events=1", page -> page.contains("gap news 3"));
            await(ONE, "events=1", page -> page.contains("gap news 1"));
            System.out.println("the gap is known after " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
            publish(ONE, "news", "again");
            for (Wire wire : List.of(one, two)) assertThat(Frames.read(wire).toString()).isEqualTo("81 again");
            assertThat(page(TWO, "events=1")).doesNotContain("NodeLost").containsOnlyOnce("gap");
        } finally {
            container.undeploy(TWO);
            container.undeploy(ONE);
        }
        assertThat(threads()).isEmpty();
        awaitEndOfNetty();
    }

    @Test
    void undeployedApplicationLeavesNothing() throws Exception {
        int log = container.log().length();
        try (RedisServer redis = RedisServer.start()) {
            container.deploy(war("redis-one", redis.port()).build(), ONE);
            awaitLog(log, CONNECTED, 1);
            Wire one = join(ONE, "leave");
            Set<Thread> before = threads();
            assertThat(before).isNotEmpty();
            List<WeakReference<?>> loaders = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                container.deploy(war("redis-two", redis.port()).build(), TWO);
                loaders.add((WeakReference<?>) System.getProperties().remove("topics.loader" + TWO));
                join(TWO, "leave");
                awaitMembers(ONE, "leave", 1, 2);
                awaitMembers(TWO, "leave", 1, 2);
                publish(TWO, "leave", "round-" + round);
                assertThat(Frames.read(one).toString()).isEqualTo("81 round-" + round);
                container.undeploy(TWO);
                Set<Thread> left = threads();
                left.removeAll(before);
                assertThat(left).isEmpty();
                awaitMembers(ONE, "leave", 1, 1);
            }
            assertThat(page(ONE, "events=1")).doesNotContain("NodeLost");
            assertThat(loaders).allSatisfy(loader -> assertThat(GarbageCollection.collects(loader)).isTrue());
        } finally {
            container.undeploy(TWO);
            container.undeploy(ONE);
        }
        assertThat(threads()).isEmpty();
        awaitEndOfNetty();
    }

    @Test
    void wrongRelayStopsTheDeployment() {
        int log = container.log().length();
        assertThatThrownBy(() -> container.deploy(war("redis-wrong", 1).set("changeover.relay", "rediss").build(), TWO)).isInstanceOf(DeploymentFailed.class);
        assertThat(logSince(log)).contains("changeover.relay").contains("rediss").contains("[hazelcast, redis]");
    }

    @Test
    void missingLettuceStopsTheDeployment() {
        int log = container.log().length();
        assertThatThrownBy(() -> container.deploy(withoutLettuce("redis-missing", 1).build(), TWO)).isInstanceOf(DeploymentFailed.class);
        assertThat(logSince(log)).contains("changeover.relay=redis requires io.lettuce:lettuce-core in the application, which was not found. Add it to the dependencies");
        assertThat(threads()).isEmpty();
    }
}
