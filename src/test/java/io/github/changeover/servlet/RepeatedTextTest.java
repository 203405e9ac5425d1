package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.spi.Fields;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the requests of many open connections share, so that each connection needs less memory. */
class RepeatedTextTest {
    /** Returns an object that is equal to this text, as a container makes one for each request. */
    private static String copy(String text) {
        return new String(text.toCharArray());
    }

    private static Fields.Line line(String name, String value) {
        return RepeatedText.line(copy(name), copy(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "host", "Connection", "Upgrade", "Sec-WebSocket-Version", "Origin", "User-Agent", "Accept-Language"})
    void equalLinesOfCommonFieldsAreOneObject(String name) {
        Fields.Line first = line(name, "a value");
        assertThat(first).isEqualTo(new Fields.Line(name, "a value"));
        assertThat(line(name, "a value")).isSameAs(first);
        assertThat(line(name, "another value")).isEqualTo(new Fields.Line(name, "another value"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cookie", "Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol", "X-Forwarded-For", "Forwarded"})
    void valuesThatBelongToOneClientAreNotKept(String name) {
        Fields.Line first = line(name, "secret"), second = line(name, "secret");
        assertThat(second).isEqualTo(first);
        assertThat(second.value()).isNotSameAs(first.value());
        assertThat(second.name()).isSameAs(first.name());
    }

    @Test
    void valuesOfUnknownFieldsAndLongValuesAreNotKept() {
        assertThat(line("X-Api-Key", "secret").value()).isNotSameAs(line("X-Api-Key", "secret").value());
        String longValue = "a".repeat(257);
        assertThat(line("User-Agent", longValue)).isEqualTo(line("User-Agent", longValue)).isNotSameAs(line("User-Agent", longValue));
        assertThat(RepeatedText.text(copy(longValue))).isEqualTo(longValue).isNotSameAs(RepeatedText.text(copy(longValue)));
    }

    @Test
    void eachLineAndTextIsRightWhenManyValuesReplaceEachOther() {
        for (int i = 0; i < 20_000; i++) {
            String value = "value " + i % 3000;
            assertThat(line("Host", value)).isEqualTo(new Fields.Line("Host", value));
            assertThat(RepeatedText.text(copy(value))).isEqualTo(value);
        }
    }

    @Test
    void equalTextsAreOneObject() {
        assertThat(RepeatedText.text(copy("localhost:80"))).isSameAs(RepeatedText.text(copy("localhost:80")));
        assertThat(RepeatedText.text(null)).isNull();
    }

    @Test
    void invalidLinesAreRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> RepeatedText.line("Host", "a\nb"));
        assertThatIllegalArgumentException().isThrownBy(() -> RepeatedText.line("not a token", "a"));
    }

    @Test
    void equalLocalAddressesAreOneObject() {
        InetSocketAddress first = UpgradeRequestReader.localAddress(copy("192.0.2.1"), 8080);
        assertThat(UpgradeRequestReader.localAddress(copy("192.0.2.1"), 8080)).isSameAs(first);
        assertThat(UpgradeRequestReader.localAddress("192.0.2.2", 8080)).isEqualTo(new InetSocketAddress("192.0.2.2", 8080));
        assertThat(UpgradeRequestReader.localAddress("192.0.2.2", 8096)).isEqualTo(new InetSocketAddress("192.0.2.2", 8096));     // the same slot
        assertThat(UpgradeRequestReader.localAddress(null, -1)).isEqualTo(InetSocketAddress.createUnresolved("", 0));
        assertThat(first).isEqualTo(new InetSocketAddress("192.0.2.1", 8080));
    }
}
