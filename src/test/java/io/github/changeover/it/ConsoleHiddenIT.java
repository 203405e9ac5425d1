package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Checks that the WebSocket connections of the console are hidden: no list, metric or event of the application contains them, and no limit counts them. */
@OnContainer
@EmbeddedOnly
@OnceOnTomcat
@Tag("full")
class ConsoleHiddenIT {
    private static final String CONTEXT = "/hidden";
    private ContainerUnderTest server;
    private ApplicationClient asking;
    private String cookie;
    private final List<Wire> open = new ArrayList<>();

    @BeforeEach
    void deploy(ContainerUnderTest container) throws IOException {
        server = container;
        deploy("0s");
    }

    private void deploy(String lifetime) throws IOException {
        server.deploy(War.with("hidden").app("operated").app("drained").set("changeover.console", "true").set("changeover.metrics.path", "/metrics")
                .set("changeover.connections.max", "1").set("changeover.connections.per-address.max", "1").set("changeover.protocol.websocket.connections.max", "1")
                .set("changeover.path./console/live.connections.max", "1").set("changeover.lifetime", lifetime).set("changeover.drain", "300ms").set("changeover.linger", "200ms").build(), CONTEXT);
        asking = ApplicationClient.of(server, CONTEXT);
        cookie = ConsoleLogin.cookie(server, CONTEXT);
    }

    @AfterEach
    void undeploy() throws IOException {
        for (Wire wire : open) wire.close();
        server.undeploy(CONTEXT);
    }

    private Wire handshake(String... fields) throws IOException {
        Wire wire = Wire.connect(server.http()).send(Frames.handshake(CONTEXT + "/console/live", fields));
        open.add(wire);
        return wire;
    }

    /** The WebSocket of a page that has received its first state. */
    private Wire page() throws IOException {
        Wire wire = handshake(cookie);
        assertThat(wire.readHead().status()).isEqualTo(101);
        state(wire);
        return wire;
    }

    /** The next state that the page receives. A Pong may arrive before it. */
    private static Map<?, ?> state(Wire wire) throws IOException {
        Frames.ReceivedFrame frame = Frames.read(wire);
        if (frame.first() == 0x8a) frame = Frames.read(wire);
        assertThat(frame.first()).as(frame.toString()).isEqualTo(0x81);
        return new Yaml().load(frame.text());
    }

    private Map<?, ?> api(String what) throws IOException {
        return new Yaml().load(asking.page("/console/api/" + what, cookie));
    }

    private Map<?, ?> command(String what, Map<String, String> parameters) throws IOException {
        String form = parameters.entrySet().stream().map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
        Message order = Message.of("POST " + CONTEXT + "/console/api/" + what, cookie, "X-Changeover-Token: " + api("about").get("token"), "Content-Type: application/x-www-form-urlencoded")
                .content(form.getBytes(StandardCharsets.US_ASCII), Message.Framing.LENGTH);
        try (Wire wire = Wire.connect(server.http()).send(order)) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            return new Yaml().load(answer.body());
        }
    }

    /** Uses the console's WebSocket in every way: open pages, rejected handshakes of several kinds, a ping, a close and a reset. */
    private void openAndClosePage() throws IOException {
        Wire first = page();
        Wire second = page();
        first.send(Frames.of(0x89, Frames.utf8("there?")));
        state(second);
        assertThat(handshake().readHead().status()).isEqualTo(403);
        assertThat(handshake(cookie, "Origin: http://evil.example").readHead().status()).isEqualTo(403);
        assertThat(handshake(cookie, "Sec-WebSocket-Version: 7").readHead().status()).isIn(400, 426);
        try (Wire wire = asking.offer("/console/live", "nope", cookie)) {
            assertThat(wire.readHead().status()).isNotEqualTo(101);
        }
        second.send(Frames.close(1000, ""));
        page().reset();
        state(first);
    }

    @Test
    @DisplayName("H9: the WebSocket of the console is in no list, count, metric, decision record or path")
    void consoleWebSocketIsInNoListOrMetric() throws IOException {
        String before = asking.page("/metrics");
        openAndClosePage();
        assertThat(asking.page("/metrics")).isEqualTo(before).doesNotContain("websocket");
        Map<?, ?> state = api("state");
        assertThat(state.get("connections")).isEqualTo(List.of());
        assertThat(state.get("live")).isEqualTo(0);
        assertThat(state.get("decisions")).isEqualTo(List.of());
        assertThat(((Map<?, ?>) state.get("counts")).get("bytesOut")).isEqualTo(0);
        assertThat(((Map<?, ?>) state.get("counts")).get("bytesIn")).isEqualTo(0);
        assertThat(((Map<?, ?>) state.get("counts")).get("queued")).isEqualTo(0);
        assertThat(api("about").get("paths").toString()).contains("/guest").doesNotContain("/console");
        assertThat(asking.page("/page?decisions")).doesNotContain("console");
        try (Wire wire = asking.offer("/guest", "guest/1")) {
            assertThat(wire.readHead().status()).as("the application's own connections are counted").isEqualTo(101);
            assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
            assertThat(((List<?>) api("state").get("connections"))).hasSize(1);
            assertThat(((List<?>) api("state").get("decisions"))).hasSize(1);
        }
    }

    @Test
    @DisplayName("H9: no limit counts the WebSockets of the console, and none rejects them")
    void limitsIgnoreTheConsoleWebSocket() throws IOException {
        page();
        page();
        try (Wire guest = asking.offer("/guest", "guest/1")) {
            assertThat(guest.readHead().status()).isEqualTo(101);
            page();
            try (Wire second = asking.offer("/guest", "guest/1")) {
                assertThat(second.readHead().status()).isIn(429, 503);
            }
        }
    }

    @Test
    @DisplayName("H9: the lifetime of connections does not close it")
    void lifetimeDoesNotCloseTheConsoleWebSocket() throws IOException {
        server.undeploy(CONTEXT);
        deploy("1s");
        Wire wire = page();
        for (int i = 0; i < 4; i++) state(wire);
    }

    @Test
    @DisplayName("H9: a drain, by an operator or by a program, neither closes nor rejects it")
    void drainDoesNotCloseOrRejectTheConsoleWebSocket() throws IOException {
        Wire wire = page();
        assertThat(command("drain", Map.of())).isEqualTo(Map.of("done", true));
        boolean draining = false;
        for (int i = 0; i < 5 && !draining; i++) draining = Boolean.TRUE.equals(state(wire).get("draining"));
        assertThat(draining).isTrue();
        page();
        state(wire);
        command("stopDraining", Map.of());
        assertThat(asking.page("/drain?millis=500")).as("nothing was left to wait for").isEqualTo("true");
        state(wire);
        page();
        assertThat(asking.status("/metrics")).isEqualTo(200);
    }

    @Test
    @DisplayName("H9: the dry run has no rule for its path, and disabling websocket leaves no decision")
    void dryRunAndSwitchesIgnoreTheConsoleWebSocket() throws IOException {
        Map<?, ?> played = command("dryRun", Map.of("method", "GET", "target", "/console/live", "version", "HTTP/1.1", "fields", "Host: a\nConnection: upgrade\nUpgrade: websocket"));
        assertThat(played.get("kind")).isEqualTo("ordinary");
        assertThat(played.get("explanation").toString()).contains("no rule matches this path");
        command("off", Map.of("token", "websocket"));
        assertThat(handshake(cookie).readHead().status()).isNotEqualTo(101);
        command("on", Map.of("token", "websocket"));
        page();
        assertThat(api("state").get("decisions")).isEqualTo(List.of());
    }

    @Test
    @DisplayName("H9: it is closed when the application stops")
    void consoleWebSocketClosesWithTheApplication() throws IOException {
        Wire wire = page();
        server.undeploy(CONTEXT);
        String last = "";
        for (int i = 0; i < 5 && !last.startsWith("88"); i++) last = Frames.read(wire).toString();
        assertThat(last).isEqualTo("88 1001 The server is closing the connection.");
        deploy("0s");
    }

    /** All JMX attributes of the application. */
    private static Map<String, String> attributes() throws Exception {
        MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();
        ObjectName bean = jmx.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(CONTEXT) + ",*"), null).iterator().next();
        Map<String, String> all = new TreeMap<>();
        for (var attribute : jmx.getMBeanInfo(bean).getAttributes()) all.put(attribute.getName(), text(jmx.getAttribute(bean, attribute.getName())));
        return all;
    }

    private static String text(Object value) {
        if (value instanceof Object[] array) return List.of(array).toString();
        if (!(value instanceof TabularData table)) return String.valueOf(value);
        Map<Object, Object> rows = new LinkedHashMap<>();
        for (Object row : table.values()) rows.put(((CompositeData) row).get("key"), ((CompositeData) row).get("value"));
        return new TreeMap<>(rows).toString();
    }

    @Test
    @EmbeddedOnly
    @DisplayName("H9: it changes nothing in JMX, and causes no JFR event")
    void consoleWebSocketIsNotInJmxOrJfr(@TempDir Path directory) throws Exception {
        Map<String, String> before = attributes();
        assertThat(before.get("Report")).contains("/hidden/guest").doesNotContain("/console/live offers");
        Path file = directory.resolve("console.jfr");
        try (Recording recording = new Recording()) {
            for (String event : List.of("Negotiation", "Open", "Close", "SlowWrite")) recording.enable("changeover." + event);
            recording.start();
            openAndClosePage();
            assertThat(attributes()).isEqualTo(before);
            try (Wire guest = asking.offer("/guest", "guest/1")) {
                assertThat(guest.readHead().status()).isEqualTo(101);
                assertThat(guest.send("hello").readText(5)).isEqualTo("hello");
                assertThat(attributes().get("Opened")).isEqualTo("1");
            }
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file).toString()).contains("/guest").doesNotContain("console");
    }
}
