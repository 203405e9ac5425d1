package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake.AcceptedHandshake;
import io.github.changeover.websocket.OpeningHandshake.RejectedHandshake;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The handshake alone, without the negotiation before it. */
class OpeningHandshakeTest {
    private static final HandshakePolicy POLICY = HandshakePolicy.NOTHING.withSubprotocols("v1.echo", "v2.echo").withDeflate(DeflatePolicy.JDK);

    @Test
    @Covers({"RFC6455-4.2.2-04", "RFC6455-4.2.2-05", "RFC6455-4.2.2-06", "MDN-09", "MDN-10"})
    void acceptedHandshakeHasAllFields() {
        AcceptedHandshake accepted = accepted("Sec-WebSocket-Protocol: v2.echo, v1.echo", "Sec-WebSocket-Extensions: foo, permessage-deflate; client_max_window_bits");
        assertThat(accepted.fields()).isEqualTo(Fields.of("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "Sec-WebSocket-Protocol", "v2.echo", "Sec-WebSocket-Extensions", "permessage-deflate"));
        assertThat(accepted.offeredSubprotocols()).containsExactly("v2.echo", "v1.echo");
        assertThat(accepted.offeredExtensions()).hasToString("[foo, permessage-deflate; client_max_window_bits]");
    }

    @Test
    @Covers({"RFC6455-4.2.2-05", "RFC6455-4.2.2-06", "RFC7692-5-01"})
    void emptyPolicyAgreesOnNothing() {
        UpgradeRequest request = HandshakeTable.example("Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: permessage-deflate");
        assertThat(OpeningHandshake.check(request, HandshakePolicy.NOTHING)).isInstanceOfSatisfying(AcceptedHandshake.class,
                accepted -> assertThat(accepted.fields()).isEqualTo(Fields.of("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource({
            "GET /chat HTTP/1.1,  ,                      101",
            "POST /chat HTTP/1.1, ,                      400",
            "get /chat HTTP/1.1,  ,                      400",
            "GET /chat HTTP/1.0,  ,                      400",
            "GET /chat HTTP/2.0,  ,                      400",
            "GET /chat HTTP/1.1,  Content-Length: 1,     400",
            "GET /chat HTTP/1.1,  Transfer-Encoding: chunked, 400",
            "GET /chat HTTP/1.1,  -Upgrade,              426",
            "GET /chat HTTP/1.1,  Upgrade: websocket/13, 426",
            "GET /chat HTTP/1.1,  -Connection,           426",
            "GET /chat HTTP/1.1,  Connection: no-upgrade, 426"})
    @Covers({"RFC6455-4.2.1-01", "RFC6455-4.2.1-03", "RFC6455-4.2.1-04"})
    void invalidRequestIsRejectedWithoutTheNegotiation(String requestLine, String change, int status) {
        UpgradeRequest example = change == null ? HandshakeTable.example() : HandshakeTable.example(change);
        List<String> lines = example.fields().lines().stream().map(line -> line.name() + ": " + line.value()).toList();
        OpeningHandshake.HandshakeOutcome outcome = OpeningHandshake.check(HandshakeTable.request(requestLine, lines, false), POLICY);
        assertThat(outcome instanceof RejectedHandshake refused ? refused.refusal().status() : 101).isEqualTo(status);
    }

    @Test
    void firstFaultInOrderOfTheRfcIsReported() {
        String[] faults = {"-Host", "-Upgrade", "-Connection", "-Sec-WebSocket-Key", "Sec-WebSocket-Version: 8", "+Origin: a", "Sec-WebSocket-Accept: a",
            "Sec-WebSocket-Protocol: ;"};
        String[] named = {"Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "version", "Origin", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"};
        for (int first = 0; first < faults.length; first++) {
            String[] rest = new String[faults.length - first + 1];
            rest[0] = "Origin: b";
            System.arraycopy(faults, first, rest, 1, faults.length - first);
            if (first > 5) rest[0] = "-Origin";
            String word = named[first];
            assertThat(OpeningHandshake.check(HandshakeTable.example(rest), POLICY)).isInstanceOfSatisfying(RejectedHandshake.class,
                    refused -> assertThat(refused.refusal().reason()).contains(word));
        }
    }

    @Test
    @Covers({"RFC6455-4.2.2-05", "RFC6455-4.2.2-06"})
    void applicationMayChooseSubprotocolAndExtensions() {
        AcceptedHandshake accepted = accepted("Sec-WebSocket-Protocol: soap, v1.echo", "Sec-WebSocket-Extensions: permessage-deflate");
        assertThat(accepted.withSubprotocol(Optional.of("soap")).fields().values("Sec-WebSocket-Protocol")).containsExactly("soap");
        assertThat(accepted.withSubprotocol(Optional.empty()).fields().contains("Sec-WebSocket-Protocol")).isFalse();
        assertThat(accepted.withoutDeflate().fields().contains("Sec-WebSocket-Extensions")).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> accepted.withSubprotocol(Optional.of("v2.echo"))).withMessageContaining("was not offered");
        assertThatIllegalArgumentException().isThrownBy(() -> new AcceptedHandshake("a", List.of(), Optional.empty(), List.of(), accepted.deflate()))
                .withMessageContaining("was not offered");
    }

    @Test
    @DisplayName("W13: a remark names the subprotocols that were not agreed, but never a complete token")
    void remarksContainNoCompleteToken() {
        String token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl";
        AcceptedHandshake accepted = accepted("Sec-WebSocket-Protocol: chat, bearer." + token).withSubprotocol(Optional.empty());
        assertThat(accepted.remark(List.of())).isEqualTo("without a subprotocol: the client offers [chat, bearer.eyJhb...], the endpoint supports none");
    }

    private static AcceptedHandshake accepted(String... changes) {
        return (AcceptedHandshake) OpeningHandshake.check(HandshakeTable.example(changes), POLICY);
    }
}
