package io.github.changeover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectTest {
    private static Expect head(String text) {
        return Expect.answer(Head.parse(text.replace("|", "\r\n") + "\r\n\r\n"));
    }

    @Test
    void valid101IsAccepted() {
        assertThatCode(() -> head("HTTP/1.1 101 |upgrade: TLS/1.2, HTTP/1.1|connection: upgrade|Date: x").switchesTo("TLS/1.2", "HTTP/1.1")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 OK|Upgrade: echo|Connection: Upgrade",
        "HTTP/1.1 101 |Connection: Upgrade",
        "HTTP/1.1 101 |Upgrade: echo",
        "HTTP/1.1 101 |Upgrade: echo, foo/2|Connection: Upgrade",
        "HTTP/1.1 101 |Upgrade: echo|Upgrade: echo|Connection: Upgrade",
        "HTTP/1.1 101 |Upgrade: echo|Connection: Upgrade, close",
        "HTTP/1.1 101 |Upgrade: echo|Connection: Upgrade|Content-Length: 0",
        "HTTP/1.1 101 |Upgrade: echo|Connection: Upgrade|Transfer-Encoding: chunked"})
    void otherResponsesFailWithTheHead(String text) {
        assertThatThrownBy(() -> head(text).switchesTo("echo")).isInstanceOf(AssertionError.class).hasMessageContaining(text.split("\\|")[0]);
    }

    @Test
    void response426NeedsUpgrade() {
        assertThatCode(() -> head("HTTP/1.1 426 |Upgrade: a, b/1|Connection: upgrade, close|X: 1").refuses(426).offers("a", "b/1").closes().has("X", "1"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> head("HTTP/1.1 426 |Connection: upgrade").refuses(426)).isInstanceOf(AssertionError.class).hasMessageContaining("Upgrade");
        assertThatThrownBy(() -> head("HTTP/1.1 503 |X: 1").refuses(426)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> head("HTTP/1.1 426 |Upgrade: a").offers("a")).isInstanceOf(AssertionError.class).hasMessageContaining("Connection");
        assertThatThrownBy(() -> head("HTTP/1.1 426 |Upgrade: a").closes()).isInstanceOf(AssertionError.class);
    }

    @Test
    void switchIsNotOrdinary() {
        assertThat(head("HTTP/1.1 404 |X: 1").isOrdinary(404).offersNothing()).isNotNull();
        assertThatThrownBy(() -> head("HTTP/1.1 101 |X: 1").isOrdinary(101)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> head("HTTP/1.1 404 |Upgrade: x").offersNothing()).isInstanceOf(AssertionError.class);
    }
}
