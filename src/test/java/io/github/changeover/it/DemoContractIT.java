package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the paths of the demo: which protocols they offer, which of several they choose, and how they respond. */
@OnContainer
class DemoContractIT {
    private static final String CONTEXT = OnContainer.CONTEXT;
    private static ContainerUnderTest container;

    @BeforeAll
    static void setContainer(ContainerUnderTest under) {
        container = under;
    }

    static byte[] frame(byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length).putInt(payload.length).put(payload).array();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(ISO_8859_1)));
    }

    private static RawHttp.RawResponse once(String request) throws IOException {
        return RawHttp.exchange(container, request);
    }

    /** Uses the demo as -Prun serves it. */
    @ParameterizedTest
    @ValueSource(strings = {"X: y", "Connection: upgrade\r\nUpgrade: nope"})
    @EmbeddedOnly
    void invalidChunksAreAnsweredWithoutAStackTrace(String field) throws IOException {
        String head = "POST " + CONTEXT + "/echo HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\nTransfer-Encoding: chunked\r\n\r\n";
        RawHttp.RawResponse answer = once(head + "zz\r\nhello\r\n0\r\n\r\n");
        assertThat(answer.status()).isBetween(400, 500);
        assertThat(answer.body()).doesNotContain("Exception", "\tat ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/echo|example/1, foo/2|example/1", "/echo|foo/2, example/1|foo/2", "/echo|echo, foo/2|echo", "/echo|nope, echo|echo", "/echo|FOO/2|foo/2",
        "/server-order|echo, example/1, foo/2|foo/2", "/server-order|echo, example/1|example/1", "/server-order|echo|echo",
        "/upgrade-only|example/1, foo/2|example/1", "/upgrade-only|echo, foo/2|foo/2"})
    @Covers({"RFC9110-7.8-11", "RFC9110-7.8-12", "RFC9110-7.8-22", "MDN-01"})
    void eachPathChoosesByItsPreference(String path, String offer, String chosen) throws IOException {
        Head head = RawHttp.head(container, RawHttp.upgrade(CONTEXT + path, offer));
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.only("Upgrade")).isEqualTo(chosen);
        assertThat(head.only("Connection")).isEqualTo("Upgrade");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/server-order"})
    @Covers({"RFC9110-7.8-05", "MDN-03"})
    void withoutAnAcceptableOfferThePageListsTheProtocols(String path) throws IOException {
        RawHttp.RawResponse plain = once(RawHttp.get(CONTEXT + path));
        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.head().only("Content-Type").toLowerCase(Locale.ROOT)).startsWith("text/plain");
        assertThat(plain.body()).contains("foo/2, example/1, echo");
        RawHttp.RawResponse ignored = once(RawHttp.upgrade(CONTEXT + path, "nope, h3"));
        assertThat(ignored.status()).isEqualTo(200);
        assertThat(ignored.body()).isEqualTo(plain.body());
        assertThat(ignored.head().has("Upgrade")).isFalse();
    }

    @Test
    @Covers({"RFC9110-15.5.22-01", "RFC9110-15.5.22-02", "MDN-04"})
    void upgradeOnlyIs426AndThenSwitchesOnTheSameConnection() throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(RawHttp.get(CONTEXT + "/upgrade-only"))) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.head().only("Upgrade")).isEqualTo("foo/2, example/1");
            assertThat(answer.head().only("Connection")).isEqualToIgnoringCase("upgrade");
            assertThat(answer.body()).isNotBlank();
            wire.send(RawHttp.upgrade(CONTEXT + "/upgrade-only", "example/1") + "on\n");
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo("on\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    @Covers({"MDN-01", "MDN-02", "MDN-12", "MDN-14", "RFC9110-7.8-16", "GEN-01"})
    void pageIsSentInsideFoo2(String scheme) throws IOException {
        byte[] page = once(RawHttp.get(CONTEXT + "/index.html")).body().getBytes(ISO_8859_1);
        URI server = scheme.equals("http") ? container.http() : container.https();
        try (Wire wire = Wire.connect(server).send(RawHttp.get(CONTEXT + "/index.html", "Connection: upgrade", "Upgrade: example/1, foo/2"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("foo/2");
            assertThat(head.only("Connection")).isEqualTo("Upgrade");
            assertThat(wire.readExactly(4 + page.length)).isEqualTo(frame(page));
            byte[] more = frame("and on".getBytes(ISO_8859_1));
            assertThat(wire.send(more).readExactly(more.length)).isEqualTo(more);
        }
    }

    @Test
    @Covers({"RFC9110-7.8-05", "MDN-03"})
    void pageIsSentOverHttpOtherwise() throws IOException {
        RawHttp.RawResponse page = once(RawHttp.get(CONTEXT + "/index.html"));
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("<h1>Changeover</h1>");
        assertThat(once(RawHttp.get(CONTEXT + "/")).body()).isEqualTo(page.body());
        assertThat(once(RawHttp.upgrade(CONTEXT + "/index.html", "example/1, echo")).body()).isEqualTo(page.body());
        assertThat(RawHttp.head(container, RawHttp.upgrade(CONTEXT + "/", "foo/2")).status()).as("the welcome file is found before any filter").isEqualTo(101);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH", "FOO"})
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-22", "MDN-03", "MDN-13"})
    void requestPageShowsTheRequest(String method) throws Exception {
        String body = method.equals("GET") || method.equals("DELETE") || method.equals("FOO") ? "" : "some body";
        RawHttp.RawResponse answer = once(RawHttp.request(method, CONTEXT + "/request?q=%20x&y", RawHttp.offering("foo/2", "X-One: 1", "X-One: 2", "Content-Length: " + body.length())) + body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.head().only("Content-Type").toLowerCase(Locale.ROOT)).startsWith("text/plain");
        String[] parts = answer.body().split("\n\n", 2);
        assertThat(parts[0].lines().findFirst()).contains(method + " " + CONTEXT + "/request?q=%20x&y HTTP/1.1");
        assertThat(parts[0].lines().skip(1)).contains("host: localhost", "x-one: 1", "x-one: 2").allMatch(line -> line.matches("[a-z0-9-]+: .*"));
        assertThat(parts[1]).isEqualTo("body-length: " + body.length() + "\nbody-sha256: " + sha256(body) + "\n");
    }

    @ParameterizedTest
    @CsvSource({"POST,/echo", "PUT,/echo", "GET,/echo", "POST,/server-order"})
    @Covers({"RFC9931-07", "RFC9112-6.3-02", "RFC9112-APP-01"})
    void requestWithContentStaysHttpWithItsBody(String method, String path) throws Exception {
        String body = "x".repeat(20_000);
        RawHttp.RawResponse answer = once(RawHttp.request(method, CONTEXT + path, RawHttp.offering("echo", "Content-Length: " + body.length())) + body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).startsWith(method + " " + CONTEXT + path + " HTTP/1.1\n").endsWith("\n\nbody-length: 20000\nbody-sha256: " + sha256(body) + "\n");
    }

    @Test
    @Covers({"GEN-09", "RFC9112-9.6-02", "RFC9110-7.8-20"})
    void echoReturnsEveryByteAndEndsAfterTheClient() throws IOException {
        byte[] all = new byte[256 * 40];
        new Random(1).nextBytes(all);
        for (int i = 0; i < 256; i++) all[i] = (byte) i;
        try (Wire wire = Wire.connect(container.http()).send(RawHttp.upgrade(CONTEXT + "/echo", "echo"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            wire.send(all).shutdownOutput();
            Wire.Rest rest = wire.readToEnd();
            assertThat(Arrays.equals(rest.bytes(), all)).isTrue();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }
}
