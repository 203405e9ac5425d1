package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks the application's response to the request that was switched. It is sent over the new protocol, equals the response that HTTP would have
 * carried, and is made once.
 */
@OnContainer
class OriginalResponseIT {
    private static final String[] OFFER = {"Connection: Upgrade", "Upgrade: original"};
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("original").app("original").file("file.txt", "a file\n".repeat(20_000))
                .set("changeover.capture.max", "200k").build(), "/original");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/original");
    }

    private static Message get(String path) {
        return Message.of("GET /original" + path);
    }

    private static Wire open(Message message) throws IOException {
        Wire wire = Wire.connect(server.http());
        message.send(wire, Message.ContentTiming.AT_ONCE);
        return wire;
    }

    private static Message.FullResponse ordinaryResponse(Message message) throws IOException {
        try (Wire wire = open(message)) {
            return Message.readResponse(wire);
        }
    }

    private record CarriedResponse(Head head, byte[] body) {
        String text() {
            return new String(body, UTF_8);
        }
    }

    /** Switches, reads the response from the new protocol, and checks that the connection then belongs to the handler. */
    private static CarriedResponse carriedResponse(Message message) throws IOException {
        try (Wire wire = open(message.with(OFFER))) {
            Head switched = wire.readHead();
            assertThat(switched.status()).as(switched.raw()).isEqualTo(101);
            assertThat(switched.has("Content-Length") || switched.has("Content-Type") || switched.has("X-Own")).as(switched.raw()).isFalse();
            Head head = wire.readHead();
            byte[] body = wire.readExactly(Integer.parseInt(head.only("X-Bytes")));
            assertThat(wire.send("echo").readText(4)).isEqualTo("echo");
            return new CarriedResponse(head, body);
        }
    }

    private static int count(String key) throws IOException {
        return Integer.parseInt(ordinaryResponse(get("/count?" + key)).content());
    }

    @ParameterizedTest
    @ValueSource(strings = {"writer", "stream", "nothing", "flushed", "closed", "no-content", "not-modified", "cookies", "include", "forward-file", "hop"})
    @Covers({"RFC9110-7.8-16", "RFC9110-15.4-01"})
    void carriedResponseEqualsTheHttpResponse(String page) throws IOException {
        Message.FullResponse expected = ordinaryResponse(get("/page/" + page));
        CarriedResponse carried = carriedResponse(get("/page/" + page + "?once-" + page));
        assertThat(carried.head.status()).isEqualTo(expected.status());
        assertThat(new String(carried.body, ISO_8859_1)).isEqualTo(expected.content());
        for (String name : List.of("Content-Type", "ETag", "Last-Modified", "X-Own", "X-Late", "X-Before", "X-Yours", "Set-Cookie")) {
            assertThat(carried.head.all(name)).as(name).isEqualTo(expected.fields().stream()
                    .filter(field -> field.regionMatches(true, 0, name + ": ", 0, name.length() + 2)).map(field -> field.substring(name.length() + 2)).toList());
        }
        assertThat(count("once-" + page)).isEqualTo(page.equals("include") ? 2 : 1);
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void forwardIsFollowed() throws IOException {
        CarriedResponse carried = carriedResponse(get("/page/forward?key"));
        assertThat(carried.head.only("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(carried.body).hasSize(256);
        assertThat(count("key")).isEqualTo(1);
        assertThat(count("key-forwarded")).isEqualTo(1);
    }

    @Test
    @Covers({"RFC9110-7.8-16", "RFC9110-13-01"})
    void staticFileAndConditionalRequestAreCarried() throws IOException {
        CarriedResponse whole = carriedResponse(get("/file.txt"));
        assertThat(whole.text()).isEqualTo("a file\n".repeat(20_000));
        Message conditional = get("/file.txt").with("If-None-Match: " + whole.head.only("ETag"));
        assertThat(ordinaryResponse(conditional).status()).isEqualTo(304);
        CarriedResponse unchanged = carriedResponse(conditional);
        assertThat(unchanged.head.status()).isEqualTo(304);
        assertThat(unchanged.body).isEmpty();
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void errorAndRedirectAreCarried() throws IOException {
        CarriedResponse error = carriedResponse(get("/page/error?error"));
        assertThat(error.head.status()).isEqualTo(404);
        assertThat(error.text()).contains("no such page").doesNotContain("dropped");
        CarriedResponse redirect = carriedResponse(get("/page/redirect?redirect"));
        assertThat(redirect.head.status()).isEqualTo(302);
        assertThat(redirect.head.only("Location")).endsWith("elsewhere?a=b");
        assertThat(count("error")).isEqualTo(1);
        assertThat(count("redirect")).isEqualTo(1);
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void sessionStartedByTheResponseContinues() throws IOException {
        CarriedResponse carried = carriedResponse(get("/page/session"));
        String cookie = carried.head.only("Set-Cookie");
        assertThat(cookie).startsWith("JSESSIONID=");
        CarriedResponse again = carriedResponse(get("/page/session").with("Cookie: " + cookie.split(";")[0]));
        assertThat(again.head.has("Set-Cookie")).isFalse();
        assertThat(again.text()).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"writer", "stream", "nothing", "error", "forward-file"})
    @Covers("RFC9110-7.8-16")
    void responseToHeadHasNoContent(String page) throws IOException {
        Message head = Message.of("HEAD /original/page/" + page + "?head-" + page);
        CarriedResponse carried = carriedResponse(head);
        assertThat(carried.body).isEmpty();
        assertThat(carried.head.status()).isEqualTo(page.equals("error") ? 404 : 200);
        if (page.equals("stream")) assertThat(carried.head.only("Content-Length")).isEqualTo("256");
        assertThat(count("head-" + page)).isEqualTo(1);
    }

    @Test
    @Covers({"RFC9110-7.8-19", "RFC9110-7.6.1-02"})
    void applicationSeesNoHopByHopFields() throws IOException {
        Message message = get("/page/request").with("Connection: X-Secret, HTTP2-Settings", "X-Secret: s", "HTTP2-Settings: AAA", "Keep-Alive: 5", "X-Plain: p");
        assertThat(carriedResponse(message).text()).isEqualTo("host [localhost]\nx-plain [p]\nnullfalse nullfalse nullfalse nullfalse nullfalse ");
    }

    @Test
    @Covers("RFC9110-7.8-19")
    void clientSeesNoHopByHopFields() throws IOException {
        CarriedResponse carried = carriedResponse(get("/page/hop"));
        assertThat(carried.head.fields()).extracting(Head.Field::name).doesNotContain("Connection", "X-Mine", "Keep-Alive").contains("X-Yours");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "application/octet-stream|some bytes|LENGTH", "application/octet-stream|some bytes|CHUNKED", "text/plain|a line|LENGTH",
        "application/x-www-form-urlencoded|a=%C3%A9&q=1&q=2|LENGTH", "application/x-www-form-urlencoded|a=%C3%A9&q=1&q=2|CHUNKED"})
    @Covers({"RFC9110-7.8-16", "RFC9110-7.8-17"})
    void applicationReadsTheContent(String type, String content, Message.Framing framing) throws IOException {
        Message message = Message.of("POST /original/page/content", "Content-Type: " + type).content(content.getBytes(ISO_8859_1), framing);
        String text = carriedResponse(message).text();
        assertThat(text.substring(text.indexOf(' ', 5))).isEqualTo(utf8(ordinaryResponse(message)).substring(utf8(ordinaryResponse(message)).indexOf(' ', 5)));
    }

    private static String utf8(Message.FullResponse answer) {
        return new String(answer.content().getBytes(ISO_8859_1), UTF_8);
    }
}
