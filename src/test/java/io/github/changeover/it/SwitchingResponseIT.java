package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the head of a 101, byte by byte, and that the byte after it belongs to the new protocol. */
@OnContainer
@Portable
class SwitchingResponseIT {
    private static final String GREETING = "greet/1 0\n";
    private static final List<String> NEVER = List.of("Content-Length", "Transfer-Encoding", "Content-Type", "Keep-Alive", "Trailer");
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("the101").app("wire").build(), "/wire");
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("/wire");
    }

    private static Wire send(String request) throws IOException {
        return Wire.connect(container.http()).send(request);
    }

    private static void assert101(Head head, String upgrade) {
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        assertThat(head.all("Upgrade")).containsExactly(upgrade);
        assertThat(head.all("Connection")).containsExactly("Upgrade");
        assertThat(NEVER).as("%s", head).noneMatch(head::has);
    }

    @Test
    @Covers({"RFC9110-7.8-01", "RFC9110-7.8-09", "RFC9110-7.8-18", "RFC9110-15.2-02", "RFC9110-15.2.2-01", "RFC9110-15.2.2-02", "RFC9110-8.6-01",
            "RFC9110-6.6.1-01", "RFC9112-6.1-01", "GEN-01", "GEN-02", "MDN-14"})
    void headIsExactAndTheProtocolFollows() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/greet?key=exact", "greet/1"))) {
            assertThat(wire.readHead().raw()).matches(ContainerDifferences.head101(container, "greet/1"));
            assertThat(wire.readText(GREETING.length())).isEqualTo(GREETING);
            wire.send("abc").shutdownOutput();
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.text()).isEqualTo("abc");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
        assertThat(RawHttp.exchange(container, RawHttp.get("/wire/hits?of=exact")).body()).as("the application did not run").isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive, Upgrade", "Upgrade, keep-alive", "close, Upgrade", "Upgrade, close", "upgrade", "UPGRADE, X-Hop, TE"})
    @Covers({"RFC9110-7.8-09", "RFC9110-7.6.1-03", "RFC9110-8.6-01", "RFC9112-6.1-01"})
    void connectionFieldIsAlwaysUpgradeOnly(String connection) throws IOException {
        try (Wire wire = send(RawHttp.get("/wire/greet", "Connection: " + connection, "Upgrade: greet/1", "Keep-Alive: timeout=5"))) {
            Head head = wire.readHead();
            assert101(head, "greet/1");
            assertThat(head.raw()).matches(ContainerDifferences.head101(container, "greet/1"));
            assertThat(wire.readText(GREETING.length())).isEqualTo(GREETING);
            // "close" applies to HTTP. It has no effect after the switch.
            assertThat(wire.isClosedByPeer(Duration.ofMillis(300))).isFalse();
            assertThat(wire.send("still here").readText(10)).isEqualTo("still here");
        }
    }

    @Test
    @Covers({"RFC9110-7.8-08", "RFC9110-10.1.1-01"})
    void response100PrecedesThe101() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/greet", "greet/1", "Expect: 100-continue"))) {
            Head interim = wire.readHead();
            assertThat(interim.status()).isEqualTo(100);
            assertThat(interim.has("Upgrade")).isFalse();
            assert101(wire.readHead(), "greet/1");
            assertThat(wire.readText(GREETING.length())).isEqualTo(GREETING);
        }
    }

    @Test
    @Covers({"RFC9110-7.8-08", "RFC9110-7.8-17", "RFC9110-10.1.1-01"})
    void clientThatAwaits100GetsThe101AfterItsContent() throws IOException {
        try (Wire wire = send(RawHttp.request("POST", "/wire/content", RawHttp.offering("greet/1", "Content-Length: 5", "Expect: 100-continue")))) {
            assertThat(wire.readHead().status()).isEqualTo(100);
            wire.send("12345early");
            assert101(wire.readHead(), "greet/1");
            assertThat(wire.readText(15)).isEqualTo("greet/1 5\nearly");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade", "Upgrade, close"})
    @Covers({"RFC9112-7.1-01", "RFC9110-7.8-17"})
    void chunkedContentIsReadBeforeThe101(String connection) throws IOException {
        try (Wire wire = send(RawHttp.request("POST", "/wire/content", "Connection: " + connection, "Upgrade: greet/1", "Transfer-Encoding: chunked")
                + "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\nearly")) {
            Head head = wire.readHead();
            if (connection.endsWith("close") && ContainerDifferences.rejectsChunksWithConnectionClose(container)) {
                assertThat(head.status()).isEqualTo(200);
                return;
            }
            assert101(head, "greet/1");
            assertThat(wire.readText(15)).isEqualTo("greet/1 5\nearly");
        }
    }

    @Test
    @Covers("RFC9110-7.8-02")
    void layersAreListedBottomFirst() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/layers", "HTTP/1.1, layer/1"))) {
            assert101(wire.readHead(), "layer/1, HTTP/1.1");
            assertThat(wire.readText(10)).isEqualTo("layer/1 0\n");
        }
    }

    @Test
    @Covers({"RFC9110-7.8-01", "RFC9110-8.6-01"})
    void fieldsOfTheProtocolAreSentExceptFramingFields() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/fields", "greet/1"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.all("X-Extra")).containsExactly("1", "2");
            assertThat(head.only("Content-Type")).isEqualTo("application/vnd.example");
            assertThat(head.has("Content-Length")).isFalse();
            assertThat(head.all("Connection")).containsExactly("Upgrade");
            assertThat(wire.readText(GREETING.length())).isEqualTo(GREETING);
        }
    }

    @Test
    @Covers("GEN-04")
    void fieldsOfFiltersAreKeptIfAllowedIn101() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/cookies", "greet/1"))) {
            Head head = wire.readHead();
            assert101(head, "greet/1");
            assertThat(head.all("Set-Cookie")).hasSize(2);
            List<String> cookies = ContainerDifferences.keepsOrderOfCookies(container) ? head.all("Set-Cookie") : head.all("Set-Cookie").stream().sorted().toList();
            assertThat(cookies.get(0)).startsWith("one=1").contains("HttpOnly");
            assertThat(cookies.get(1)).isEqualTo("two=2; Path=/");
            assertThat(head.only("X-Own")).isEqualTo("kept");
            assertThat(head.only("X-Late")).isEqualTo("kept too");
            Set<String> names = head.fields().stream().map(field -> field.name().toLowerCase(Locale.ROOT)).collect(Collectors.toCollection(TreeSet::new));
            ContainerDifferences.fieldsAddedTo101(container).forEach(name -> names.remove(name.toLowerCase(Locale.ROOT)));
            assertThat(names).containsExactly("connection", "set-cookie", "upgrade", "x-late", "x-own");
            assertThat(wire.readText(GREETING.length())).isEqualTo(GREETING);
        }
    }

    @Test
    @Covers("GEN-03")
    void startedResponseStaysHttp() throws Exception {
        RawHttp.RawResponse answer = RawHttp.exchange(container, RawHttp.upgrade("/wire/committed?key=begun", "greet/1"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("begun\nGET /committed body 0 hit 1\n");
        assertThat(RawHttp.isLogged(container, "A filter has started the response to GET /committed: the request stays HTTP")).isTrue();
    }

    @Test
    @Covers("GEN-03")
    void responseSentAfterTheChainStaysHttp() throws Exception {
        RawHttp.RawResponse answer = RawHttp.exchange(container, RawHttp.upgrade("/wire/committed?late&key=late", "greet/1"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("late\n");
        assertThat(RawHttp.isLogged(container, "but a filter has sent a response after the decision to upgrade: the request stays HTTP")).isTrue();
    }
}
