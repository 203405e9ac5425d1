package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopFieldsTest {
    @ParameterizedTest
    @ValueSource(strings = {"Connection", "keep-alive", "Proxy-Connection", "TE", "transfer-Encoding", "UPGRADE", "HTTP2-Settings"})
    void applyToOneConnectionInEveryMessage(String name) {
        assertThat(HopByHopFields.contains(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Length", "Trailer", "Cookie", ""})
    void otherFields(String name) {
        assertThat(HopByHopFields.contains(name)).isFalse();
    }

    @Test
    @Covers("RFC9110-7.6.1-02")
    void connectionNamesMoreFieldsButNotThoseThatTheMessageNeeds() {
        assertThat(HopByHopFields.of(List.of("X-Secret, Host", "content-length, a b"))).contains("x-secret", "connection", "upgrade").doesNotContain("host", "content-length", "a b");
        assertThat(HopByHopFields.of(List.of())).hasSize(7);
    }
}
