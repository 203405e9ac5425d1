package io.github.changeover.it;

import static io.github.changeover.it.Frames.close;
import static io.github.changeover.it.Frames.header;
import static io.github.changeover.it.Frames.join;
import static io.github.changeover.it.Frames.masked;
import static io.github.changeover.it.Frames.of;
import static io.github.changeover.it.Frames.text;
import static io.github.changeover.it.Frames.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Frames.ReceivedFrame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the frames of RFC 6455 on raw sockets, byte by byte, against the echo of the demo and an application with low limits. */
@OnContainer
@Portable
@OnPayara7
class WebSocketFramesIT {
    private static final String ECHO = OnContainer.CONTEXT + "/echo";
    private static final String NARROW = "/frames";
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("frames").webSocket().app("endpoints").set("changeover.stall", "1s").set("changeover.websocket.message.max", "1000").build(), NARROW);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(NARROW);
    }

    private static Wire open(String path, String... fields) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(path, fields));
        Head head = wire.readHead();
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        assertThat(head.has("Sec-WebSocket-Extensions")).isEqualTo(fields.length > 0);
        return wire;
    }

    /** What the client sends after the handshake, and the code of the Close frame that it gets. */
    record FaultCase(String name, int code, boolean deflate, byte[] bytes) {
        @Override
        public String toString() {
            return code + " " + name;
        }
    }

    private static FaultCase row(int code, String name, byte[]... bytes) {
        return new FaultCase(name, code, false, join(bytes));
    }

    private static FaultCase deflated(int code, String name, byte[]... bytes) {
        return new FaultCase(name, code, true, join(bytes));
    }

    private static byte[] hex(String bytes) {
        return HexFormat.ofDelimiter(" ").parseHex(bytes);
    }

    static Stream<FaultCase> faults() {
        byte[] none = {};
        return Stream.of(
                row(1002, "no mask", hex("81 05 48 65 6c 6c 6f")),
                row(1002, "no mask, at the second byte", hex("82 05")),
                row(1002, "no mask on a ping", hex("89 00")),
                row(1002, "RSV1 without an extension", of(0xc1, utf8("x"))),
                row(1002, "RSV2", of(0xa1, utf8("x"))),
                row(1002, "RSV3, at the first byte", hex("91")),
                row(1002, "RSV1 on a ping", of(0xc9, none)),
                row(1002, "opcode 3", of(0x83, none)),
                row(1002, "opcode 7", of(0x87, none)),
                row(1002, "opcode 11", of(0x8b, none)),
                row(1002, "opcode 15, at the first byte", hex("8f")),
                row(1002, "a ping without FIN", of(0x09, none)),
                row(1002, "a Close without FIN", of(0x08, none)),
                row(1002, "a ping of 126 bytes", of(0x89, new byte[126])),
                row(1002, "a pong of 65536 bytes, at the second byte", hex("8a ff")),
                row(1002, "a length of 5 in two bytes", hex("81 fe 00 05 01 02 03 04")),
                row(1002, "a negative length", hex("82 ff 80 00 00 00 00 00 00 00")),
                row(1002, "nothing to continue", of(0x80, utf8("x"))),
                row(1002, "text in the middle of text", of(0x01, utf8("x")), text("y")),
                row(1002, "binary in the middle of text", of(0x01, utf8("x")), of(0x82, none)),
                row(1002, "a Close of one byte", of(0x88, new byte[1])),
                row(1002, "code 0", close(0, "")),
                row(1002, "code 999", close(999, "")),
                row(1002, "code 1004", close(1004, "")),
                row(1002, "code 1005", close(1005, "")),
                row(1002, "code 1006", close(1006, "")),
                row(1002, "code 1015", close(1015, "")),
                row(1002, "code 2999", close(2999, "")),
                row(1002, "code 5000", close(5000, "")),
                row(1007, "a reason that is not UTF-8", of(0x88, hex("03 e8 ff"))),
                row(1007, "a byte that is never UTF-8", of(0x81, hex("48 69 ff"))),
                row(1007, "at the first bad byte of 100", header(0x81, 100), masked(hex("48 69 c3 28"))),
                row(1007, "a surrogate, at its second byte of 100", header(0x81, 100), masked(hex("ed a0"))),
                row(1007, "too high, at its second byte of 100", header(0x81, 100), masked(hex("f4 90"))),
                row(1007, "overlong, at its first byte of 70000", header(0x81, 70_000), masked(hex("c0"))),
                row(1007, "in the second fragment, before its end", of(0x01, hex("e2 82")), header(0x80, 100), masked(hex("28"))),
                row(1007, "a character that the message does not finish", of(0x81, hex("e2 82"))),
                row(1009, "more than 16 MiB, by the header alone", header(0x82, (16 << 20) + 1)),
                row(1009, "2^62 bytes", header(0x82, 1L << 62)),
                deflated(1002, "RSV1 on a continuation", of(0x41, hex("f2 48")), of(0xc0, hex("cd"))),
                deflated(1002, "RSV1 on a pong", of(0xca, none)),
                deflated(1002, "RSV2 with deflate", of(0xe1, none)),
                deflated(1007, "no deflate", of(0xc1, hex("ff ff ff ff"))),
                deflated(1007, "not UTF-8 inside", of(0xc1, new ClientDeflater().deflate(hex("48 69 ff")))),
                deflated(1009, "zeros without end", of(0xc2, new ClientDeflater().deflate(new byte[(16 << 20) + 1]))));
    }

    @ParameterizedTest
    @MethodSource("faults")
    @Covers({"RFC6455-5.1-01", "RFC6455-5.1-02", "RFC6455-5.2-01", "RFC6455-5.4-01", "RFC6455-8.1-01", "RFC7692-6-01", "RFC7692-7.2.2-01"})
    void faultIsAnsweredWithItsCodeAndTheEnd(FaultCase row) throws IOException {
        try (Wire wire = row.deflate ? open(ECHO, DEFLATE) : open(ECHO)) {
            wire.send(row.bytes);
            ReceivedFrame last = Frames.read(wire);
            assertThat(last.toString()).matches("88 " + row.code + " .+");
            wire.send(close(row.code, ""));
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEmpty();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    @Covers("RFC6455-5.1-01")
    void bytesAfterAFaultAreIgnoredWithoutAReset() throws IOException {
        try (Wire wire = open(ECHO)) {
            opened(wire).send(join(text("before"), hex("81 05"), new byte[100_000], text("after")));
            assertThat(Frames.read(wire)).hasToString("81 before");
            assertThat(Frames.read(wire).toString()).startsWith("88 1002 ");
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEmpty();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 5000})
    void tooLongMessageIs1009AtItsHeader(int length) throws IOException {
        try (Wire wire = open(NARROW + "/streams")) {
            assertThat(exchange(wire, of(0x82, new byte[1000]))).hasToString("81 1000 bytes");
            wire.send(header(0x82, length));
            assertThat(Frames.read(wire).toString()).startsWith("88 1009 ");
        }
    }

    /** The limit counts the inflated bytes. */
    @Test
    void messageOfTheLimitIsAcceptedIfCompressionExpandsIt() throws IOException {
        byte[] noise = new byte[1000];
        new Random(5).nextBytes(noise);
        byte[] compressed = new ClientDeflater().deflate(noise);
        assertThat(compressed.length).isGreaterThan(1000);
        try (Wire wire = open(NARROW + "/streams", DEFLATE)) {
            assertThat(exchange(wire, of(0xc2, compressed))).hasToString("81 1000 bytes");
        }
    }

    @Test
    void tooLongFragmentedMessageIs1009() throws IOException {
        try (Wire wire = open(NARROW + "/streams")) {
            wire.send(join(of(0x02, new byte[600]), header(0x80, 401)));
            assertThat(Frames.read(wire).toString()).startsWith("88 1009 ");
        }
    }

    /** Waits until a Ping is answered. */
    private static Wire opened(Wire wire) throws IOException {
        assertThat(exchange(wire, of(0x89, utf8("open")))).hasToString("8a open");
        return wire;
    }

    private static ReceivedFrame exchange(Wire wire, byte[] bytes) throws IOException {
        return Frames.read(wire.send(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"88 80 01 02 03 04 / 88 1000", "88 82 00 00 00 00 03 e8 / 88 1000", "88 84 00 00 00 00 03 e8 6f 6b / 88 1000 ok", "88 82 00 00 00 00 13 87 / 88 4999",
        "88 82 00 00 00 00 03 f4 / 88 1012", "88 84 00 00 00 00 03 f5 6f 6b / 88 1013 ok", "88 82 00 00 00 00 03 f6 / 88 1014"})
    @Covers("RFC6455-5.5.1-01")
    void closeIsAnsweredAndTheServerEndsTheConnection(String row) throws IOException {
        String[] sides = row.split(" / ");
        try (Wire wire = open(ECHO)) {
            assertThat(exchange(wire, hex(sides[0])).toString().strip()).isEqualTo(sides[1]);
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEmpty();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    @Covers("RFC6455-5.5.1-01")
    void closeWithoutACodeIs1005ForTheEndpoint() throws IOException {
        try (Wire wire = open(NARROW + "/facts?key=no-code")) {
            exchange(wire, of(0x88, new byte[0]));
        }
        assertThat(closeInfo("no-code")).startsWith("1005 ");
    }

    /** Codes registered after the RFC: service restart, try again later, bad gateway. */
    @ParameterizedTest
    @ValueSource(ints = {1012, 1013, 1014})
    @Covers("RFC6455-7.4.1-01")
    void registeredCodesAreSentAndReceived(int code) throws IOException {
        try (Wire wire = open(NARROW + "/facts?key=code-" + code)) {
            assertThat(exchange(wire, close(code, "bye"))).hasToString("88 " + code + " bye");
        }
        assertThat(closeInfo("code-" + code)).startsWith(code + " bye");
        try (Wire wire = open(NARROW + "/facts")) {
            assertThat(exchange(wire, text("close " + code + " why"))).hasToString("88 " + code + " why");
        }
    }

    @Test
    @Covers("RFC6455-5.5.1-01")
    void bytesAfterACloseAreIgnored() throws IOException {
        try (Wire wire = open(ECHO)) {
            assertThat(exchange(wire, join(close(1000, "bye"), text("late"), hex("ff ff"), of(0x89, utf8("late"))))).hasToString("88 1000 bye");
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEmpty();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Covers("RFC6455-5.5.1-01")
    void closeOfTheServerEndsTheConnection(boolean answers) throws IOException {
        try (Wire wire = open(NARROW + "/facts")) {
            assertThat(exchange(wire, text("close 4000 why"))).hasToString("88 4000 why");
            if (answers) wire.send(close(4000, "why"));
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEmpty();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    @Covers({"RFC6455-5.4-01", "RFC6455-5.5.2-01"})
    void pingBetweenFragmentsIsAnsweredAtOnce() throws IOException {
        byte[] longest = new byte[125];
        new Random(1).nextBytes(longest);
        try (Wire wire = open(ECHO)) {
            wire.send(of(0x01, utf8("hel")));
            assertThat(exchange(wire, of(0x89, longest)).payload()).isEqualTo(longest);
            wire.send(of(0x00, utf8("")));
            assertThat(exchange(wire, of(0x89, utf8("")))).hasToString("8a ");
            wire.send(of(0x8a, utf8("a pong nobody asked for")));
            assertThat(exchange(wire, of(0x80, utf8("lo")))).hasToString("81 hello");
        }
    }

    @Test
    @Covers("RFC6455-8.1-01")
    void charactersMayBeSplitAcrossFragments() throws IOException {
        byte[] bytes = utf8("\u03ba\u1f79\u03c3\u03bc\u03b5 \ud83d\ude00 \ue000\uffff\udbff\udfff");
        try (Wire wire = open(ECHO)) {
            for (int at = 0; at < bytes.length; at++) wire.send(of(at == 0 ? 0x01 : 0x00, new byte[] {bytes[at]}));
            assertThat(exchange(wire, of(0x80, new byte[0])).payload()).isEqualTo(bytes);
        }
    }

    /** To discard all of these frames would also be correct. To lose a part of them would not. */
    @Test
    @Covers("RFC6455-4.1-01")
    void framesInTheSegmentOfTheRequestAreAnswered() throws IOException {
        try (Wire wire = Wire.connect(container.http())) {
            wire.send(join(Frames.handshake(ECHO).getBytes(StandardCharsets.ISO_8859_1), text("early"), of(0x89, utf8("ping")), header(0x81, 4), masked(utf8("la"))));
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(Frames.read(wire)).hasToString("81 early");
            assertThat(Frames.read(wire)).hasToString("8a ping");
            wire.send(Arrays.copyOfRange(of(0x81, utf8("late")), 8, 10));
            assertThat(Frames.read(wire)).hasToString("81 late");
        }
    }

    @Test
    void framesMayArriveByteByByte() throws IOException {
        byte[] frames = join(text("a"), of(0x01, utf8("b")), of(0x89, utf8("p")), of(0x80, utf8("c")), of(0x82, new byte[126]), close(1000, "e"));
        try (Wire wire = open(ECHO)) {
            for (byte b : frames) wire.send(new byte[] {b});
            for (String expected : List.of("81 a", "8a p", "81 bc")) assertThat(Frames.read(wire)).hasToString(expected);
            assertThat(Frames.read(wire).payload()).hasSize(126);
            assertThat(Frames.read(wire)).hasToString("88 1000 e");
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x1, 0x2})
    void sixteenMebibytesAreEchoed(int opcode) throws IOException {
        byte[] bytes = new byte[16 << 20];
        new Random(16).ints(bytes.length, 'a', 'z' + 1).collect(java.util.concurrent.atomic.AtomicInteger::new,
                (at, letter) -> bytes[at.getAndIncrement()] = (byte) letter, (a, b) -> { });
        try (Wire wire = open(ECHO).timeout(Duration.ofSeconds(30))) {
            ProbeClient.assertSame(message(opened(wire).send(of(0x80 | opcode, bytes)), opcode), bytes);
            assertThat(exchange(wire, text("and on"))).hasToString("81 and on");
        }
    }

    /** The sizes of buffers in the container, in Changeover and in the kernel, one byte less, and one more. */
    @ParameterizedTest
    @ValueSource(ints = {8191, 8192, 8193, 16383, 16384, 16385, 65535, 65536, 65537, 131072})
    void framesThatFillABufferAreEchoed(int bytes) throws IOException {
        String words = "x".repeat(bytes - (bytes < 65540 ? 4 : 10));
        try (Wire wire = opened(open(ECHO))) {
            for (int i = 0; i < 3; i++) assertThat(exchange(wire, text(words)).text()).isEqualTo(words);
            wire.send(join(text(words), text(words), text("last")));
            for (String expected : List.of(words, words, "last")) assertThat(Frames.read(wire).text()).isEqualTo(expected);
        }
    }

    /** The payload of a message, in any number of frames. */
    private static byte[] message(Wire wire, int opcode) throws IOException {
        ReceivedFrame frame = Frames.read(wire);
        assertThat(frame.first() & 0x0f).isEqualTo(opcode);
        byte[] all = frame.payload();
        while (!frame.isFinal()) {
            frame = Frames.read(wire);
            assertThat(frame.first() & 0x7f).isZero();
            all = join(all, frame.payload());
        }
        return all;
    }

    @Test
    void tenThousandSmallFramesAreEchoedInOrder() throws IOException {
        byte[][] frames = new byte[10_000][];
        for (int i = 0; i < frames.length; i++) frames[i] = text("n" + i);
        try (Wire wire = opened(open(ECHO)).send(join(frames))) {
            for (int i = 0; i < frames.length; i++) assertThat(Frames.read(wire).text()).isEqualTo("n" + i);
        }
    }

    @Test
    void clientThatReadsNothingIsAbortedInTime() throws IOException {
        try (Wire wire = Wire.connect("127.0.0.1", container.http().getPort(), 4096)) {
            wire.send(Frames.handshake(NARROW + "/facts?key=takes-nothing")).readHead();
            wire.send(text("flood 1000 60000"));
            assertThat(closeInfo("takes-nothing")).startsWith("1006 ");
        }
    }

    /** How the session of /facts with this key ended. Waits until this is known. */
    private static String closeInfo(String key) throws IOException {
        String end;
        long begun = System.nanoTime();
        do end = ApplicationClient.of(container, NARROW).page("/end?of=" + key);
        while (end.equals("none") && System.nanoTime() - begun < 20_000_000_000L);
        return end;
    }

    private static final byte[] WORDS = words();

    /** Bytes with little repetition, so that only the window of the previous message makes the next one short. */
    private static byte[] words() {
        byte[] words = new byte[2000];
        Random random = new Random(7);
        for (int i = 0; i < words.length; i++) words[i] = (byte) ('!' + random.nextInt(90));
        return words;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "; server_no_context_takeover", "; client_no_context_takeover", "; server_no_context_takeover; client_no_context_takeover"})
    @Covers({"RFC7692-7.1.1.1-01", "RFC7692-6-01"})
    void serverContextTakeoverIsAsAgreed(String parameters) throws IOException {
        boolean forgets = parameters.contains("server_no");
        ClientInflater inflation = new ClientInflater();
        try (Wire wire = open(ECHO, DEFLATE + parameters)) {
            byte[] first = compressed(wire.send(of(0x81, WORDS)));
            assertThat(inflation.inflate(first)).isEqualTo(WORDS);
            byte[] second = compressed(wire.send(of(0x81, WORDS)));
            if (forgets) {
                assertThat(second).isEqualTo(first);
                assertThat(new ClientInflater().inflate(second)).isEqualTo(WORDS);
            } else {
                assertThat(second).hasSizeLessThan(100);
                assertThat(inflation.inflate(second)).isEqualTo(WORDS);
            }
            assertThat(exchange(wire, of(0x89, utf8("ping")))).as("a control frame is never compressed").hasToString("8a ping");
        }
    }

    private static byte[] compressed(Wire wire) throws IOException {
        ReceivedFrame frame = Frames.read(wire);
        assertThat(frame.first()).as("FIN, RSV1, text").isEqualTo(0xc1);
        return frame.payload();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "; server_no_context_takeover", "; client_no_context_takeover", "; server_no_context_takeover; client_no_context_takeover"})
    @Covers("RFC7692-7.1.1.2-01")
    void clientContextTakeoverIsAsAgreed(String parameters) throws IOException {
        boolean forgets = parameters.contains("client_no");
        ClientDeflater deflation = new ClientDeflater();
        byte[] refersBack;
        try (Wire wire = open(ECHO, DEFLATE + parameters)) {
            byte[] first = deflation.deflate(WORDS);
            refersBack = deflation.deflate(WORDS);
            assertThat(exchange(wire, of(0xc2, first)).first()).isEqualTo(0xc2);
            wire.send(of(0xc2, forgets ? first : refersBack));
            assertThat(Frames.read(wire).first()).isEqualTo(0xc2);
            if (!forgets) return;
            wire.send(of(0xc2, refersBack));
            assertThat(Frames.read(wire).toString()).as("there is no earlier text to refer to").startsWith("88 1007 ");
        }
    }

    @Test
    @Covers({"RFC6455-5.4-01", "RFC7692-6-01"})
    void compressedFragmentsWithAPingBetweenAreEchoed() throws IOException {
        byte[] whole = new ClientDeflater().deflate(WORDS);
        try (Wire wire = open(ECHO, DEFLATE)) {
            wire.send(of(0x41, Arrays.copyOf(whole, 10)));
            assertThat(exchange(wire, of(0x89, utf8("in")))).hasToString("8a in");
            wire.send(join(of(0x00, new byte[0]), of(0x80, Arrays.copyOfRange(whole, 10, whole.length))));
            assertThat(new ClientInflater().inflate(compressed(wire))).isEqualTo(WORDS);
        }
    }
}
