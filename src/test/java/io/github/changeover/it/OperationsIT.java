package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks what an operator sees and commands, by JMX, JFR, metrics and the health resource. */
@OnContainer
@EmbeddedOnly
class OperationsIT {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static ApplicationClient operated;
    private static ObjectName bean;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("operated").app("operated").webXml(SecurityIT.LOGIN).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES)
                .set("changeover.health.path", "/health/changeover").set("changeover.metrics.path", "/metrics").set("changeover.metrics.role", Logins.ROLE)
                .set("changeover.path./member.roles", Logins.ROLE).set("changeover.queue.max", "64K").set("changeover.drain", "2s").set("changeover.linger", "200ms").build(),
                "/operated");
        operated = ApplicationClient.of(container, "/operated");
        bean = JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote("/operated") + ",*"), null).iterator().next();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) throws Exception {
        container.undeploy("/operated");
        assertThat(JMX.isRegistered(bean)).isFalse();
    }

    private static Object invoke(String name, String... argument) throws Exception {
        return JMX.invoke(bean, name, argument, argument.length == 0 ? new String[0] : new String[] {String.class.getName()});
    }

    private static long number(String attribute) throws Exception {
        return (Long) JMX.getAttribute(bean, attribute);
    }

    private static Map<Object, Object> table(String attribute) throws Exception {
        Map<Object, Object> table = new LinkedHashMap<>();
        for (Object row : ((TabularData) JMX.getAttribute(bean, attribute)).values()) table.put(((CompositeData) row).get("key"), ((CompositeData) row).get("value"));
        return table;
    }

    /** The JMX entry of a client's connection, found by the client's port. */
    private static CompositeData connection(Wire wire) throws Exception {
        for (CompositeData line : (CompositeData[]) JMX.getAttribute(bean, "Connections")) {
            if (line.get("remote").toString().endsWith(":" + wire.localPort())) return line;
        }
        throw new AssertionError("not there: " + wire.localPort());
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.call()) {
            if (System.nanoTime() > end) throw new AssertionError("did not come about");
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    private static Wire guestConnection(String path, String... fields) throws IOException {
        Wire wire = operated.offer(path, "guest/1", fields);
        assertThat(wire.readHead().status()).isEqualTo(101);
        assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
        return wire;
    }

    private static RawHttp.RawResponse get(String path, String... fields) throws IOException {
        try (Wire wire = Wire.connect(operated.server()).send(RawHttp.get("/operated" + path, fields))) {
            return RawHttp.readResponse(wire);
        }
    }

    @Test
    void connectionIsListedAndClosedByAnOperator() throws Exception {
        try (Wire polite = guestConnection("/member", Logins.basic(Logins.MEMBER)); Wire evicted = guestConnection("/guest")) {
            CompositeData line = connection(polite);
            assertThat(List.of(line.get("protocol"), line.get("path"), line.get("user"), line.get("bytesIn"), line.get("bytesOut"), line.get("queued")))
                    .containsExactly("guest/1", "/member", Logins.MEMBER, 5L, 5L, 0L);
            assertThat((Long) line.get("since")).isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
            assertThat(connection(evicted).get("user")).isEqualTo("");
            assertThat(invoke("abort", connection(evicted).get("id").toString())).isEqualTo(true);
            assertThat(evicted.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
            assertThat(invoke("close", line.get("id").toString())).isEqualTo(true);
            assertThat(polite.readToEnd().text()).isEqualTo("goodbye\n");
            polite.close();
            awaitTrue(() -> number("ConnectionCount") == 0);
            assertThat((Long) table("Closed").get("evicted")).isPositive();
            assertThat(invoke("abort", line.get("id").toString())).isEqualTo(false);
        }
    }

    @Test
    @Covers("GEN-06")
    void drainRejectsNewConnectionsAndKeepsOrdinaryHttp() throws Exception {
        assertThat(get("/health/changeover").body()).isEqualTo("up\n");
        try (Wire polite = guestConnection("/guest"); Wire stays = guestConnection("/stays")) {
            invoke("drain");
            try {
                assertThat(polite.readToEnd().text()).isEqualTo("goodbye\n");
                RawHttp.RawResponse health = get("/health/changeover");
                assertThat(health.status()).isEqualTo(503);
                assertThat(health.body()).isEqualTo("draining\n");
                assertThat(health.head().only("Cache-Control")).isEqualTo("no-store");
                try (Wire late = operated.offer("/guest", "guest/1")) {
                    Head head = late.readHead();
                    assertThat(head.status()).isEqualTo(503);
                    assertThat(head.only("Retry-After")).isEqualTo("5");
                    assertThat(late.readBodyText(head)).contains("draining");
                }
                assertThat(get("/page").body()).isEqualTo("ordinary\n");
                assertThat(stays.send("still").readText(5)).isEqualTo("still");
                assertThat(stays.isClosedByPeer(Duration.ofSeconds(6))).isTrue();
                assertThat((Long) table("Refused").get("draining")).isPositive();
            } finally {
                invoke("stopDraining");
            }
        }
        assertThat(get("/health/changeover").status()).isEqualTo(200);
        guestConnection("/guest").close();
    }

    @Test
    void healthResourceIsReadOnly() throws IOException {
        try (Wire wire = Wire.connect(operated.server()).send(RawHttp.request("HEAD", "/operated/health/changeover"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.only("Content-Length")).isEqualTo("3");
        }
        try (Wire wire = Wire.connect(operated.server()).send(RawHttp.request("POST", "/operated/health/changeover", "Content-Length: 0"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(405);
            assertThat(head.only("Allow")).isEqualTo("GET, HEAD");
        }
        assertThat(operated.status("/health/changeover/more")).isEqualTo(404);
        assertThat(operated.status("/health")).isEqualTo(404);
    }

    @Test
    void metricsNeedTheRoleAndAreValid() throws Exception {
        assertThat(get("/metrics").status()).isEqualTo(401);
        assertThat(get("/metrics", Logins.basic(Logins.GUEST)).status()).isEqualTo(403);
        Map<String, Double> before = metrics();
        try (Wire wire = guestConnection("/guest"); Wire ignored = operated.offer("/guest", "nope")) {
            assertThat(ignored.readHead().status()).isEqualTo(200);
            awaitTrue(() -> metrics().get("changeover_received_bytes_total") == before.get("changeover_received_bytes_total") + 5);
            Map<String, Double> after = metrics();
            assertThat(after.get("changeover_connections{protocol=\"guest/1\"}")).isPositive();
            assertThat(after.get("changeover_opened_total{protocol=\"guest/1\"}")).isEqualTo(before.get("changeover_opened_total{protocol=\"guest/1\"}") + 1);
            assertThat(after.get("changeover_decisions_total{outcome=\"ignored\",reason=\"not_served\"}")).isPositive();
            assertThat(after.get("changeover_negotiation_seconds_count")).isGreaterThan(before.get("changeover_negotiation_seconds_count"));
            assertThat(after.get("changeover_draining")).isZero();
            assertThat(after.keySet()).noneMatch(name -> name.contains("nope"));
        }
    }

    /** A small parser of OpenMetrics. Checks that every sample belongs to the family before it, and that the text ends with its end marker. */
    private static Map<String, Double> metrics() throws IOException {
        RawHttp.RawResponse answer = get("/metrics", Logins.basic(Logins.MEMBER));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head().only("Content-Type").replace(" ", "").toLowerCase()).isEqualTo("application/openmetrics-text;version=1.0.0;charset=utf-8");
        Pattern sample = Pattern.compile("([a-z_]+)(\\{[a-z]+=\"(?:[^\"\\\\]|\\\\.)*\"(?:,[a-z]+=\"(?:[^\"\\\\]|\\\\.)*\")*})? ([0-9.E+-]+)");
        Map<String, Double> samples = new LinkedHashMap<>();
        String family = null;
        List<String> lines = List.of(answer.body().split("\n"));
        assertThat(lines.get(lines.size() - 1)).isEqualTo("# EOF");
        for (String line : lines.subList(0, lines.size() - 1)) {
            if (line.startsWith("# ")) {
                String[] words = line.split(" ", 4);
                if (words[1].equals("TYPE")) family = words[2];
                assertThat(words[2]).isEqualTo(family);
                continue;
            }
            Matcher matcher = sample.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            assertThat(matcher.group(1)).startsWith(family);
            assertThat(samples.put(matcher.group(1) + (matcher.group(2) == null ? "" : matcher.group(2)), Double.valueOf(matcher.group(3)))).as("twice " + line).isNull();
        }
        return samples;
    }

    @Test
    void decisionsAreKeptWithResponsesAndWithoutSecrets() throws Exception {
        try (Wire wire = operated.offer("/guest", "nope/7", "Cookie: id=secret", "Authorization: Bearer secret")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            wire.readBody(head);
        }
        guestConnection("/guest", "HTTP2-Settings: secret").close();
        awaitTrue(() -> operated.page("/page?decisions").contains("ignored GET /guest, none of the offered protocols is supported on this path: offered [nope/7], rule /guest | ResponseSummary[status=200, "));
        String decisions = operated.page("/page?decisions");
        assertThat(decisions).contains("switched GET /guest to guest/1").contains("ResponseSummary[status=101, ").contains("Field[name=Upgrade, value=guest/1]")
                .contains("Field[name=Set-Cookie, value=(not kept)]").doesNotContain("secret");
        assertThat(String.join("\n", (String[]) JMX.getAttribute(bean, "Decisions"))).contains("offered [nope/7]").doesNotContain("secret");
        assertThat(String.join("\n", (String[]) JMX.getAttribute(bean, "Report"))).contains("Changeover on ", "health.path=/health/changeover", "/operated/guest offers guest/1");
    }

    @Test
    void disabledProtocolIsOffAtOnce() throws Exception {
        invoke("switchOff", "guest/1");
        try (Wire wire = operated.offer("/guest", "guest/1")) {
            assertThat(wire.readHead().status()).isEqualTo(200);
        } finally {
            invoke("switchOn", "guest/1");
        }
        guestConnection("/guest").close();
    }

    @Test
    void recordingHasTheEventsOfAConnection(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("changeover.jfr");
        try (Recording recording = new Recording()) {
            for (String event : List.of("Negotiation", "Open", "Close", "SlowWrite")) recording.enable("changeover." + event);
            recording.start();
            int port;
            try (Wire wire = guestConnection("/guest")) {
                port = wire.localPort();
            }
            try (Wire slow = operated.offer("/flood", "flood/1")) {
                assertThat(slow.readHead().status()).isEqualTo(101);
                awaitTrue(() -> number("Queued") > 65_536);
                assertThat(slow.readToEnd().bytes()).hasSize(20_000_000);
            }
            awaitTrue(() -> number("ConnectionCount") == 0);
            recording.stop();
            recording.dump(file);
            assertEvents(RecordingFile.readAllEvents(file), port);
        }
    }

    private static void assertEvents(List<RecordedEvent> events, int port) {
        RecordedEvent negotiation = only(events, "Negotiation", "remote", "127.0.0.1:" + port);
        assertThat(negotiation.getString("outcome")).isEqualTo("SWITCHED");
        assertThat(negotiation.getString("explanation")).isEqualTo("switched GET /guest to guest/1: offered [guest/1], rule /guest");
        RecordedEvent open = only(events, "Open", "remote", "127.0.0.1:" + port);
        assertThat(open.getString("protocol")).isEqualTo("guest/1");
        RecordedEvent close = only(events, "Close", "id", open.getString("id"));
        assertThat(close.getString("cause")).isEqualTo("PEER");
        assertThat(close.getLong("octetsIn")).isEqualTo(5);
        assertThat(close.getLong("octetsOut")).isEqualTo(5);
        assertThat(close.getDuration("open")).isPositive();
        assertThat(events).filteredOn(event -> event.getEventType().getName().equals("changeover.SlowWrite")).isNotEmpty()
                .allSatisfy(event -> assertThat(event.getDuration("waited")).isPositive());
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name, String field, String value) {
        List<RecordedEvent> found = new ArrayList<>();
        for (RecordedEvent event : events) {
            if (event.getEventType().getName().equals("changeover." + name) && value.equals(event.getString(field))) found.add(event);
        }
        assertThat(found).as(name).hasSize(1);
        return found.get(0);
    }
}
