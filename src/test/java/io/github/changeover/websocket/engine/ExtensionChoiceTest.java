package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.websocket.WebSocketExtension;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Issue 12, item 3: the extensions that modifyHandshake leaves in Sec-WebSocket-Extensions are agreed")
class ExtensionChoiceTest {
    private final ExtensionChoice choice = new ExtensionChoice(List.of(new WebSocketExtension("one", List.of()), new WebSocketExtension("two", List.of())), List.of());

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", value = {"one, two; a=1|one, two", "two|two", "two ; a, |two", ";|''", "; ,;;|''", "''|''", "null|''", "one;,two|two", "=|''"})
    void unusualValuesAreParsed(String line, String kept) {
        assertThat(choice.withOnly(Arrays.asList(line)).lines()).isEqualTo(kept.isEmpty() ? List.of() : List.of(kept));
    }

    @Test
    void missingFieldAgreesOnNothing() {
        assertThat(choice.withOnly(null).agreed()).isEmpty();
        assertThat(choice.withOnly(List.of()).agreed()).isEmpty();
    }
}
