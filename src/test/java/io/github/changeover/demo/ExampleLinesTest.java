package io.github.changeover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleLinesTest {
    private static final String LONGEST = "x".repeat(LineEcho.MAX_LINE);

    private static FakeConnection after(String octets) {
        return new FakeConnection(new LineEcho()).receive(octets);
    }

    @Test
    void linesComeBackEndedByCrLf() {
        assertThat(after("one\ntwo\r\n\n\r\n").text()).isEqualTo("one\r\ntwo\r\n\r\n\r\n");
    }

    @Test
    void onlyTheLastCrIsNoPartOfTheLine() {
        assertThat(after("a\rb\r\r\n").text()).isEqualTo("a\rb\r\r\n");
    }

    @Test
    void octetsAreNotDecoded() {
        assertThat(after("\0\u00e4\u00ff\n").text()).isEqualTo("\0\u00e4\u00ff\r\n");
    }

    @Test
    void quitIsAnsweredByeAndTheServerCloses() {
        FakeConnection connection = after("one\nQUIT\r\nlost\n");
        assertThat(connection.text()).isEqualTo("one\r\nBYE\r\n");
        assertThat(connection.isClosed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"quit\n", " QUIT\n", "QUIT \n", "QUIT\r\r\n", "QUITE\n"})
    void otherLinesAreNoQuit(String line) {
        assertThat(after(line).isClosed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void theLongestLine(String end) {
        FakeConnection connection = after(LONGEST + end);
        assertThat(connection.text()).isEqualTo(LONGEST + "\r\n");
        assertThat(connection.isClosed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\n", "x\r\n", "x", "\r\r\n", "\rx"})
    void oneOctetMoreIsAnError(String rest) {
        FakeConnection connection = after("before\n" + LONGEST + rest);
        assertThat(connection.text()).startsWith("before\r\nERR ").endsWith("\r\n").hasLineCount(2);
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void theErrorDoesNotWaitForTheLinesEnd() {
        FakeConnection connection = new FakeConnection(new LineEcho());
        for (int i = 0; i < LineEcho.MAX_LINE; i++) connection.receive("x");
        assertThat(connection.isClosed()).isFalse();
        connection.receive("x");
        assertThat(connection.text()).startsWith("ERR ");
        assertThat(connection.isClosed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\ntwo\r\n\n\r\nthree\rfour\nQUIT\nlost", "a\r", "\r\r\r\n\n", "QUIT\r\n"})
    void everySplitGivesTheSame(String octets) {
        FakeConnection whole = after(octets);
        for (int i = 0; i <= octets.length(); i++) {
            for (int j = i; j <= octets.length(); j++) {
                FakeConnection split = after(octets.substring(0, i)).receive(octets.substring(i, j)).receive(octets.substring(j));
                assertThat(split.text()).isEqualTo(whole.text());
                assertThat(split.isClosed()).isEqualTo(whole.isClosed());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "x\n", "\r\r\n", "x\r\n"})
    void everySplitAroundTheBoundGivesTheSame(String end) {
        String octets = LONGEST + end + "next\n";
        FakeConnection whole = after(octets);
        for (int i = LineEcho.MAX_LINE - 2; i <= octets.length(); i++) {
            FakeConnection split = after(octets.substring(0, i)).receive(octets.substring(i));
            assertThat(split.text()).isEqualTo(whole.text());
            assertThat(split.isClosed()).isEqualTo(whole.isClosed());
        }
    }

    @Test
    void whatFollowsTheLastLfIsNoLine() {
        FakeConnection connection = after("one\ntwo").end();
        assertThat(connection.text()).isEqualTo("one\r\n");
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void oneBurstIsOneSend() {
        FakeConnection connection = new FakeConnection(new LineEcho(), 0).receive("a\nb\nc\n").receive("d\n");
        assertThat(connection.paused()).isTrue();
        assertThat(connection.text()).isEqualTo("a\r\nb\r\nc\r\n");
        connection.drain();
        assertThat(connection.text()).isEqualTo("a\r\nb\r\nc\r\nd\r\n");
    }

    @Test
    void aDrainSaysBye() {
        LineEcho handler = new LineEcho();
        FakeConnection connection = new FakeConnection(handler).receive("half");
        handler.drain(connection, Duration.ofSeconds(1));
        assertThat(connection.text()).isEqualTo("BYE\r\n");
        assertThat(connection.cause().kind()).isEqualTo(CloseCause.Kind.DRAINED);
    }
}
