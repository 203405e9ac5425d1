package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.changeover.conformance.Covers;
import io.github.changeover.http.FieldList.Malformed;
import io.github.changeover.http.FieldList.Members;
import io.github.changeover.websocket.WebSocketExtension.Parameter;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionOffersTest {
    @Test
    @Covers("MDN-07")
    void exampleOfTheRfcIsParsed() {
        Members<WebSocketExtension> offers = new Members<>(List.of(new WebSocketExtension("superspeed", List.of()),
                new WebSocketExtension("colormode", List.of(new Parameter("depth", Optional.of("16"))))));
        assertThat(ExtensionOffers.parse(List.of("superspeed, colormode; depth=16"))).isEqualTo(offers);
        assertThat(ExtensionOffers.parse(List.of("superspeed", "colormode; depth=16"))).isEqualTo(offers);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "foo, bar; baz=2                     | [foo, bar; baz=2]",
            "deflate-stream                      | [deflate-stream]",
            "mux; max-channels=4; flow-control, deflate-stream | [mux; max-channels=4; flow-control, deflate-stream]",
            "permessage-deflate; client_max_window_bits; server_max_window_bits=10 | [permessage-deflate; client_max_window_bits; server_max_window_bits=10]",
            "foo;bar=\"10\"                      | [foo; bar=10]",
            "foo;bar=\"\\1\\0\"                  | [foo; bar=10]",
            "foo ;\tbar\t= \"10\" ;baz           | [foo; bar=10; baz]",
            ",foo,, ,foo;a;a,                    | [foo, foo; a; a]"})
    @Covers({"MDN-07", "RFC6455-4.2.2-08", "RFC9110-5.6.1-01"})
    void wellFormedOffersAreParsed(String line, String offers) {
        assertThat(ExtensionOffers.parse(List.of(line))).isInstanceOfSatisfying(Members.class,
                members -> assertThat(members.members()).hasToString(offers));
    }

    @Test
    void missingFieldOffersNothing() {
        assertThat(ExtensionOffers.parse(List.of())).isEqualTo(new Members<>(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo;", "foo;;a", ";a", "foo;a=", "foo;a=\"\"", "foo;=a", "foo=a", "foo a", "foo;a b", "foo;a=b c", "\"foo\"", "foo;\"a\"",
            "foo;a=\"", "foo;a=\"b", "foo;a=\"b\\", "foo;a=\"b\"c", "foo;a=\"b c\"", "foo;a=\"b,c\"", "foo;a=\"\\\"\"", "foo;a=b=c", "foo/1", "f\u00f6o",
            "foo\u0000", "foo;a=\u007f", "foo;a=\"\u0001\"", "foo,bar;", "foo\u000b"})
    @Covers({"RFC6455-4.2.1-07", "RFC9110-5.5-01"})
    void malformedOfferIsIgnoredAndOthersAreKept(String line) {
        String others = line.startsWith("foo,") ? "foo" : "";
        assertThat(names(line)).isEqualTo(others);
        assertThat(names("permessage-deflate", line)).isEqualTo(("permessage-deflate " + others).strip());
        boolean quoteEnds = line.replace("\\\"", "").chars().filter(c -> c == '"').count() % 2 == 0;
        String both = quoteEnds ? (others + " permessage-deflate").strip() : others;
        assertThat(names(line, "permessage-deflate")).isEqualTo(both);
        assertThat(names(line + ",permessage-deflate")).isEqualTo(both);
    }

    private static String names(String... lines) {
        List<WebSocketExtension> offers = ((Members<WebSocketExtension>) ExtensionOffers.parse(List.of(lines))).members();
        return String.join(" ", offers.stream().map(WebSocketExtension::name).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,", "a;", "a;b=\"", "a;b=\"\\", " ", ";", "\""})
    @Covers("RFC9110-5.6.1-02")
    void longFieldsAreRejectedQuickly(String piece) {
        List<String> lines = Collections.nCopies(100, piece.repeat(80_000 / piece.length()));
        assertTimeoutPreemptively(Duration.ofSeconds(1), () -> assertThat(ExtensionOffers.parse(lines)).isInstanceOf(Malformed.class));
        String longest = piece.repeat(8000 / piece.length());
        assertTimeoutPreemptively(Duration.ofSeconds(1), () -> assertThat(ExtensionOffers.parse(List.of(longest))).isNotNull());
    }

    @Test
    void extensionNamesAndValuesMustBeTokens() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WebSocketExtension("a b", List.of())).withMessageContaining("token");
        assertThatIllegalArgumentException().isThrownBy(() -> new Parameter("a", Optional.of("b\r\nc")));
    }
}
