package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks extensions of an application that its Configurators negotiate, byte by byte. */
@OnContainer
class ExtensionsIT {
    private static final String AT = "/extensions";
    private static final int RSV2 = 0x20;
    private static URI server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        server = container.http();
        container.deploy(War.with("extensions").webSocket().app("extensions").set("changeover.websocket.message.max", "100K").build(), AT);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(AT);
    }

    private static Wire open(String path, String offered, String agreed, String... fields) throws IOException {
        String[] all = Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = "Sec-WebSocket-Extensions: " + offered;
        Wire wire = Wire.connect(server).send(Frames.handshake(AT + path, all));
        Head head = wire.readHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(String.join(", ", head.all("Sec-WebSocket-Extensions"))).as(path + " " + offered).isEqualTo(agreed == null ? "" : agreed);
        return wire;
    }

    private static byte[] xor(byte[] payload, int key) {
        byte[] turned = payload.clone();
        for (int i = 0; i < turned.length; i++) turned[i] ^= (byte) key;
        return turned;
    }

    /** Sends a text through the extension. Returns the response, which also passes through it. */
    private static String ask(Wire wire, String words, int key) throws IOException {
        wire.send(Frames.of(0x81 | RSV2, xor(Frames.utf8(words), key)));
        Frames.ReceivedFrame answer = Frames.read(wire);
        assertThat(Integer.toHexString(answer.first())).isEqualTo("a1");
        return new String(xor(answer.payload(), key), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String askWithoutExtension(Wire wire, String words) throws IOException {
        wire.send(Frames.text(words));
        Frames.ReceivedFrame answer = Frames.read(wire);
        assertThat(Integer.toHexString(answer.first())).isEqualTo("81");
        return answer.text();
    }

    @ParameterizedTest(name = "item 3: {0} answers {1} with {2}")
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "/default    | xor                                        | xor; key=255",
        "/default    | xor; key=7, xor                            | xor; key=7",
        "/default    | permessage-deflate, xor                    | xor; key=255",
        "/default    | permessage-deflate, other                  | permessage-deflate",
        "/default    | any; a=b                                   | -",
        "/none       | xor, any, permessage-deflate               | -",
        "/super      | any; a=b; c, xor; key=1                    | any; a=b; c, xor; key=1",
        "/reversed   | any; a=b, other, permessage-deflate        | permessage-deflate, other, any; a=b",
        "/unoffered  | any                                        | any",
        "/malformed  | any                                        | -",
        "/annotated  | any, permessage-deflate                    | permessage-deflate"})
    void offeredExtensionsAreNegotiated(String path, String offered, String agreed) throws IOException {
        open(path, offered, agreed).close();
    }

    @Test
    @DisplayName("item 3: an extension that implements the interface of Tyrus gets every frame")
    void framesPassThroughTheExtension() throws IOException {
        try (Wire wire = open("/default", "permessage-deflate, xor; key=7", "xor; key=7")) {
            assertThat(ask(wire, "hello", 7)).isEqualTo("hello");
            assertThat(ask(wire, "negotiated", 7)).isEqualTo("xor;key=7");
            wire.send(Frames.of(0x01 | RSV2, xor(Frames.utf8("in "), 7))).send(Frames.of(0x89, Frames.utf8("p"))).send(Frames.of(0x80 | RSV2, xor(Frames.utf8("parts"), 7)));
            assertThat(Frames.read(wire)).hasToString("8a p");
            assertThat(new String(xor(Frames.read(wire).payload(), 7))).isEqualTo("in parts");
            byte[] large = new byte[90_000];
            wire.send(Frames.of(0x82 | RSV2, large));
            Frames.ReceivedFrame back = Frames.read(wire);
            assertThat(back.first()).isEqualTo(0x82 | RSV2);
            assertThat(back.payload()).isEqualTo(large);
            wire.send(Frames.close(4001, "bye"));
            assertThat(Frames.read(wire)).hasToString("88 4001 bye");
        }
        try (Wire wire = open("/default", "other", null)) {
            long begun = System.nanoTime();
            while (askWithoutExtension(wire, "destroyed").equals("0")) assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
        }
    }

    @Test
    @DisplayName("item 3: an extension of a connection that was negotiated but not opened is destroyed, once")
    void extensionIsDestroyedIfAFilterPreventsTheConnection() throws IOException {
        try (Wire wire = Wire.connect(server).send(Frames.handshake(AT + "/default?objects", "Sec-WebSocket-Extensions: xor; key=199"))) {
            assertThat(wire.readHead().status()).isEqualTo(409);
        }
        open("/default", "xor; key=198", "xor; key=198").close();
        try (Wire wire = open("/default", "other", null)) {
            String keys = askWithoutExtension(wire, "keys-destroyed");
            for (long begun = System.nanoTime(); !keys.contains("198") || !keys.contains("199"); keys = askWithoutExtension(wire, "keys-destroyed")) assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
            assertThat(keys.split("19[89]", -1)).as("each once, of " + keys).hasSize(3);
            assertThat(keys).contains("199");
        }
    }

    @ParameterizedTest(name = "item 3: after the extension, {0} is closed with {1}")
    @CsvSource({"a1 c3, 1007", "e1 61, 1002", "b1 61, 1002", "a0 61, 1002", "88 03ed, 1002", "a1 00000000000000000000000000, 1011", "a1 0000000000000000000000000000, 1011"})
    void invalidFramesAreDetected(String frame, int code) throws IOException {
        String[] parts = frame.split(" ");
        byte[] payload = java.util.HexFormat.of().parseHex(parts[1]);
        try (Wire wire = open("/default", "xor; key=0", "xor; key=0")) {
            wire.send(Frames.of(Integer.parseInt(parts[0], 16), payload));
            assertThat(Frames.read(wire).toString()).startsWith("88 " + code);
        }
    }

    @Test
    @DisplayName("item 3: the message limit applies after an extension")
    void messageLimitAppliesAfterAnExtension() throws IOException {
        try (Wire wire = open("/default", "xor; key=0", "xor; key=0")) {
            wire.send(Frames.of(0x02 | RSV2, new byte[60_000])).send(Frames.of(0x80, new byte[60_000]));
            assertThat(Frames.read(wire).toString()).startsWith("88 1009");
        }
    }

    @ParameterizedTest(name = "item 3: reserved bits of an extension without an implementation: {0}")
    @ValueSource(ints = {0xc1, 0xa1, 0x91, 0xc9})
    void unnegotiatedReservedBitsAreRejected(int first) throws IOException {
        try (Wire wire = open("/reversed", "any", "any")) {
            assertThat(askWithoutExtension(wire, "negotiated")).isEqualTo("any");
            wire.send(Frames.of(first, Frames.utf8("x")));
            assertThat(Frames.read(wire).toString()).startsWith("88 1002");
        }
    }

    @Test
    @DisplayName("W3: the Configurator gets all installed and all offered extensions, in order")
    void configuratorSeesInstalledAndOfferedExtensions() throws IOException {
        String offered = "other; a=1; b=\"two\", permessage-deflate; client_max_window_bits, any, other; a=2";
        try (Wire wire = open("/none", offered, null)) {
            assertThat(askWithoutExtension(wire, "asked")).isEqualTo("xor,any,permessage-deflate | other;a=1;b=two,permessage-deflate;client_max_window_bits,any,other;a=2");
            assertThat(askWithoutExtension(wire, "configurator")).isEqualTo("Choosing true");
        }
        try (Wire wire = open("/annotated", "any", null)) {
            assertThat(askWithoutExtension(wire, "asked")).isEqualTo("permessage-deflate | any");
        }
    }

    @Test
    @DisplayName("W4: a configuration has the extensions that the application configured")
    void configurationHasTheConfiguredExtensions() throws IOException {
        try (Wire wire = open("/none", "any", null); Wire annotated = open("/annotated", "permessage-deflate", "permessage-deflate")) {
            assertThat(askWithoutExtension(wire, "configured")).isEqualTo("xor,any");
            assertThat(askWithoutExtension(wire, "negotiated")).isEmpty();
            assertThat(askWithoutExtension(annotated, "configured")).isEqualTo("[]");
            assertThat(askWithoutExtension(annotated, "negotiated")).isEqualTo("permessage-deflate");
        }
    }

    @Test
    @DisplayName("W3: an extension that modifyHandshake removes from the response is not agreed")
    void extensionRemovedByModifyHandshakeIsNotAgreed() throws IOException {
        try (Wire wire = open("/reversed", "xor, permessage-deflate, any", null, "X-Without: them")) {
            assertThat(askWithoutExtension(wire, "negotiated")).isEmpty();
        }
    }
}
