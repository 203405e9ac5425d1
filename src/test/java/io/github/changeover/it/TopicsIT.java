package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames.ReceivedFrame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** Topics on one node, byte by byte: WebSocket members with and without compression, members of another protocol, and clients that do not read. */
@OnContainer
class TopicsIT {
    private static final String AT = "/topics";
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
    private static ContainerUnderTest container;
    private final List<Wire> wires = new ArrayList<>();

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("topics").webSocket().app("topics").set("changeover.console", "true").set("changeover.topics.member.max", "20").set("changeover.topics.message.max", "100000").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    @AfterEach
    void end() throws IOException {
        for (Wire wire : wires) wire.close();
    }

    private Wire keep(Wire wire) {
        wires.add(wire);
        return wire;
    }

    private Wire join(String room, String... fields) throws IOException {
        return join(Wire.connect(container.http()), room, fields);
    }

    private Wire joinSlowly(String room) throws IOException {
        return join(Wire.connect(container.http().getHost(), container.http().getPort(), 4096), room);
    }

    private Wire join(Wire wire, String room, String... fields) throws IOException {
        keep(wire).send(Frames.handshake(AT + "/rooms/" + room, fields));
        Head head = wire.readHead();
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        return wire;
    }

    private static String page(String query) throws IOException {
        return RawHttp.exchange(container, RawHttp.get(AT + "/publish?" + query)).body();
    }

    private static void publish(String room, String text, String... more) throws IOException {
        assertThat(page("to=" + room + "&text=" + URLEncoder.encode(text, StandardCharsets.UTF_8) + String.join("", more))).isEqualTo("published");
    }

    private static String await(String query, Predicate<String> right) throws IOException {
        String page = page(query);
        for (long until = System.nanoTime() + 10_000_000_000L; !right.test(page); page = page(query)) {
            assertThat(System.nanoTime()).as(page).isLessThan(until);
            LockSupport.parkNanos(5_000_000);
        }
        return page;
    }

    private static void awaitMembers(String room, int members) throws IOException {
        await("to=" + room, page -> page.startsWith(members + " of " + members));
    }

    @Test
    void membersOfEveryKindGetTheMessage() throws IOException {
        Wire plain = join("mixed"), compressed = join("mixed", DEFLATE), noContext = join("mixed", DEFLATE + "; server_no_context_takeover");
        Wire lines = keep(Wire.connect(container.http())).send(RawHttp.upgrade(AT + "/lines/mixed", "lines/1"));
        assertThat(lines.readHead().status()).isEqualTo(101);
        awaitMembers("mixed", 4);
        for (String text : List.of("short", "long:" + "\u20ac".repeat(400))) {
            publish("mixed", text.substring(0, 5), text.length() > 5 ? "&euros=" + (text.length() - 5) : "");
            assertThat(Frames.read(plain).toString()).isEqualTo("81 " + text);
            for (Wire wire : List.of(compressed, noContext)) {
                ReceivedFrame frame = Frames.read(wire);
                boolean isCompressed = (frame.first() & 0x40) != 0;
                assertThat(isCompressed).isEqualTo(text.length() > 200);
                String received = isCompressed ? new String(new ClientInflater().inflate(frame.payload()), StandardCharsets.UTF_8) : frame.text();
                assertThat(received).isEqualTo(text);
            }
            assertThat(new String(lines.readLine().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)).isEqualTo(text + "\r\n");
        }
        lines.send("from a line\r\n");
        assertThat(Frames.read(plain).toString()).isEqualTo("81 from a line");
        publish("mixed", "bytes", "&binary=true");
        assertThat(Frames.read(plain).toString()).isEqualTo("82 " + "bytes");
    }

    @Test
    void exceptAndLeave() throws IOException {
        Wire first = join("pair"), second = join("pair");
        awaitMembers("pair", 2);
        first.send(Frames.text("others hello"));
        assertThat(Frames.read(second).toString()).isEqualTo("81 hello");
        first.send(Frames.text("all both"));
        assertThat(Frames.read(first).toString()).isEqualTo("81 both");
        assertThat(Frames.read(second).toString()).isEqualTo("81 both");
        assertThat(Frames.read(second.send(Frames.text("leave"))).toString()).isEqualTo("81 left");
        first.send(Frames.text("all alone"));
        assertThat(Frames.read(first).toString()).isEqualTo("81 alone");
        second.close();
        first.close();
        await("to=pair", page -> page.startsWith("0 of 0"));
        assertThat(await("events=1", page -> page.lines().filter("left pair"::equals).count() == 2)).contains("joined pair");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void memberIsKnownWhileItCloses(boolean closeFrame) throws IOException {
        String room = "farewell" + closeFrame;
        Wire leaving = join(room), staying = join(room);
        awaitMembers(room, 2);
        if (closeFrame) leaving.send(Frames.close(1000, ""));
        else leaving.close();
        assertThat(Frames.read(staying).toString()).isEqualTo("81 somebody has left");
    }

    @Test
    void messageWaitsForTheEndOfAFragmentedOne() throws IOException {
        Wire wire = join("parts");
        awaitMembers("parts", 1);
        wire.send(Frames.text("begin One"));
        assertThat(Frames.read(wire).toString()).isEqualTo("1 One");
        publish("parts", "topic", "&times=3");
        wire.send(Frames.text("finish two"));
        assertThat(Frames.read(wire).toString()).isEqualTo("80 two");
        for (int i = 1; i <= 3; i++) assertThat(Frames.read(wire).toString()).isEqualTo("81 topic " + i);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP_OLDEST", "KEEP_LATEST"})
    void stalledClientMissesMessagesAndDelaysNobody(String overflow) throws IOException {
        String room = "stalled" + overflow;
        Wire stalled = joinSlowly(room + "?" + overflow), fast = join(room + "?" + overflow);
        awaitMembers(room, 2);
        for (int first = 1; first <= 400; first += 4) {         // at most as many as may wait for the fast client
            publish(room, "m", "&first=" + first + "&times=4&length=50000");
            for (int i = first; i < first + 4; i++) assertThat(Frames.read(fast).text()).startsWith("m " + i + ".");
        }
        int previous = 0, received = 0;
        while (previous < 400) {
            int number = Integer.parseInt(Frames.read(stalled).text().replaceAll("^m (\\d+)\\..*", "$1"));
            assertThat(number).as("in order, after %s", previous).isGreaterThan(previous);
            previous = number;
            received++;
        }
        int dropped = 400 - received;
        assertThat(dropped).isBetween(1, 395);
        await("to=" + room, page -> page.startsWith("2 of 2, dropped " + dropped + ","));
        publish(room, "again");
        assertThat(Frames.read(stalled).toString()).isEqualTo("81 again");
    }

    @Test
    void stalledClientIsClosedWith1013() throws IOException {
        Wire stalled = joinSlowly("closing?CLOSE_MEMBER");
        awaitMembers("closing", 1);
        publish("closing", "m", "&times=400&length=50000");
        int next = 1;
        ReceivedFrame frame = Frames.read(stalled);
        for (; (frame.first() & 0x0f) == 1; frame = Frames.read(stalled)) assertThat(frame.text()).as("no message is left out before the Close frame").startsWith("m " + next++ + ".");
        assertThat(frame.toString()).isEqualTo("88 1013 The client reads too slowly: 5 messages of a topic were waiting.");
        stalled.close();
        await("to=closing", page -> page.startsWith("0 of 0") && page.contains("end 1013 The client reads too slowly"));
    }

    @Test
    void consoleShowsTheLargestTopics() throws IOException {
        Wire first = join("shown"), second = join("shown"), alone = join("%3Cimg%20src=x%3E");
        awaitMembers("shown", 2);
        publish("shown", "m");
        for (Wire wire : List.of(first, second)) assertThat(Frames.read(wire).toString()).isEqualTo("81 m");
        String state = RawHttp.exchange(container, RawHttp.get(AT + "/console/api/state", ConsoleLogin.cookie(container, AT))).body();
        assertThat(state).matches("[\\x20-\\x7e]*").doesNotContain("<", ">");
        Map<?, ?> topics = (Map<?, ?>) ((Map<?, ?>) new Yaml().load(state)).get("topics");
        assertThat((List<?>) topics.get("largest")).first().isEqualTo(Map.of("name", "shown", "members", 2, "membersOfAllNodes", 2, "dropped", 0));
        assertThat((List<?>) topics.get("largest")).anySatisfy(topic -> assertThat(((Map<?, ?>) topic).get("name")).isEqualTo("<img src=x>"));
        assertThat((Integer) topics.get("published")).isPositive();
        assertThat(topics.containsKey("relay")).isFalse();
        alone.close();
    }

    @Test
    void memberMayJoinOnlySoManyTopics() throws IOException {
        Wire wire = join("many");
        assertThat(Frames.read(wire.send(Frames.text("wrong t"))).text()).contains("is a member of 20 topics already (changeover.topics.member.max)");
        assertThat(Frames.read(wire.send(Frames.text("all fine"))).text()).isEqualTo("fine");
    }

    @Test
    void longMessageFailsForThePublisherOnly() throws IOException {
        Wire wire = join("long");
        awaitMembers("long", 1);
        assertThat(RawHttp.exchange(container, RawHttp.get(AT + "/publish?to=long&text=m&length=200000")).status()).isEqualTo(500);
        publish("long", "fine");
        assertThat(Frames.read(wire).toString()).isEqualTo("81 fine");
    }
}
