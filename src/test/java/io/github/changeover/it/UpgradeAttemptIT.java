package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks what happens between the decision to switch and the 101: content, protocol names, filters after the chain, and failures. */
@OnContainer
class UpgradeAttemptIT {
    private static final int MOST = 4;
    private static ContainerUnderTest server;
    private static ApplicationClient war;
    private static String started;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        int before = container.log().length();
        container.deploy(War.with("posted").app("posted").set("changeover.connections.max", Integer.toString(MOST)).set("changeover.blocking.max", "1")
                .set("changeover.capture.max", "1000").set("changeover.capture.disk.max", "50000").build(), "/posted");
        started = container.log().substring(before);
        server = container;
        war = ApplicationClient.of(container, "/posted");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/posted");
    }

    // ---- H2: content of an endpoint

    /** Sends the same bytes as {@code docker exec}. */
    private static Wire dockerExec(String json) throws IOException {
        return Wire.connect(server.http()).send("POST /posted/v1.47/exec/e1/start HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Docker-Client/27.0.0 (linux)\r\n"
                + "Content-Length: " + json.length() + "\r\nConnection: Upgrade\r\nContent-Type: application/json\r\nUpgrade: tcp\r\n\r\n" + json);
    }

    @Test
    @DisplayName("H2: POST with JSON and Upgrade: tcp, as docker exec sends it, switches an annotated endpoint, which gets the content")
    void endpointAcceptsContent() throws IOException {
        String json = "{\"Detach\":false,\"Tty\":false}\n";
        try (Wire wire = dockerExec(json)) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("tcp");
            assertThat(wire.readLine()).isEqualTo("tcp e1 {\"Detach\":false,\"Tty\":false}\n");
            assertThat(wire.readLine()).isEqualTo("\n");
            assertThat(wire.send("through").readText(7)).isEqualTo("through");
        }
    }

    @Test
    @DisplayName("H2: chunked content and early bytes after it are separated")
    void chunkedContentAndEarlyBytesAreSeparated() throws IOException {
        try (Wire wire = war.offer("/v1/exec/e2/start", "tcp").timeout(Wire.DEFAULT_TIMEOUT)) {
            assertThat(wire.readHead().status()).as("a GET is not for this endpoint").isEqualTo(404);
        }
        try (Wire wire = Wire.connect(server.http()).send(RawHttp.request("POST", "/posted/v1/exec/e2/start",
                RawHttp.offering("tcp", "Transfer-Encoding: chunked")) + "3\r\n{}!\r\n0\r\n\r\nearly")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readText(14)).isEqualTo("tcp e2 {}!\near".substring(0, 14));
        }
    }

    @Test
    @DisplayName("H2: an endpoint for a method with content but without a content rule causes a warning at start; a request with content stays HTTP")
    void endpointWithoutAContentRuleIsWarnedOf() throws IOException {
        assertThat(started.lines().filter(line -> line.contains("@UpgradeEndpoint"))).hasSize(1).first().asString()
                .contains("posted.Silent").contains("[POST]").contains("content = true");
        try (Wire wire = Wire.connect(server.http()).send(RawHttp.request("POST", "/posted/silent", RawHttp.offering("foo/2", "Content-Length: 2")) + "{}")) {
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("secret");
        }
    }

    // ---- H3: names

    @Test
    @DisplayName("H3: the 101 and the connection name the protocol as registered, whatever the spelling of the client")
    void protocolIsNamedAsRegistered() throws IOException {
        try (Wire wire = switched("GET", "/silent", "FOO/2")) {
            assertThat(last.only("Upgrade")).isEqualTo("foo/2");
            assertThat(wire.readLine()).isEqualTo("foo/2\n");
        }
        try (Wire wire = Wire.connect(server.http()).send(RawHttp.request("POST", "/posted/v1/exec/e3/start", RawHttp.offering("TCP", "Content-Length: 2")) + "{}")) {
            assertThat(wire.readHead().only("Upgrade")).isEqualTo("tcp");
            assertThat(wire.readLine()).isEqualTo("tcp e3 {}\n");
        }
    }

    // ---- H4: filters after the chain

    @ParameterizedTest(name = "H4: {0} of a filter after the chain does not prevent the switch")
    @ValueSource(strings = {"flush", "wrapped-flush", "stream-flush", "stream-close", "writer-flush", "writer-close", "writer-check", "early-writer-flush",
        "early-stream-flush", "empty-write"})
    void flushAfterTheChainCommitsNothing(String way) throws IOException {
        try (Wire wire = war.offer("/v1/exec/e4/start", "tcp", "X-Way: " + way)) {
            assertThat(wire.readHead().status()).as("no switch is agreed for a GET here").isEqualTo(404);
        }
        try (Wire wire = Wire.connect(server.http()).send(RawHttp.request("POST", "/posted/v1/exec/e4/start", RawHttp.offering("tcp", "Content-Length: 0", "X-Way: " + way)))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo("tcp e4 \n");
            assertThat(wire.send("x").readText(1)).isEqualTo("x");
        }
    }

    @ParameterizedTest(name = "H4: the response of a filter after the chain ({0}) replaces the 101: {1}")
    @CsvSource({"write, 200, written", "text, 200, written", "status, 404, ''"})
    void responseOfAFilterReplacesThe101(String way, int status, String content) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(RawHttp.request("POST", "/posted/v1/exec/e5/start", RawHttp.offering("tcp", "Content-Length: 0", "X-Way: " + way)))) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).isEqualTo(content);
        }
    }

    @Test
    @DisplayName("H4: an ordinary response to a request with Upgrade is flushed as usual")
    void ordinaryResponsesAreFlushed() throws IOException {
        for (String way : List.of("flush", "stream-flush", "stream-close")) {
            try (Wire wire = war.offer("/original/x?length=3", "nobody/1", "X-Way: " + way)) {
                assertThat(RawHttp.readResponse(wire).body()).as(way).isEqualTo("secretsecretsecret");
            }
        }
    }

    // ---- C5: a failure releases everything

    @Test
    @DisplayName("C5: an invalid header of a filter is omitted from the 101, and no reservation is lost")
    void invalidHeaderOfAFilterIsOmitted() throws IOException {
        for (int i = 0; i < 3 * MOST; i++) {
            try (Wire wire = switched("POST", "/v1/exec/e6/start", "tcp", "Content-Length: 0", "X-Name: any")) {
                assertThat(last.has("X-User")).isFalse();
                assertThat(last.only("X-Plain")).isEqualTo("Lukasz");
                assertThat(wire.readLine()).isEqualTo("tcp e6 \n");
            }
        }
    }

    private Head last;

    /** Reservations and threads of ended connections are released a moment later. Until then the status is 503, and the request is repeated. */
    private Wire switched(String method, String path, String token, String... fields) throws IOException {
        for (long end = System.nanoTime() + 5_000_000_000L; ; ) {
            Wire wire = Wire.connect(server.http()).send(RawHttp.request(method, "/posted" + path, RawHttp.offering(token, fields)));
            last = wire.readHead();
            if (last.status() == 101) return wire;
            wire.close();
            if (last.status() != 503 || System.nanoTime() > end) throw new AssertionError(last.raw());
        }
    }

    @ParameterizedTest(name = "C5: a failed switch ({0}) is answered {2} completely and releases reservation, thread and captured response at once")
    @CsvSource({"/original/x?length=2000&throw, original/1, 500", "/original/x?length=2000&error, original/1, 500", "/original/x?length=2000&null, original/1, 500",
        "/blocking?fail, foo/2, 500"})
    void failureReleasesAllResources(String path, String token, int status) throws IOException {
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 3 * MOST; i++) {
            try (Wire wire = war.offer(path, token)) {
                RawHttp.RawResponse answer = RawHttp.readResponse(wire);
                seen.add(answer.status());
                assertThat(answer.body()).isEqualTo("The server failed to upgrade the connection.\n");
            }
        }
        assertThat(seen).as("never 503: no place, thread or file is lost").containsOnly(status);
        String again = path.replaceFirst("&?(throw|error|null|fail)$", "");
        try (Wire wire = switched("GET", again, token)) {
            assertThat(wire.readText(6)).isEqualTo(token.equals("foo/2") ? "served" : "secret");
        }
    }

    @Test
    @DisplayName("C5: an exception in prepare() is answered 500 and releases the reservation at once")
    void exceptionInPrepareIs500() throws IOException {
        for (int i = 0; i < 3 * MOST; i++) {
            try (Wire wire = dockerExec("fail")) {
                assertThat(RawHttp.readResponse(wire).status()).isEqualTo(500);
            }
        }
        switched("POST", "/v1/exec/e7/start", "tcp", "Content-Length: 0").close();
    }

    // ---- H8: reason phrases

    @ParameterizedTest(name = "H8: a rejection with {0} has the reason phrase {1}, if the container sends one")
    @CsvSource({"400, Bad Request", "403, Forbidden", "404, Not Found", "421, Misdirected Request", "422, Unprocessable Content", "425, Too Early", "426, Upgrade Required",
        "428, Precondition Required", "429, Too Many Requests", "431, Request Header Fields Too Large", "451, Unavailable For Legal Reasons", "503, Service Unavailable",
        "508, Loop Detected", "511, Network Authentication Required"})
    void reasonPhraseDependsOnTheContainer(int status, String phrase) throws IOException {
        try (Wire wire = war.offer("/refused?" + status, "original/1")) {
            Head head = wire.readHead();
            assertThat(head.statusLine()).isEqualTo("HTTP/1.1 " + status + " " + (server.isGrizzly() ? phrase : ""));
            assertThat(wire.readBodyText(head)).isEqualTo("Refused.\n");
        }
    }

    // ---- H1: no response over HTTP on a required path

    @ParameterizedTest(name = "H1: on a required path a response that cannot be carried is rejected: {0}")
    @ValueSource(strings = {"async", "long", "multipart"})
    void requiredPathNeverStaysHttp(String kind) throws IOException {
        String request = switch (kind) {
            case "async" -> RawHttp.upgrade("/posted/strict/x?async", "original/1");
            case "long" -> RawHttp.upgrade("/posted/strict/x?length=20000", "original/1");
            default -> RawHttp.request("POST", "/posted/strict/x", RawHttp.offering("original/1", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 6")) + "--b--\r";
        };
        try (Wire wire = Wire.connect(server.http()).send(request)) {
            Head head = wire.readHead();
            String body = head.status() == 101 ? wire.send("!").readText(1) : wire.readBodyText(head);
            assertThat(head.status()).isIn(101, 426, 500);
            assertThat(body).doesNotContain("secret");
            if (kind.equals("multipart")) assertThat(head.only("Upgrade")).isEqualTo("original/1");
        }
        try (Wire wire = Wire.connect(server.http()).send(request.replace("/strict/", "/original/"))) {
            Head head = wire.readHead();
            assertThat(head.status()).as("where it is not required the request stays HTTP").isEqualTo(200);
            assertThat(new String(wire.readBody(head), ISO_8859_1)).startsWith("secret");
        }
    }
}
