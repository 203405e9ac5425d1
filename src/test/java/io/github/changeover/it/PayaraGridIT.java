package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.PayaraGrid;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Topics on two Payara Servers, whose own Hazelcast is the relay: the application has one setting and no Hazelcast. The order of the tests saves starts of
 * servers.
 */
@Tag("payara-grid")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(180)
class PayaraGridIT {
    private static final String AT = "/topics";
    private static final String LISTENER = "io.github.changeover.relay.hazelcast.HazelcastRelay$Listener";
    private static final String REGISTRATION = "com.hazelcast.spi.impl.eventservice.impl.Registration";
    /** Each class loader that has used topics has one object of this class. */
    private static final String ONE_OF_CLASS_LOADER = "io.github.changeover.topics.TopicLimits";
    private static PayaraGrid grid;
    private static Path war;
    private final List<Wire> wires = new ArrayList<>();

    @BeforeAll
    static void start() {
        war = War.with("grid").webSocket().app("topics").set("changeover.relay", "hazelcast").build();
        long begun = System.nanoTime();
        grid = PayaraGrid.start(2);
        grid.node(0).deploy(war, AT);
        grid.node(1).deploy(war, AT);
        measured("two servers started, application deployed", begun);
    }

    @AfterAll
    static void stop() {
        if (grid != null) grid.close();
    }

    @AfterEach
    void end() throws IOException {
        for (Wire wire : wires) wire.close();
        for (int node = 0; node < 2; node++) grid.checkSockets(node);
    }

    private static void measured(String what, long begun) {
        System.out.println(what + ": " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
    }

    private Wire join(int node, String room) throws IOException {
        Wire wire = Wire.connect(grid.node(node).http()).send(Frames.handshake(AT + "/rooms/" + room));
        wires.add(wire);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static String page(int node, String query) throws IOException {
        return RawHttp.exchange(grid.node(node), RawHttp.get(AT + "/publish?" + query)).body();
    }

    private static void publish(int node, String room, String text) throws IOException {
        assertThat(page(node, "to=" + room + "&text=" + text)).isEqualTo("published");
    }

    private static String events(int node) throws IOException {
        return page(node, "events=1");
    }

    private static void await(int node, String query, Predicate<String> right) throws IOException {
        String page = page(node, query);
        for (long until = System.nanoTime() + 30_000_000_000L; !right.test(page); page = page(node, query)) {
            assertThat(System.nanoTime()).as(page).isLessThan(until);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Waits for the members on this node and those on both. */
    private static void awaitMembers(int node, String room, int own, int all) throws IOException {
        await(node, "to=" + room, page -> page.startsWith(own + " of " + all + ","));
    }

    private static void awaitLog(ContainerUnderTest node, String words) throws InterruptedException {
        assertThat(RawHttp.isLogged(node, words)).as(words).isTrue();
    }

    private void assertBothWays(String room) throws IOException {
        Wire first = join(0, room), second = join(1, room), third = join(1, room);
        awaitMembers(0, room, 1, 3);
        awaitMembers(1, room, 2, 3);
        publish(0, room, "from-0");
        publish(1, room, "from-1");
        first.send(Frames.text("others from a member"));
        for (Wire wire : List.of(second, third)) {
            assertThat(List.of(Frames.read(wire).toString(), Frames.read(wire).toString(), Frames.read(wire).toString())).as("messages of different nodes have no order")
                    .containsExactlyInAnyOrder("81 from-0", "81 from-1", "81 from a member").containsSubsequence("81 from-0", "81 from a member");
        }
        assertThat(List.of(Frames.read(first).toString(), Frames.read(first).toString())).containsExactlyInAnyOrder("81 from-0", "81 from-1");
        third.close();
        awaitMembers(0, room, 1, 2);
    }

    @Test
    @Order(1)
    void messagesAndPresenceReachTheOtherNode() throws Exception {
        for (int node = 0; node < 2; node++) awaitLog(grid.node(node), "The relay uses the Hazelcast instance");
        for (int node = 0; node < 2; node++) grid.checkSockets(node);
        assertBothWays("both");
    }

    @Test
    @Order(2)
    void manyMessagesArriveInOrderAndOnce() throws IOException {
        int rooms = 50, ofRoom = 2000;
        List<Wire> members = new ArrayList<>();
        for (int room = 1; room <= rooms; room++) members.add(join(1, "many" + room));
        for (int room = 1; room <= rooms; room++) awaitMembers(0, "many" + room, 0, 1);
        long begun = System.nanoTime();
        assertThat(page(0, "to=many&text=m&rooms=" + rooms + "&times=" + rooms * ofRoom)).isEqualTo("published");
        measured(rooms * ofRoom + " messages over " + rooms + " topics published", begun);
        for (int room = 1; room <= rooms; room++) {
            for (int message = 0; message < ofRoom; message++) {
                int number = message * rooms + (room == 1 ? rooms : room - 1);
                assertThat(Frames.read(members.get(room - 1)).toString()).isEqualTo("81 m " + number);
            }
        }
        measured("and received on the other node", begun);
        for (int room = 1; room <= rooms; room++) {
            publish(0, "many" + room, "end");
            assertThat(Frames.read(members.get(room - 1)).toString()).as("nothing arrived twice").isEqualTo("81 end");
        }
        assertThat(events(1)).doesNotContain("gap", "dropped");
    }

    @Test
    @Order(3)
    void undeployedNodeIsNotLostAndLeavesNothing() throws Exception {
        Wire stays = join(0, "undeploy");
        List<Long> registrations = new ArrayList<>();
        long undeployed = 0;
        for (int round = 0; round < 2; round++) {
            if (round > 0) grid.node(1).deploy(war, AT);
            Wire leaves = join(1, "undeploy");
            awaitMembers(0, "undeploy", 1, 2);
            awaitMembers(1, "undeploy", 1, 2);
            undeployed = System.nanoTime();
            grid.node(1).undeploy(AT);
            awaitMembers(0, "undeploy", 1, 1);
            measured("undeployed, and no longer present on the other node", undeployed);
            assertThat(leaves.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
            Map<String, Long> left = grid.instances(1);
            assertThat(left).doesNotContainKey(LISTENER).containsKey(REGISTRATION);
            registrations.add(left.get(REGISTRATION));
            registrations.add(grid.instances(0).get(REGISTRATION));
            // Payara keeps the class loader of the last application that was undeployed, with or without topics, but not those before it.
            assertThat(left.getOrDefault(ONE_OF_CLASS_LOADER, 0L)).as("class loaders of the application").isLessThanOrEqualTo(1);
        }
        assertThat(registrations.subList(2, 4)).as("listeners that the two members of Hazelcast know").isEqualTo(registrations.subList(0, 2));
        LockSupport.parkNanos(12_000_000_000L - (System.nanoTime() - undeployed));
        assertThat(events(0)).doesNotContain("NodeLost");
        publish(0, "undeploy", "alone");
        assertThat(Frames.read(stays).toString()).isEqualTo("81 alone");
        grid.node(1).deploy(war, AT);
        assertBothWays("redeployed");
        assertThat(grid.instances(1).get(LISTENER)).isEqualTo(1);
    }

    @Test
    @Order(4)
    void killedNodeIsLostAndComesBack() throws Exception {
        Wire stays = join(0, "killed");
        join(1, "killed");
        awaitMembers(0, "killed", 1, 2);
        long begun = System.nanoTime();
        grid.kill(1);
        publish(0, "killed", "at-once");
        assertThat(Frames.read(stays).toString()).isEqualTo("81 at-once");
        await(0, "events=1", page -> page.contains("NodeLost"));
        measured("NodeLost after SIGKILL", begun);
        assertThat(System.nanoTime() - begun).isBetween(5_000_000_000L, 15_000_000_000L);
        awaitMembers(0, "killed", 1, 1);
        Wire later = join(0, "later");
        awaitMembers(0, "later", 1, 1);
        publish(0, "later", "local");
        assertThat(Frames.read(later).toString()).isEqualTo("81 local");
        begun = System.nanoTime();
        grid.startAgain(1);
        await(1, "to=again", page -> page.startsWith("0 of "));       // Payara responds with 404 until it has loaded the application
        measured("started again", begun);
        assertBothWays("again");
        measured("in the cluster again", begun);
    }
}
