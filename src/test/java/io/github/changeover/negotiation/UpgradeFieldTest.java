package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.http.PrintableText;
import io.github.changeover.negotiation.UpgradeField.Offered;
import io.github.changeover.spi.ProtocolToken;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpgradeFieldTest {
    static Stream<Arguments> lists() {
        return Stream.of(
                arguments(lines("HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11"), List.of("HTTP/2.0", "SHTTP/1.3", "IRC/6.9", "RTA/x11")),
                arguments(lines("a_protocol/1, example ,another_protocol/2.2"), List.of("a_protocol/1", "example", "another_protocol/2.2")),
                arguments(lines("example/1, foo/2"), List.of("example/1", "foo/2")),
                arguments(lines("websocket"), List.of("websocket")),
                arguments(lines("example/1", "foo/2"), List.of("example/1", "foo/2")),
                arguments(lines("a,b", "", "c", ","), List.of("a", "b", "c")),
                arguments(lines(", example/1,,"), List.of("example/1")),
                arguments(lines("\texample/1\t, \t foo/2 \t"), List.of("example/1", "foo/2")),
                arguments(lines("!#$%&'*+-.^_`|~09azAZ/!#$%&'*+-.^_`|~09azAZ"), List.of("!#$%&'*+-.^_`|~09azAZ/!#$%&'*+-.^_`|~09azAZ")),
                arguments(lines("foo, foo"), List.of("foo", "foo")));
    }

    @ParameterizedTest
    @MethodSource("lists")
    @Covers({"MDN-05", "MDN-06", "RFC9110-7.8-13", "RFC9110-7.8-21", "RFC9110-5.6.1-01"})
    void wellFormedListsAreParsed(List<String> lines, List<String> expected) {
        assertThat(UpgradeField.parse(lines)).isEqualTo(present(expected, List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo/", "/1", "/", "//", "a b", "foo/1/2", "foo /1", "foo/ 1", "\"foo\"", "\"foo/1\"", "foo;q=1", "foo=1",
            "f\u00f6o", "foo/\u00e9", "foo\u00a0", "\u212arc", "foo\u0000", "foo\rbar", "foo\nbar", "foo\u007f", "foo\u000b", "(foo)", "foo:1", "{foo}", "@foo"})
    @Covers({"RFC9110-7.8-13", "RFC9110-5.5-01"})
    void malformedMembersAreSkipped(String member) {
        assertThat(UpgradeField.parse(List.of("example/1, " + member + " ,foo/2")))
                .isEqualTo(present(List.of("example/1", "foo/2"), List.of(PrintableText.of(member))));
        assertThat(UpgradeField.parse(List.of(member))).isEqualTo(new Offered.Absent(List.of(PrintableText.of(member))));
    }

    @Test
    @Covers("RFC9110-7.8-13")
    void onlySpaceAndTabAreWhitespace() {
        assertThat(UpgradeField.parse(List.of("\u000bfoo", "\u00a0foo", "\u2003foo", "\ffoo"))).isInstanceOf(Offered.Absent.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", ",", " , ,\t,"})
    @Covers("RFC9110-5.6.1-01")
    void emptyListsOfferNothing(String line) {
        assertThat(UpgradeField.parse(List.of(line))).isEqualTo(new Offered.Absent(List.of()));
    }

    @Test
    void missingFieldOffersNothing() {
        assertThat(UpgradeField.parse(List.of())).isEqualTo(new Offered.Absent(List.of()));
    }

    @Test
    void spellingOfTheClientIsKept() {
        assertThat(UpgradeField.parse(List.of("WebSocket"))).isInstanceOfSatisfying(Offered.Present.class,
                present -> assertThat(present.offer().tokens().get(0).name()).isEqualTo("WebSocket"));
    }

    @Test
    @Covers("RFC9110-5.6.1-02")
    void listOf8192CommasIsOversized() {
        assertThat(UpgradeField.parse(List.of(",".repeat(8192)))).isInstanceOf(Offered.Oversized.class);
    }

    @Test
    @Covers("RFC9110-5.6.1-02")
    void limitsAreExact() {
        String most = String.join(",", Collections.nCopies(UpgradeField.MAX_MEMBERS, "a"));
        assertThat(UpgradeField.parse(List.of(most))).isInstanceOf(Offered.Present.class);
        assertThat(UpgradeField.parse(List.of(most + ","))).isEqualTo(new Offered.Oversized("Upgrade has more than 64 list members"));
        assertThat(UpgradeField.parse(List.of("a".repeat(8192)))).isInstanceOf(Offered.Present.class);
        assertThat(UpgradeField.parse(List.of("a".repeat(8193)))).isEqualTo(new Offered.Oversized("Upgrade has more than 8192 bytes"));
        assertThat(UpgradeField.parse(List.of("a".repeat(4096), "a".repeat(4096)))).isInstanceOf(Offered.Oversized.class);
        assertThat(UpgradeField.parse(Collections.nCopies(8194, ""))).isInstanceOf(Offered.Oversized.class);
    }

    @Test
    @Covers("RFC9110-5.6.1-02")
    void parsingTimeIsBounded() {
        List<String> hostile = List.of(" ".repeat(8192), "a/".repeat(4096), "\t,".repeat(4096), ",".repeat(8192), "x".repeat(50_000_000));
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 2000; i++) hostile.forEach(line -> UpgradeField.parse(List.of(line)));
        });
    }

    private static List<String> lines(String... lines) {
        return List.of(lines);
    }

    private static Offered present(List<String> tokens, List<String> malformed) {
        return new Offered.Present(new Offer(tokens.stream().map(ProtocolToken::of).toList(), malformed));
    }
}
