package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the protocols {@code example/1} and {@code foo/2} of the demo, byte by byte. */
@OnContainer
class DemoProtocolsIT {
    private static final int MIB = 1 << 20;
    private static ContainerUnderTest container;

    @BeforeAll
    static void setContainer(ContainerUnderTest under) {
        container = under;
    }

    private static Wire switched(String protocol, String early) throws IOException {
        Wire wire = Wire.connect(container.http()).send(RawHttp.upgrade(OnContainer.CONTEXT + "/echo", protocol) + early);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    static Stream<Arguments> conversations() {
        String longest = "x".repeat(8192);
        return Stream.of(
                arguments("hello\n", "hello\r\n"), arguments("hello\r\n", "hello\r\n"), arguments("\n", "\r\n"), arguments("\r\n", "\r\n"),
                arguments("a\nb\r\nc\n", "a\r\nb\r\nc\r\n"), arguments("a\rb\n", "a\rb\r\n"), arguments("a\r\r\n", "a\r\r\n"),
                arguments(" QUIT\nquit\nQUITE\n", " QUIT\r\nquit\r\nQUITE\r\n"), arguments("caf\u00e9 \0\u00ff\n", "caf\u00e9 \0\u00ff\r\n"),
                arguments(longest + "\n", longest + "\r\n"), arguments(longest + "\r\n", longest + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("conversations")
    @Covers({"RFC9110-7.8-20", "RFC9110-7.8-16"})
    void linesAreEchoed(String said, String answered) throws IOException {
        try (Wire early = switched("example/1", said); Wire later = switched("example/1", "")) {
            assertThat(early.readText(answered.length())).isEqualTo(answered);
            assertThat(later.send(said).readText(answered.length())).isEqualTo(answered);
            assertThat(later.isClosedByPeer(Duration.ofMillis(20))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUIT\n", "QUIT\r\n", "QUIT\nmore\nQUIT\n", "QUIT\r\nno end"})
    @Covers("RFC9112-9.6-01")
    void quitIsAnsweredWithByeAndClose(String said) throws IOException {
        try (Wire wire = switched("example/1", "")) {
            Wire.Rest rest = wire.send("first\n" + said).readToEnd();
            assertThat(rest.text()).isEqualTo("first\r\nBYE\r\n");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "", "xxxx\nQUIT\n"})
    @Covers("RFC9112-9.6-01")
    void tooLongLineIsAnErrorAndCloses(String end) throws IOException {
        try (Wire wire = switched("example/1", "")) {
            Wire.Rest rest = wire.send("first\n" + "x".repeat(8193) + end).readToEnd();
            assertThat(rest.text()).matches("first\r\nERR[^\r\n]*\r\n");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    @Covers("RFC9112-9.6-02")
    void queuedLinesAreEchoedAfterTheClientsEnd() throws IOException {
        try (Wire wire = switched("example/1", "")) {
            Wire.Rest rest = wire.send("a\n".repeat(10_000) + "no line").shutdownOutput().readToEnd();
            assertThat(rest.text()).isEqualTo("a\r\n".repeat(10_000));
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 255, 256, 65_535, 65_536, MIB - 1, MIB})
    @Covers({"GEN-09", "RFC9112-9.6-02"})
    void framesAreEchoed(int length) throws IOException {
        byte[] frame = DemoContractIT.frame(ProbeClient.pattern(length));
        try (Wire wire = switched("foo/2", "")) {
            wire.send(frame);
            assertThat(Arrays.equals(wire.readExactly(frame.length), frame)).isTrue();
            wire.send(frame).shutdownOutput();
            Wire.Rest rest = wire.readToEnd();
            assertThat(Arrays.equals(rest.bytes(), frame)).isTrue();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    @Covers({"RFC9110-7.8-17", "GEN-09"})
    void framesAreEchoedAtEverySplit() throws IOException {
        byte[] one = DemoContractIT.frame("hello".getBytes(ISO_8859_1));
        byte[] all = ByteBuffer.allocate(3 * one.length + 4).put(one).put(new byte[4]).put(one).put(one).array();
        try (Wire wire = switched("foo/2", "")) {
            for (int cut = 1; cut < all.length; cut++) {
                wire.send(all, 0, cut).send(all, cut, all.length - cut);
                assertThat(wire.readExactly(all.length)).as("cut at %d", cut).isEqualTo(all);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {MIB + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    @Covers("RFC9112-9.6-01")
    void tooLongFrameClosesWithoutAnEcho(int length) throws IOException {
        byte[] before = DemoContractIT.frame("before".getBytes(ISO_8859_1));
        try (Wire wire = switched("foo/2", "")) {
            wire.send(ByteBuffer.allocate(before.length + 8).put(before).putInt(length).putInt(7).array());
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEqualTo(before);
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }
}
