package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of a message that are checked before a protocol is called. */
class RequestValidationTest {
    private static final UpgradeProtocol ANY = new UpgradeProtocol() {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("foo/2"));
        }

        @Override
        public ContentRule content() {
            return ContentRule.allowing();
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> null);
        }
    };

    private static Verdict verdict(String... fields) {
        String[] all = new String[fields.length + 2];
        all[0] = "Connection: Upgrade";
        all[1] = "Upgrade: foo/2";
        System.arraycopy(fields, 0, all, 2, fields.length);
        return Negotiator.negotiate(TestRequests.head("POST /r HTTP/1.1", all),
                Optional.of(new PathPolicy.Match(PathRule.on("/r").offer(ANY).build(), Map.of())), new ProtocolToggles());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost:80", "localhost:", "127.0.0.1:8080", "[::1]", "[::1]:443", "[v1.fe80::a+en1]", "a_b-c.example", "%41.example", "a,b"})
    @Covers("RFC9112-3.2-01")
    void validHostIsAccepted(String host) {
        assertThat(verdict("Host: " + host).decision()).isInstanceOf(Decision.Switch.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "user@a", "a:port", "a:1:2", "::1", "[::1", "::1]", "[]", "[a b]", "a?b", "a#b", "a\\b", "\"a\"", "<a>", "a\tb", "caf\u00e9"})
    @Covers("RFC9112-3.2-01")
    void invalidHostIsRejected(String host) {
        assertThat(verdict("Host: " + host).decision()).isInstanceOfSatisfying(Decision.Refuse.class, refusal -> assertThat(refusal.status()).isEqualTo(400));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"chunked|", "Chunked|", "gzip, chunked|501", "chunked, gzip|501", "identity|501", "chunked, chunked|501", "foo|501"})
    @Covers("RFC9112-6.1-03")
    void chunkedIsTheOnlyTransferCoding(String coding, Integer status) {
        Verdict verdict = verdict("Host: a", "Transfer-Encoding: " + coding);
        if (status == null) {
            assertThat(verdict.decision()).isInstanceOf(Decision.Switch.class);
        } else {
            assertThat(verdict.decision()).isInstanceOfSatisfying(Decision.Refuse.class, refusal -> assertThat(refusal.status()).isEqualTo(status));
            assertThat(verdict.closeAfterRefusal()).isTrue();
        }
    }
}
