package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compares the same WAR with and without our JAR: every request that is not upgraded gets the same response from both (status, content, header fields
 * except {@code Date}), and leaves the connection equally usable. {@link #deviation} contains the exceptions, with reasons.
 */
@OnContainer
@LongRunning
@EmbeddedOnly
class PassThroughIT {
    private static final String OURS = "/own", ALONE = "/non";
    private static final String SETTINGS = "AAMAAABkAAQAAP__";
    private static final int SAMPLE = 160;

    enum Content {
        NONE(""), LENGTH("hello", "Content-Length: 5"), CHUNKED("5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        EXPECTED("hello", "Content-Length: 5", "Expect: 100-continue");

        private final String bytes;
        private final String[] fields;

        Content(String bytes, String... fields) {
            this.bytes = bytes;
            this.fields = fields;
        }
    }

    enum SentOffer {
        NONE, H2C("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: " + SETTINGS),
        /** Payara's own HTTP/2 considers this a possible HTTP/2 request, and reads the content by its framing. */
        WEBSOCKET_WITH_SETTINGS("Connection: Upgrade, HTTP2-Settings", "Upgrade: websocket", "HTTP2-Settings: " + SETTINGS),
        WEBSOCKET("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
        FOO("Connection: Upgrade", "Upgrade: foo/2"), UNKNOWN("Connection: Upgrade", "Upgrade: unknown/7"), MALFORMED("Connection: Upgrade", "Upgrade: @@/, ///"),
        CLOSING("Connection: close, Upgrade", "Upgrade: unknown/7");

        private final String[] fields;

        SentOffer(String... fields) {
            this.fields = fields;
        }
    }

    /** One request. {@code ruled} means a path that offers {@code foo/2} to a GET without content. */
    record Case(String method, String version, Content content, SentOffer offer, boolean ruled, boolean read) {
        String head(String context, String upgrade) {
            String path = context + (read ? "/whole/" : "/unread/") + (ruled ? "ruled" : "free");
            List<String> lines = new ArrayList<>(List.of(method + " " + path + " " + version, "Host: localhost"));
            for (String field : offer.fields) lines.add(field.startsWith("Upgrade: ") ? upgrade + field.substring(8) : field);
            lines.addAll(List.of(content.fields));
            return String.join("\r\n", lines) + "\r\n\r\n";
        }

        boolean upgrades() {
            return ruled && offer == SentOffer.FOO && method.equals("GET") && content == Content.NONE && version.equals("HTTP/1.1");
        }
    }

    /** What the client received: every head, the content, and whether the next request on the connection gets a response. */
    record Exchanged(List<String> heads, String content, boolean usable) {
        /** The same from a server that closes the connection afterwards, and announces it. */
        Exchanged closed() {
            List<String> closing = new ArrayList<>(heads);
            closing.replaceAll(head -> head.contains(" 100 ") ? head : head.replace("[Content-Length,", "[Connection: close, Content-Length,"));
            return new Exchanged(closing, content, false);
        }
    }

    private static List<Case> allRequests() {
        List<Case> all = new ArrayList<>();
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")) {
            for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
                for (Content content : Content.values()) {
                    for (SentOffer offer : SentOffer.values()) {
                        for (int i = 0; i < 4; i++) all.add(new Case(method, version, content, offer, i % 2 == 0, i / 2 == 0));
                    }
                }
            }
        }
        return all;
    }

    private static Stream<Case> sampleCases() {
        List<Case> all = allRequests();
        Collections.shuffle(all, new Random(11));
        // cases that once failed are first
        Stream<Case> broken = Stream.of("GET", "POST").flatMap(method -> Stream.of(Content.LENGTH, Content.CHUNKED, Content.EXPECTED).flatMap(content ->
                Stream.of(SentOffer.H2C, SentOffer.WEBSOCKET_WITH_SETTINGS).map(offer -> new Case(method, "HTTP/1.1", content, offer, false, true))));
        return Stream.concat(broken, all.stream().limit(SAMPLE)).distinct();
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        deployBoth(container);
    }

    private static void deployBoth(ContainerUnderTest container) {
        container.deploy(deployedWith(War.with("pass-ours")).build(), OURS);
        container.deploy(deployedWith(War.plain("pass-alone")).build(), ALONE);
    }

    private static War deployedWith(War war) {
        return war.app("untouched").file("WEB-INF/classes/META-INF/services/io.github.changeover.spi.UpgradeProtocol", "untouched.Echo\n")
                .set("changeover.path./whole/ruled.protocols", "foo/2").set("changeover.path./unread/ruled.protocols", "foo/2");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(OURS);
        container.undeploy(ALONE);
    }

    // ---- why a response may differ

    private enum Deviation {
        NONE,
        /** The request is upgraded, which is the purpose of our JAR. */
        UPGRADED,
        /**
         * Payara alone considers an HTTP/1.1 request with {@code Upgrade} a raw connection: its content has no end, so an application that reads to the
         * end hangs, and the connection closes after the response. With our JAR, the response is that to the same request without {@code Upgrade}. A
         * {@code close} among several connection options is then obeyed. Payara alone ignores it in this case.
         */
        PAYARA_RAW,
        /** The same. In addition, Payara rejects content of these methods without {@code Upgrade}. With our JAR, the response is as if Payara accepted it. */
        PAYARA_RAW_CONTENT_OF_GET,
        /** The same for HTTP/1.0. If the application reads to the end, there is no response to compare with, but with our JAR there is one. */
        PAYARA_RAW_HTTP10
    }

    private static Deviation deviation(ContainerUnderTest container, boolean http2, Case one) {
        if (one.upgrades()) return Deviation.UPGRADED;
        boolean raw = container.isGrizzly() && one.offer != SentOffer.NONE
                && !(http2 && (one.offer == SentOffer.H2C || one.offer == SentOffer.WEBSOCKET_WITH_SETTINGS));
        if (!raw) return Deviation.NONE;
        if (one.version.equals("HTTP/1.0")) return one.read ? Deviation.PAYARA_RAW_HTTP10 : Deviation.NONE;
        boolean refused = one.content != Content.NONE && List.of("GET", "HEAD", "DELETE").contains(one.method);
        return refused ? Deviation.PAYARA_RAW_CONTENT_OF_GET : Deviation.PAYARA_RAW;
    }

    // ---- the comparison

    private static void compare(ContainerUnderTest container, boolean http2, Stream<Case> cases) {
        List<String> different = cases.map(one -> difference(container, http2, one)).filter(said -> !said.isEmpty()).toList();
        assertThat(different).isEmpty();
    }

    private static String difference(ContainerUnderTest container, boolean http2, Case one) {
        try {
            Deviation deviation = deviation(container, http2, one);
            Exchanged ours = ask(container.http(), one, OURS, "Upgrade:");
            Exchanged expected = switch (deviation) {
                case UPGRADED -> new Exchanged(List.of("HTTP/1.1 101"), "", true);
                case PAYARA_RAW -> one.offer == SentOffer.CLOSING ? ask(container.http(), one, ALONE, "X-Other:").closed() : ask(container.http(), one, ALONE, "X-Other:");
                case PAYARA_RAW_CONTENT_OF_GET, PAYARA_RAW_HTTP10 -> new Exchanged(List.of(), !one.read || one.method.equals("HEAD") ? "" : one.content == Content.NONE ? "content \n" : "content hello\n", true);
                default -> ask(container.http(), one, ALONE, "Upgrade:");
            };
            boolean same = switch (deviation) {
                case UPGRADED -> ours.heads.get(0).startsWith("HTTP/1.1 101");
                case PAYARA_RAW_CONTENT_OF_GET -> ours.heads.get(ours.heads.size() - 1).startsWith("HTTP/1.1 200") && ours.content.endsWith(expected.content)
                        && ours.usable != (one.offer == SentOffer.CLOSING);
                // HTTP/1.0 has no chunks, and what Grizzly makes of them depends on the method
                case PAYARA_RAW_HTTP10 -> one.content == Content.CHUNKED && ours.heads.get(0).startsWith("HTTP/1.1 200") && !ours.usable || ours.heads.get(ours.heads.size() - 1).startsWith("HTTP/1.1 200") && ours.content.endsWith(expected.content) && !ours.usable;
                default -> ours.equals(expected);
            };
            return same ? "" : one + " " + deviation + "\n  ours " + ours + "\n  expected " + expected;
        } catch (IOException | AssertionError failure) {
            return one + " " + failure;
        }
    }

    private static Exchanged ask(URI server, Case one, String context, String upgrade) throws IOException {
        try (Wire wire = Wire.connect(server).timeout(Duration.ofSeconds(20))) {
            boolean waits = one.content == Content.EXPECTED && one.version.equals("HTTP/1.1");      // HTTP/1.0 has no 100 (Continue)
            wire.send(one.head(context, upgrade) + (waits ? "" : one.content.bytes));
            List<String> heads = new ArrayList<>();
            Head head = wire.readHead();
            heads.add(plain(head));
            if (waits) wire.send(one.content.bytes);
            if (head.status() == 100) {
                head = wire.readHead();
                heads.add(plain(head));
            }
            // Payara accepts h2c with HTTP/1.0 as well, and may read chunked content after it as a request.
            if (head.status() == 101) return new Exchanged(heads, one.offer == SentOffer.H2C && one.version.equals("HTTP/1.1") ? http2(wire, context) : "", true);
            String content = one.method.equals("HEAD") ? "" : wire.readBodyText(head);
            return new Exchanged(heads, plain(content, context), isUsable(wire, context));
        }
    }

    private static String plain(Head head) {
        List<String> fields = head.fields().stream().map(Head.Field::toString).filter(field -> !field.startsWith("Date:")).sorted()
                .map(field -> field.startsWith("Content-Length:") ? "Content-Length" : field).toList();
        return head.statusLine() + " " + fields;
    }

    /** The content without the parts in which the two requests themselves differ. */
    private static String plain(String content, String context) {
        return content.replace(context, "/").replaceAll("(?m)^(upgrade|x-other)=.*\n", "");
    }

    private static boolean isUsable(Wire wire, String context) {
        try {
            wire.send("GET " + context + "/whole/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return wire.readToEnd().text().startsWith("HTTP/1.1 200");
        } catch (IOException ended) {
            return false;
        }
    }

    /** The container has accepted the offer itself. Returns its response on stream 1. */
    private static String http2(Wire wire, String context) throws IOException {
        return answer(Http2Wire.on(wire).preface(), context, 1);
    }

    private static String answer(Http2Wire http, String context, int stream) throws IOException {
        List<Http2Wire.Http2Frame> frames = http.readUntil(frame -> frame.stream() == stream && frame.ends() || frame.is(Http2Wire.GOAWAY, 0));
        Http2Wire.Http2Frame last = frames.get(frames.size() - 1);
        int status = frames.stream().filter(frame -> frame.is(Http2Wire.HEADERS, stream)).mapToInt(frame -> frame.payload()[0] & 0xff).findFirst().orElse(-1);
        String ended = last.type() == Http2Wire.RST || last.type() == Http2Wire.GOAWAY ? " error " + last.error() : "";
        return "status field " + status + ended + "\n" + plain(Http2Wire.text(frames, stream), context);
    }

    // ---- tests

    @Test
    @DisplayName("H1: a sample of requests gets the responses of the same WAR without our JAR")
    void sampleHasTheResponsesOfThePlainWar(ContainerUnderTest container) {
        compare(container, container.isGrizzly(), sampleCases());
    }

    @Test
    @Tag("full")
    @DisplayName("H1: all requests get the responses of the same WAR without our JAR")
    void allRequests(ContainerUnderTest container) {
        compare(container, container.isGrizzly(), allRequests().stream());
    }

    @Test
    @PayaraOnly
    @DisplayName("H1: the same on a listener without HTTP/2 of the container")
    void sampleWithoutHttp2HasTheResponsesOfThePlainWar(ContainerUnderTest container) {
        compare(container.withoutHttp2(), false, sampleCases());
    }

    @Test
    @Tag("full")
    @PayaraOnly
    @DisplayName("H1: all requests on a listener without HTTP/2 of the container")
    void allWithoutHttp2HaveTheResponsesOfThePlainWar(ContainerUnderTest container) {
        compare(container.withoutHttp2(), false, allRequests().stream());
    }

    @Test
    @TomcatOnly
    @DisplayName("H1: the same on a Tomcat whose connector speaks HTTP/2, and over HTTP/2")
    void sampleWithHttp2HasTheResponsesOfThePlainWar(ContainerUnderTest container) throws IOException {
        try (ContainerUnderTest http2 = Containers.start(container.name() + Containers.HTTP2, ListenerPorts.any())) {
            deployBoth(http2);
            compare(http2, true, sampleCases());
            overHttp2(http2);
        }
    }

    @Test
    @Tag("full")
    @TomcatOnly
    @DisplayName("H1: all requests on a Tomcat whose connector speaks HTTP/2")
    void allWithHttp2HaveTheResponsesOfThePlainWar(ContainerUnderTest container) {
        try (ContainerUnderTest http2 = Containers.start(container.name() + Containers.HTTP2, ListenerPorts.any())) {
            deployBoth(http2);
            compare(http2, true, allRequests().stream());
        }
    }

    @Test
    @PayaraOnly
    @DisplayName("H1: the same over HTTP/2")
    void sampleOverPayarasHttp2HasTheResponsesOfThePlainWar(ContainerUnderTest container) throws IOException {
        overHttp2(container);
    }

    /** HTTP/2 with prior knowledge: with and without content, and with header fields that are not allowed in HTTP/2. */
    private static void overHttp2(ContainerUnderTest container) throws IOException {
        assertThat(http2(container, "POST", OURS, "/whole/free", true)).contains("POST //whole/free HTTP/2.0").contains("content hello");
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")) {
            for (String[] fields : new String[][] {{}, {"upgrade", "foo/2"}, {"upgrade", "foo/2", "connection", "upgrade"}, {"http2-settings", SETTINGS}}) {
                for (boolean content : new boolean[] {false, true}) {
                    for (String path : List.of("/whole/ruled", "/whole/free", "/unread/ruled")) {
                        String ours = http2(container, method, OURS, path, content, fields);
                        assertThat(ours).as("%s %s %s content %s", method, path, List.of(fields), content).isEqualTo(http2(container, method, ALONE, path, content, fields));
                    }
                }
            }
        }
    }

    /** Sends one segment. With and without our JAR, Tomcat sometimes does not read segments that directly follow the preface. */
    private static String http2(ContainerUnderTest container, String method, String context, String path, boolean content, String... fields) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(Http2Wire.MAGIC);
        all.writeBytes(Http2Wire.frame(Http2Wire.SETTINGS, 0, 0, new byte[0]));
        all.writeBytes(Http2Wire.frame(Http2Wire.HEADERS, (content ? 0 : Http2Wire.END_STREAM) | Http2Wire.END_HEADERS, 1, Http2Wire.indexedRequest(method, context + path, fields)));
        if (content) all.writeBytes(Http2Wire.frame(Http2Wire.DATA, Http2Wire.END_STREAM, 1, "hello".getBytes(StandardCharsets.US_ASCII)));
        try (Wire wire = Wire.connect(container.http())) {
            return answer(Http2Wire.on(wire.send(all.toByteArray())), context, 1);
        } catch (IOException failure) {
            throw new IOException(method + " " + context + path + " content " + content + " " + List.of(fields), failure);
        }
    }
}
