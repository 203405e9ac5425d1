package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the target of a handshake as the client wrote it, and what an endpoint sees of it. */
@OnContainer
class TargetsIT {
    private static final String AT = "/targets";
    /** Parts of a path. None contains a slash, or a character that a container interprets as one, and none is a single dot. */
    private static final String[] PIECES = {"a", "Z", "0", "-", "_", "~", "a.b", "é", "漢", "ß", " ", "+", "%", "&", "=", "?", "#", "@", ":", "!", "$", "'", "(", ")", "*", ",", "\"", "<", "|", "{", "^", "`"};
    private static ContainerUnderTest container;
    private static URI server;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        server = container.http();
        container.deploy(War.with("targets").webSocket().app("targets").set("changeover.trusted-proxies", "127.0.0.1").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    private static Wire open(String target, String host, String... fields) throws IOException {
        return Wire.connect(server).send(Frames.handshake(target, fields).replace("Host: localhost", "Host: " + host));
    }

    /** What the endpoint returns about this target. */
    private static String answerTo(String question, String target, String host, String... fields) throws IOException {
        try (Wire wire = open(target, host, fields)) {
            assertThat(wire.readHead().status()).as(target).isEqualTo(101);
            wire.send(Frames.text(question));
            return Frames.read(wire).text();
        }
    }

    private static String lines(String uri, String query, String parameters, String path, boolean secure) {
        return "uri " + uri + "\nquery " + query + "\nparameters " + parameters + "\npath " + path + "\nsecure " + secure;
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder();
        for (char c : text.toCharArray()) ascii.append(c >= 0x20 && c < 0x7f ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        return ascii.toString();
    }

    private static String text(Random random, int pieces) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(pieces) + 1; i > 0; i--) text.append(PIECES[random.nextInt(PIECES.length)]);
        return text.toString();
    }

    /** Percent-encodes what must be encoded, and at random some other characters. */
    private static String percentEncoded(Random random, String text, String legal) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (legal.indexOf((char) (b & 0xff)) >= 0 && random.nextInt(5) > 0) escaped.append((char) b);
            else escaped.append(String.format(random.nextBoolean() ? "%%%02X" : "%%%02x", b));
        }
        return escaped.toString();
    }

    @ParameterizedTest(name = "W7: random targets, seed {0}")
    @ValueSource(longs = {1, 2})
    void rawTargetKeepsItsValues(long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            String value = text(random, 4);
            String name = text(random, 3);
            String other = text(random, 4);
            String path = percentEncoded(random, value, "aZ0-_~.b!$'()*,@:&=+");
            String query = percentEncoded(random, name, "aZ0-_~.b!$'()*,@:?") + "=" + percentEncoded(random, other, "aZ0-_~.b!$'()*,@:?");
            String uri = "ws://my.example:8443" + AT + "/p/" + path + "?" + query;
            String parameters = "{" + (name.compareTo("v") < 0 ? ascii(name) + "=[" + ascii(other) + "], v=[" + ascii(value) + "]" : "v=[" + ascii(value) + "], " + ascii(name) + "=[" + ascii(other) + "]") + "}";
            String values = parameters.replace("=[" + ascii(other) + "]", "=" + ascii(other)).replace("v=[" + ascii(value) + "]", "v=" + ascii(value));
            assertThat(answerTo("", AT + "/p/" + path + "?" + query, "my.example:8443")).isEqualTo(lines(uri, query, parameters, values, false));
            assertThat(answerTo("", AT + "/late/" + path + "?" + query, "my.example:8443")).isEqualTo(lines(uri.replace("/p/", "/late/"), query,
                    parameters.replace("v=[" + ascii(value) + "]", "v=[given]"), values.replace("v=" + ascii(value), "v=given"), false));
        }
    }

    @ParameterizedTest(name = "W7: {0} is {1}")
    @CsvSource({"a%3Bb, a;b", "a+b, a+b", "a%2Bb, a+b", "a%20b, a b", "a%2520b, a%20b", "a;x=1, a", "a%25, a%", "%C3%A9, \\u00e9", "a%26b%3Dc, a&b=c"})
    void pathVariableIsDecodedOnce(String written, String value) throws IOException {
        assertThat(answerTo("param", AT + "/p/" + written, "localhost")).isEqualTo(value);
    }

    @Test
    @DisplayName("W7: an encoded slash is rejected, by the container or by us")
    void encodedSlashIsRejected() throws IOException {
        try (Wire wire = open(AT + "/p/a%2Fb", "localhost")) {
            assertThat(wire.readHead().status()).isIn(400, 404);
        }
    }

    @Test
    @DisplayName("W7: the query is kept unchanged, and its values are decoded once")
    void queryIsKeptAndDecodedOnce() throws IOException {
        assertThat(answerTo("", AT + "/p/a?z=%26&z=a%2Bb+c&y&x=%2526", "my.example")).isEqualTo(
                lines("ws://my.example" + AT + "/p/a?z=%26&z=a%2Bb+c&y&x=%2526", "z=%26&z=a%2Bb+c&y&x=%2526", "{v=[a], x=[%26], y=[], z=[&, a+b c]}", "{v=a, x=%26, y=, z=&}", false));
        assertThat(answerTo("handshake", AT + "/p/a?z=%26", "my.example")).isEqualTo("ws://my.example" + AT + "/p/a z=%26");
        assertThat(answerTo("", AT + "/p/a", "[::1]:80")).isEqualTo(lines("ws://[::1]:80" + AT + "/p/a", "null", "{v=[a]}", "{v=a}", false));
    }

    @Test
    @DisplayName("W7: scheme and host are those of a trusted proxy")
    void schemeAndHostAreThoseOfATrustedProxy() throws IOException {
        assertThat(answerTo("", AT + "/p/a", "inner:8080", "Forwarded: for=192.0.2.7;proto=https;host=outer.example"))
                .isEqualTo(lines("wss://outer.example" + AT + "/p/a", "null", "{v=[a]}", "{v=a}", true));
        assertThat(answerTo("", AT + "/late/a", "outer.example", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https"))
                .isEqualTo(lines("wss://outer.example" + AT + "/late/a", "null", "{v=[given]}", "{v=given}", true));
    }

    @ParameterizedTest(name = "W8: {0} is accepted, or 400 before the 101")
    @ValueSource(strings = {"?a|b={c}", "?u=100%", "?u=%zz", "?u=%E9", "?q=\"x\"", "?q=<x>", "?q=a\\b", "?q=^`", "?q=[1]", "?=", "?&&", "?a=%00", "?q=\u00e9", "?%", "?+%2", "?q=a#b"})
    void hostileQueriesAreHandled(String query) throws IOException {
        for (String path : new String[] {"/p/a", "/late/a"}) {
            try (Wire wire = open(AT + path + query, "localhost")) {
                Head head = wire.readHead();
                if (head.status() == 400) continue;
                assertThat(head.status()).isEqualTo(101);
                wire.send(Frames.text(""));
                Frames.ReceivedFrame frame = Frames.read(wire);
                assertThat(frame.first()).as(query).isEqualTo(0x81);
                if (query.equals("?u=100%")) assertThat(frame.text()).contains("query u=100%25\n").contains("u=[100%]");
                if (query.equals("?a|b={c}")) assertThat(frame.text()).contains("query a%7Cb=%7Bc%7D\n").contains("a|b=[{c}]");
            }
        }
    }

    @ParameterizedTest(name = "W8: {0} is accepted, or rejected before the 101")
    @ValueSource(strings = {"/p/a|b", "/p/{c}", "/p/100%", "/p/%E9", "/p/a^b", "/p/\"", "/p/a%3Bb/c", "/p/a;b=%zz", "/p/\u00e9"})
    void hostilePathsAreHandled(String path) throws IOException {
        try (Wire wire = open(AT + path, "localhost")) {
            Head head = wire.readHead();
            if (head.status() == 101) {
                wire.send(Frames.text(""));
                assertThat(Frames.read(wire).first()).isEqualTo(0x81);
            } else {
                assertThat(head.status()).isIn(ContainerDifferences.statusesOfHostilePath(container));
            }
        }
    }

    @ParameterizedTest(name = "W8: Host {0} is accepted, or rejected before the 101")
    @ValueSource(strings = {"a_b.example", "a'b", "a%41", "a&b=c", "[::1]", "h:", "h:0", "(x)", "a;b", "-", "~"})
    void hostileHostsAreHandled(String host) throws IOException {
        try (Wire wire = open(AT + "/p/a", host)) {
            Head head = wire.readHead();
            if (head.status() != 101) {
                assertThat(head.status()).isBetween(400, 499);
                return;
            }
            wire.send(Frames.text(""));
            assertThat(Frames.read(wire).first()).isEqualTo(0x81);
        }
    }
}
