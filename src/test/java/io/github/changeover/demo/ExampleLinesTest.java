package io.github.changeover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.testkit.MemoryConnection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleLinesTest {
    private static final String LONGEST = "x".repeat(LineEcho.MAX_LINE);

    private static MemoryConnection handlerAfter(String bytes) {
        return MemoryConnection.of(new LineEcho()).receive(bytes);
    }

    @Test
    void linesAreEchoedWithCrLf() {
        assertThat(handlerAfter("one\ntwo\r\n\n\r\n").text()).isEqualTo("one\r\ntwo\r\n\r\n\r\n");
    }

    @Test
    void onlyTheLastCrIsRemoved() {
        assertThat(handlerAfter("a\rb\r\r\n").text()).isEqualTo("a\rb\r\r\n");
    }

    @Test
    void bytesAreNotDecoded() {
        assertThat(handlerAfter("\0\u00e4\u00ff\n").text()).isEqualTo("\0\u00e4\u00ff\r\n");
    }

    @Test
    void quitIsAnsweredWithByeAndClose() {
        MemoryConnection connection = handlerAfter("one\nQUIT\r\nlost\n");
        assertThat(connection.text()).isEqualTo("one\r\nBYE\r\n");
        assertThat(connection.ended()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"quit\n", " QUIT\n", "QUIT \n", "QUIT\r\r\n", "QUITE\n"})
    void otherLinesDoNotQuit(String line) {
        assertThat(handlerAfter(line).ended()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void longestLineIsEchoed(String end) {
        MemoryConnection connection = handlerAfter(LONGEST + end);
        assertThat(connection.text()).isEqualTo(LONGEST + "\r\n");
        assertThat(connection.ended()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\n", "x\r\n", "x", "\r\r\n", "\rx"})
    void longerLineIsAnError(String rest) {
        MemoryConnection connection = handlerAfter("before\n" + LONGEST + rest);
        assertThat(connection.text()).startsWith("before\r\nERR ").endsWith("\r\n").hasLineCount(2);
        assertThat(connection.ended()).isPresent();
    }

    @Test
    void errorDoesNotWaitForTheLineEnd() {
        MemoryConnection connection = MemoryConnection.of(new LineEcho());
        for (int i = 0; i < LineEcho.MAX_LINE; i++) connection.receive("x");
        assertThat(connection.ended()).isEmpty();
        connection.receive("x");
        assertThat(connection.text()).startsWith("ERR ");
        assertThat(connection.ended()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\ntwo\r\n\n\r\nthree\rfour\nQUIT\nlost", "a\r", "\r\r\r\n\n", "QUIT\r\n"})
    void everySplitGivesTheSame(String bytes) {
        MemoryConnection whole = handlerAfter(bytes);
        for (int i = 0; i <= bytes.length(); i++) {
            for (int j = i; j <= bytes.length(); j++) {
                MemoryConnection split = handlerAfter(bytes.substring(0, i)).receive(bytes.substring(i, j)).receive(bytes.substring(j));
                assertThat(split.text()).isEqualTo(whole.text());
                assertThat(split.ended()).isEqualTo(whole.ended());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "x\n", "\r\r\n", "x\r\n"})
    void everySplitAroundTheLimitGivesTheSame(String end) {
        String bytes = LONGEST + end + "next\n";
        MemoryConnection whole = handlerAfter(bytes);
        for (int i = LineEcho.MAX_LINE - 2; i <= bytes.length(); i++) {
            MemoryConnection split = handlerAfter(bytes.substring(0, i)).receive(bytes.substring(i));
            assertThat(split.text()).isEqualTo(whole.text());
            assertThat(split.ended()).isEqualTo(whole.ended());
        }
    }

    @Test
    void bytesAfterTheLastLfAreDiscarded() {
        MemoryConnection connection = handlerAfter("one\ntwo").end();
        assertThat(connection.text()).isEqualTo("one\r\n");
        assertThat(connection.ended()).isPresent();
    }

    @Test
    void oneBurstIsOneSend() {
        MemoryConnection connection = MemoryConnection.slow(new LineEcho(), 1).receive("a\nb\nc\n").receive("d\n");
        assertThat(connection.unread()).isEqualTo(2);
        assertThat(connection.takes(9).text()).isEqualTo("a\r\nb\r\nc\r\n");
        assertThat(connection.takes(3).text()).isEqualTo("a\r\nb\r\nc\r\nd\r\n");
    }

    @Test
    void drainSendsBye() {
        MemoryConnection connection = MemoryConnection.of(new LineEcho()).receive("half").drain(Duration.ofSeconds(1));
        assertThat(connection.text()).isEqualTo("BYE\r\n");
        assertThat(connection.ended()).contains(CloseCause.Kind.DRAINED);
    }
}
