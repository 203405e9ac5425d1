package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptKeyTest {
    @ParameterizedTest
    @CsvSource({
            "dGhlIHNhbXBsZSBub25jZQ==, s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "AQIDBAUGBwgJCgsMDQ4PEA==, C/0nmHhBztSRGR1CwL6Tf4ZjwpY=",
            "AAAAAAAAAAAAAAAAAAAAAA==, ICX+Yqv66kxgM0FcWaLWlFLwTAI=",
            "/////////////////////w==, XXpj4jYzLM2yUE0C7TIgMwTQh2g="})
    @Covers({"RFC6455-4.2.2-04", "MDN-10"})
    void acceptKeysMatchTheVectors(String key, String accept) {
        assertThat(AcceptKey.of(key)).isEqualTo(accept);
    }

    @ParameterizedTest
    @ValueSource(chars = {'A', 'Q', 'g', 'w'})
    @Covers("RFC6455-4.2.1-05")
    void fourLastSymbolsAreValid(char last) {
        assertThat(AcceptKey.isNonce("A".repeat(21) + last + "==")).isTrue();
    }

    @Test
    @Covers("RFC6455-4.2.1-05")
    void everyOtherLastSymbolIsRejected() {
        for (char last = 0; last < 0x250; last++) {
            assertThat(AcceptKey.isNonce("A".repeat(21) + last + "==")).as("%c", last).isEqualTo("AQgw".indexOf(last) >= 0);
        }
    }

    @Test
    void uncheckedKeyThrows() {
        assertThatIllegalArgumentException().isThrownBy(() -> AcceptKey.of("")).withMessageContaining("isNonce");
    }
}
