package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that requests that violate HTTP/1.1, or that are not for an application, are not switched. */
@OnContainer
class RequestMessageIT {
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("message").app("wire").build(), "");
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("");
    }

    /** All bytes that arrive, and how the connection ends. Waits one second, which is enough for each container. */
    private static Wire.Rest exchange(String request) throws IOException {
        try (Wire wire = Wire.connect(container.http()).timeout(Duration.ofSeconds(1)).send(request)) {
            return wire.readToEnd();
        }
    }

    private static String offer(String requestLine, String... more) {
        return RawHttp.raw(requestLine, RawHttp.offering("greet/1", more));
    }

    private static String hits(String key) throws IOException {
        return RawHttp.exchange(container, RawHttp.get("/hits?of=" + key)).body();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-None: 0", "Expect: 100-continue"})
    @Covers({"RFC9110-7.8-07", "RFC9110-15.2-01"})
    void http10IsNotSwitchedAndGetsNo1xx(String more) throws IOException {
        Wire.Rest rest = exchange(offer("GET /greet HTTP/1.0", "Host: localhost", more));
        String interim = ContainerDifferences.sends100ToHttp10(container) && more.startsWith("Expect") ? "HTTP/1\\.1 100 Continue\r\n\r\n" : "";
        assertThat(rest.text()).matches("(?s)" + interim + "HTTP/1\\.[01] 200 .*\r\n\r\nGET /greet body 0 hit \\d+\n");
        assertThat(rest.end()).isEqualTo(Wire.End.FIN);
    }

    @Test
    @DisplayName("H1: over HTTP/1.0 a required path is answered 505, with what it requires")
    @Covers({"RFC9110-7.8-07", "RFC9110-15.5.22-01"})
    void requiredPathOverHttp10Is505() throws IOException {
        Wire.Rest rest = exchange(RawHttp.raw("GET /required HTTP/1.0", "Host: localhost"));
        assertThat(rest.text()).matches("(?s)HTTP/1\\.[01] 505 .*\r\nUpgrade: greet/1, second/2\r\n.*HTTP/1\\.1 with .*");
        assertThat(rest.end()).isEqualTo(Wire.End.FIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1", "HTTP/11"})
    @Covers("RFC9110-7.8-07")
    void otherVersionsAreNotSwitched(String version) throws IOException {
        assertThat(exchange(offer("GET /greet " + version, "Host: localhost")).text()).doesNotContain(" 101 ", "greet/1 ");
    }

    static Stream<Arguments> hosts() {
        return Stream.of(
                arguments(List.of(), 400), arguments(List.of("Host: localhost", "Host: localhost"), 400), arguments(List.of("Host: localhost", "Host: other"), 400),
                arguments(List.of("Host: a b"), 400), arguments(List.of("Host: a/b"), 400), arguments(List.of("Host: user@localhost"), 400),
                arguments(List.of("Host: [::1"), 400), arguments(List.of("Host: a, b"), 400),
                arguments(List.of("Host: localhost"), 101), arguments(List.of("Host: localhost:8080"), 101), arguments(List.of("Host: [::1]:80"), 101),
                arguments(List.of("Host: 127.0.0.1"), 101), arguments(List.of("Host: LOCALHOST"), 101), arguments(List.of("Host: localhost:"), 101));
    }

    @ParameterizedTest
    @MethodSource("hosts")
    @Covers({"RFC9112-3.2-01", "RFC9110-7.2-01"})
    void hostIsCheckedFirst(List<String> lines, int status) throws IOException {
        assertThat(RawHttp.head(container, offer("GET /greet HTTP/1.1", lines.toArray(String[]::new))).status()).isEqualTo(status);
    }

    @Test
    @Covers({"RFC9112-3.2-01", "RFC9110-7.2-01"})
    void invalidPortIsNotUpgraded() throws IOException {
        assertThat(RawHttp.head(container, offer("GET /greet HTTP/1.1", "Host: localhost:port")).status()).isEqualTo(ContainerDifferences.statusOfBrokenPort(container));
    }

    @Test
    @Covers("RFC9110-7.2-01")
    void emptyHostIsAnsweredByTheContainer() throws IOException {
        assertThat(RawHttp.head(container, offer("GET /greet HTTP/1.1", "Host:")).status()).isEqualTo(ContainerDifferences.statusOfEmptyHost(container));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /any-method", "POST /any-method", "POST /content", "GET /greet"})
    @Covers({"RFC9112-6.1-02", "RFC9112-11.2-01"})
    void ambiguousFramingIsNotSwitchedAndCloses(String target) throws IOException {
        String key = "twice-" + target.replaceAll("\\W", "-");
        Wire.Rest rest = exchange(offer(target + " HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", "Content-Length: 5")
                + "0\r\n\r\n" + RawHttp.get("/victim?key=" + key));
        assertThat(rest.text()).startsWith("HTTP/1.1 ").doesNotContain(" 101 ", "greet/1 ", "/victim");
        assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        assertThat(hits(key)).isEqualTo("0");
    }

    /** The opposite order of the fields: Grizzly ignores a Content-Length before Transfer-Encoding. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /any-method", "POST /any-method", "POST /content", "GET /greet", "POST /greet"})
    @Covers({"RFC9112-6.1-02", "RFC9112-11.2-01"})
    void ambiguousFramingIsNotSwitchedInEitherOrder(String target) throws IOException {
        String key = "first-" + target.replaceAll("\\W", "-");
        Wire.Rest rest = exchange(offer(target + " HTTP/1.1", "Host: localhost", "Content-Length: 5", "Transfer-Encoding: chunked")
                + "0\r\n\r\n" + RawHttp.get("/victim?key=" + key));
        assertThat(rest.text()).startsWith("HTTP/1.1 ");
        if (ContainerDifferences.ignoresALengthBeforeChunked(container)) {
            if (target.equals("POST /greet")) assertThat(rest.text()).contains("/victim");
            return;
        }
        assertThat(rest.text()).doesNotContain(" 101 ", "greet/1 ", "/victim");
        assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        assertThat(hits(key)).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", "chunked, foo", "foo, chunked", "identity, foo"})
    @Covers("RFC9112-6.1-03")
    void unknownTransferCodingIsNotSwitched(String coding) throws IOException {
        Wire.Rest rest = exchange(offer("POST /content HTTP/1.1", "Host: localhost", "Transfer-Encoding: " + coding) + "0\r\n\r\n");
        assertThat(rest.text()).doesNotContain(" 101 ", "greet/1 ");
        assertThat(rest.text()).matches("(?s)HTTP/1\\.1 (400|501) .*");
        assertThat(rest.end()).as("%s", rest.text()).isNotEqualTo(Wire.End.TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: +5", "Content-Length: 5, 6", "Content-Length: -1", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: five", "Content-Length: 0x5", "Content-Length:", "Content-Length: 99999999999999999999"})
    @Covers("RFC9112-6.3-01")
    void invalidLengthIsRejectedAndCloses(String fields) throws IOException {
        Wire.Rest rest = exchange(offer("POST /content HTTP/1.1", ("Host: localhost\r\n" + fields).split("\r\n")) + "hello");
        assertThat(rest.text()).startsWith("HTTP/1.1 400 ").doesNotContain("greet/1 ");
        assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
    }

    @Test
    @Covers({"RFC9110-9.3.8-01"})
    void traceIsRejected() throws IOException {
        for (String path : List.of("/greet", "/any-method", "/elsewhere")) {
            Wire.Rest rest = exchange(offer("TRACE " + path + " HTTP/1.1", "Host: localhost", "X-Secret: s3cret"));
            assertThat(rest.text()).startsWith("HTTP/1.1 405 ").doesNotContain("s3cret");
        }
    }

    @Test
    @Covers("RFC9110-9.3.7-01")
    void optionsAsteriskIsNotSwitched() throws IOException {
        Wire.Rest rest = exchange(offer("OPTIONS * HTTP/1.1", "Host: localhost"));
        assertThat(rest.text()).startsWith("HTTP/1.1 200 ").doesNotContain("greet/1 ");
        assertThat(rest.text().contains("\r\nAllow: ")).as("Tomcat answers itself, on Payara the root application does").isEqualTo(container.isTomcat());
    }

    @Test
    @Covers({"RFC9931-08", "RFC9110-9.3.6-01", "RFC9112-11.2-01"})
    void connectIsRejectedByTheContainerAndCloses() throws IOException {
        Wire.Rest rest = exchange(offer("CONNECT localhost:80 HTTP/1.1", "Host: localhost") + RawHttp.get("/victim?key=connect"));
        assertThat(rest.text()).startsWith("HTTP/1.1 " + ContainerDifferences.statusOfConnect(container) + " ").doesNotContain("/victim");
        assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        assertThat(hits("connect")).isEqualTo("0");
    }

    @Test
    @Covers("RFC9110-10.1.1-01")
    void expectContinueOfAnIgnoredOfferIsAnswered() throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(offer("POST /greet?key=expect HTTP/1.1", "Host: localhost", "Content-Length: 5", "Expect: 100-continue"))) {
            Head first = wire.readHead();
            assertThat(first.status()).isEqualTo(100);
            assertThat(RawHttp.readResponse(wire.send("hello")).body()).isEqualTo("POST /greet body 5 hit 1\n");
        }
    }

    @Test
    @Covers("RFC9112-6.3-02")
    void requestWithoutFramingHasNoContent() throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(RawHttp.upgrade("/drained", "nope"))) {
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("GET /drained body 0 hit 1\n");
        }
    }
}
