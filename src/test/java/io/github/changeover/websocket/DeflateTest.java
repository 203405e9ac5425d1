package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import io.github.changeover.http.FieldList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The responses to offers under policies other than that for the JDK, which the handshake table tests. */
class DeflateTest {
    private static final DeflatePolicy ZLIB = DeflatePolicy.ZLIB;

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "declined", value = {
            "permessage-deflate; server_max_window_bits=10, permessage-deflate | permessage-deflate; server_max_window_bits=10",
            "permessage-deflate                                         | permessage-deflate",
            "permessage-deflate; server_max_window_bits=15              | permessage-deflate; server_max_window_bits=15",
            "permessage-deflate; server_max_window_bits=9               | permessage-deflate; server_max_window_bits=9",
            "permessage-deflate; server_max_window_bits=8               | declined",
            "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=11 | permessage-deflate; server_max_window_bits=11",
            "permessage-deflate; server_max_window_bits=09              | declined",
            "permessage-deflate; client_max_window_bits=9               | permessage-deflate",
            "foo                                                        | declined"})
    @Covers({"RFC7692-7.1.2.1-01", "RFC7692-5-01", "RFC7692-5.1-01"})
    void smallServerWindowsAreAgreedIfSupported(String offered, String answered) {
        assertThat(answer(offered, ZLIB)).isEqualTo(Optional.ofNullable(answered));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "permessage-deflate                                         | permessage-deflate; server_max_window_bits=11",
            "permessage-deflate; server_max_window_bits=15              | permessage-deflate; server_max_window_bits=11",
            "permessage-deflate; server_max_window_bits=10              | permessage-deflate; server_max_window_bits=10"})
    @Covers("RFC7692-7.1.2.1-01")
    void serverMayLimitItsWindow(String offered, String answered) {
        assertThat(answer(offered, ZLIB.withServerWindow(11))).contains(answered);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "permessage-deflate; client_max_window_bits                 | permessage-deflate; client_max_window_bits=11 | 11",
            "permessage-deflate; client_max_window_bits=15              | permessage-deflate; client_max_window_bits=11 | 11",
            "permessage-deflate; client_max_window_bits=12              | permessage-deflate; client_max_window_bits=11 | 11",
            "permessage-deflate; client_max_window_bits=8               | permessage-deflate; client_max_window_bits=8  | 8",
            "permessage-deflate                                         | permessage-deflate                            | 15"})
    @Covers("RFC7692-7.1.2.2-01")
    void clientWindowIsLimitedByThePolicy(String offered, String answered, int clientWindow) {
        DeflatePolicy policy = DeflatePolicy.JDK.withClientWindow(11);
        assertThat(answer(offered, policy)).contains(answered);
        assertThat(agreement(offered, policy).map(DeflateAgreement::clientWindowBits)).contains(clientWindow);
    }

    @Test
    @Covers({"RFC7692-7.1.1.1-01", "RFC7692-7.1.1.2-01"})
    void policyMayDisableContextTakeover() {
        DeflatePolicy jdk = DeflatePolicy.JDK;
        assertThat(answer("permessage-deflate", jdk.withServerNoContextTakeover(true))).contains("permessage-deflate; server_no_context_takeover");
        assertThat(answer("permessage-deflate", jdk.withClientNoContextTakeover(true))).contains("permessage-deflate; client_no_context_takeover");
        assertThat(answer("permessage-deflate; client_no_context_takeover; server_no_context_takeover",
                jdk.withServerNoContextTakeover(true).withClientNoContextTakeover(true)))
                .contains("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    }

    @Test
    void defaultIsTheFullWindowWithContextTakeover() {
        DeflateAgreement agreement = agreement("permessage-deflate; client_max_window_bits", DeflatePolicy.JDK).orElseThrow();
        assertThat(agreement.serverWindowBits()).isEqualTo(15);
        assertThat(agreement.clientWindowBits()).isEqualTo(15);
        assertThat(agreement.serverNoContextTakeover()).isFalse();
        assertThat(agreement.clientNoContextTakeover()).isFalse();
    }

    @Test
    void policyWindowsAreLimitedByTheRfc() {
        assertThatIllegalArgumentException().isThrownBy(() -> ZLIB.withClientWindow(7)).withMessageContaining("largestClientWindow is 7");
        assertThatIllegalArgumentException().isThrownBy(() -> ZLIB.withServerWindow(16)).withMessageContaining("largestServerWindow is 16");
        assertThatIllegalArgumentException().isThrownBy(() -> DeflatePolicy.JDK.withServerWindow(10)).withMessageContaining("smallestServerWindow");
    }

    private static Optional<String> answer(String offered, DeflatePolicy policy) {
        return agreement(offered, policy).map(DeflateAgreement::toString);
    }

    private static Optional<DeflateAgreement> agreement(String offered, DeflatePolicy policy) {
        return Deflate.agree(((FieldList.Members<WebSocketExtension>) ExtensionOffers.parse(List.of(offered))).members(), policy);
    }
}
