package io.github.changeover.it.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.War;
import io.github.changeover.it.browser.BrowserPage;
import io.github.changeover.it.browser.ChromiumBrowser;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.relay.redis.RedisServer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks the WAR on Tomcat and on Payara behind HAProxy, with Redis as the relay between them, and with the configuration that docker-compose.yml uses. */
@Tag("proxy")
class HaproxyIT {
    private static final Set<String> NODES = Set.of("payara", "tomcat");
    private static final int CONNECTIONS = 20;
    private static final String NODE_NAME = "demo.node";
    private static RedisServer redis;
    private static ContainerUnderTest tomcat;
    private static ContainerUnderTest payara;
    private static Haproxy haproxy;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        ExternalTool.require("haproxy");
        redis = RedisServer.start();
        Path war = War.demo("demo-node").set("changeover.relay", "redis").set("changeover.relay.redis.uri", "redis://127.0.0.1:" + redis.port()).set("changeover.relay.name", "demo").build();
        System.setProperty(NODE_NAME, "node-of-the-test");      // of Tomcat, in this JVM; Payara has the host name
        tomcat = Containers.start("tomcat11", ListenerPorts.any());
        tomcat.deploy(war, "");
        payara = Containers.start("payara-dist", ListenerPorts.any());
        payara.deploy(war, "");
        haproxy = Haproxy.start(tomcat.http(), payara.http(), "/index.html");
    }

    @AfterAll
    static void stop() {
        System.clearProperty(NODE_NAME);
        for (AutoCloseable each : new AutoCloseable[] {haproxy, payara, tomcat, redis}) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Checks one connection through the proxy. */
    private interface NodeCheck {
        /** Makes all assertions. Returns the node that has responded. */
        String run(Wire wire) throws IOException;
    }

    /** Repeats the check until both nodes have responded. Under load, the proxy may consider a node down and use the other one twice. */
    private static void onBothNodes(NodeCheck visit) throws IOException {
        Set<String> nodes = new TreeSet<>();
        for (int i = 0; i < CONNECTIONS && nodes.size() < NODES.size(); i++) {
            if (i >= NODES.size()) LockSupport.parkNanos(500_000_000);     // the proxy checks every 2 s
            try (Wire wire = Wire.connect(haproxy.http())) {
                nodes.add(visit.run(wire));
            }
        }
        assertThat(nodes).isEqualTo(NODES);
    }

    @Test
    void bothNodesServeThePage() throws IOException {
        onBothNodes(wire -> {
            wire.send("GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).contains("<h1>Changeover</h1>");
            return head.only("X-Node");
        });
    }

    @Test
    void echoPassesThroughUnchangedFromBothNodes() throws IOException {
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        onBothNodes(wire -> {
            wire.send("GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).as(head.raw()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("echo");
            for (int at = 0; at < bytes.length; at += 10_000) {
                wire.send(bytes, at, 10_000);
            }
            assertThat(wire.readExactly(bytes.length)).isEqualTo(bytes);
            return head.only("X-Node");
        });
    }

    @Test
    void lineProtocolClosesThroughTheProxy() throws IOException {
        onBothNodes(wire -> {
            wire.send("GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: example/1\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.only("Upgrade")).isEqualTo("example/1");
            wire.send("hello\nQUIT\n");
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.text()).isEqualTo("hello\r\nBYE\r\n");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
            return head.only("X-Node");
        });
    }

    @Test
    void requiredUpgradeIs426ThroughTheProxy() throws IOException {
        onBothNodes(wire -> {
            wire.send("GET /upgrade-only HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(426);
            assertThat(head.only("Upgrade")).isEqualTo("foo/2, example/1");
            assertThat(wire.readBody(head)).isNotEmpty();
            return head.only("X-Node");
        });
    }

    @Test
    void bodiesOfOrdinaryRequestsAreComplete() throws IOException {
        onBothNodes(wire -> {
            wire.send("POST /request HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
            wire.send("hello");
            Head head = wire.readHead();
            assertThat(wire.readBodyText(head)).contains("body-length: 5\n");
            return head.only("X-Node");
        });
    }

    @Test
    void chatInABrowserIsOneOnBothNodes() {
        try (ChromiumBrowser browser = ChromiumBrowser.start(); BrowserPage one = enterChat(browser, tomcat.http()); BrowserPage two = enterChat(browser, payara.http())) {
            awaitMembers("2 in this room, 1 of them on node ", one, two);
            assertThat(one.text("#members")).endsWith(" on node node-of-the-test").isNotEqualTo(two.text("#members"));
            say(one, "hello from tomcat");
            awaitLine(": hello from tomcat", one, two);
            say(two, "hello from payara");
            awaitLine(": hello from payara", one, two);
            try (BrowserPage proxied = enterChat(browser, haproxy.http())) {
                awaitMembers("3 in this room, ", one, two, proxied);
                say(proxied, "hello through the proxy");
                awaitLine(": hello through the proxy", one, two, proxied);
                proxied.click("#switch");
                awaitLine(" left", one, two);
                proxied.await("document.getElementById('members').innerText === ''");
            }
            awaitMembers("2 in this room, 1 of them on node ", one, two);
            for (BrowserPage page : new BrowserPage[] {one, two}) {
                assertThat(page.text("#heard")).as("responses to /who are not lines of the chat").doesNotContain("/who");
                assertThat(page.errors()).isEmpty();
            }
        }
    }

    private static BrowserPage enterChat(ChromiumBrowser browser, URI server) {
        BrowserPage page = browser.open(server.resolve("/index.html")).enter("#path", "chat/garden");
        return page.click("#switch").await("document.getElementById('state').innerText.startsWith('Connected')");
    }

    private static void say(BrowserPage page, String words) {
        page.enter("#message", words).click("#say");
    }

    private static void awaitLine(String end, BrowserPage... pages) {
        for (BrowserPage page : pages) {
            page.await("[...document.querySelectorAll('#heard li')].some(line => line.innerText.startsWith('< guest ') && line.innerText.endsWith('" + end + "'))");
        }
    }

    private static void awaitMembers(String text, BrowserPage... pages) {
        for (BrowserPage page : pages) page.await("document.getElementById('members').innerText.startsWith('" + text + "')");
    }
}
