package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.http.FieldList;
import io.github.changeover.http.FieldList.Malformed;
import io.github.changeover.http.FieldList.Members;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubprotocolsTest {
    static Stream<Arguments> lists() {
        return Stream.of(
                arguments(List.of("chat, superchat"), List.of("chat", "superchat")),
                arguments(List.of("soap, wamp"), List.of("soap", "wamp")),
                arguments(List.of("soap", "wamp"), List.of("soap", "wamp")),
                arguments(List.of(), List.of()),
                arguments(List.of(" , a,\t,b\t", "", ",c"), List.of("a", "b", "c")),
                arguments(List.of("chat, Chat, CHAT"), List.of("chat", "Chat", "CHAT")),
                arguments(List.of("a".repeat(FieldList.MAX_BYTES)), List.of("a".repeat(FieldList.MAX_BYTES))));
    }

    @ParameterizedTest
    @MethodSource("lists")
    @Covers({"MDN-08", "RFC6455-4.2.2-08", "RFC9110-5.6.1-01"})
    void wellFormedListsAreParsed(List<String> lines, List<String> names) {
        assertThat(Subprotocols.parse(lines)).isEqualTo(new Members<>(names));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a;b", "\"a\"", "a/b", "(a)", "a\u0000", "a\u007f", "a\u00e9", "\u00a0a", "\u000ba", "a=b", "a:b"})
    @Covers({"RFC6455-4.2.1-07", "RFC9110-5.5-01"})
    void oneMalformedMemberInvalidatesTheField(String member) {
        Malformed<String> malformed = new Malformed<>("Sec-WebSocket-Protocol is malformed: send tokens separated by commas, such as chat, superchat.");
        assertThat(Subprotocols.parse(List.of(member))).isEqualTo(malformed);
        assertThat(Subprotocols.parse(List.of("chat," + member + ", superchat"))).isEqualTo(malformed);
        assertThat(Subprotocols.parse(List.of("chat", member))).isEqualTo(malformed);
    }

    @Test
    @Covers("RFC6455-4.2.1-07")
    void duplicateNameCountsOnce() {
        assertThat(Subprotocols.parse(List.of("chat, soap, chat"))).isEqualTo(new Members<>(List.of("chat", "soap")));
        assertThat(Subprotocols.parse(List.of("chat", "chat"))).isEqualTo(new Members<>(List.of("chat")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", "\t, ,"})
    void emptyFieldEqualsNoField(String line) {
        assertThat(Subprotocols.parse(List.of(line))).isEqualTo(new Members<>(List.of()));
        assertThat(Subprotocols.parse(List.of(line, line))).isEqualTo(new Members<>(List.of()));
    }

    @Test
    @Covers("RFC9110-5.6.1-02")
    void exceededLimitsAreReported() {
        assertThat(Subprotocols.parse(List.of(",".repeat(64))))
                .isEqualTo(new Malformed<>("Sec-WebSocket-Protocol has too many list members: send at most 64."));
        assertThat(Subprotocols.parse(List.of("a".repeat(8193))))
                .isEqualTo(new Malformed<>("Sec-WebSocket-Protocol is too long: send at most 8192 bytes."));
    }

    @Test
    @Covers({"RFC6455-4.2.2-05", "RFC6455-4.2.2-07", "MDN-08"})
    void clientOrderDecides() {
        assertThat(Subprotocols.choose(List.of("chat", "superchat"), List.of("superchat", "chat"))).contains("chat");
        assertThat(Subprotocols.choose(List.of("soap", "superchat"), List.of("superchat", "chat"))).contains("superchat");
        assertThat(Subprotocols.choose(List.of("Chat"), List.of("chat"))).isEmpty();
        assertThat(Subprotocols.choose(List.of("chat"), List.of())).isEmpty();
        assertThat(Subprotocols.choose(List.of(), List.of("chat"))).isEmpty();
    }

    @Test
    void policyNeedsDistinctTokens() {
        assertThatIllegalArgumentException().isThrownBy(() -> HandshakePolicy.NOTHING.withSubprotocols("v 1")).withMessageContaining("'v 1'");
        assertThatIllegalArgumentException().isThrownBy(() -> HandshakePolicy.NOTHING.withSubprotocols("a", "b", "a")).withMessageContaining("twice");
    }
}
