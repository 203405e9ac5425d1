package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.OpeningHandshake.AcceptedHandshake;
import io.github.changeover.websocket.OpeningHandshake.HandshakeOutcome;
import io.github.changeover.websocket.OpeningHandshake.RejectedHandshake;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class OpeningHandshakePropertiesTest {
    private static final HandshakePolicy POLICY = HandshakePolicy.NOTHING.withSubprotocols("a", "b").withDeflate(DeflatePolicy.JDK);
    private static final List<String> NAMES = List.of("Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin",
            "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept");

    @Property
    @Covers({"RFC9110-5.5-01", "RFC6455-4.2.1-07"})
    void anyFieldValueIsHandledAndNotEchoed(@ForAll @IntRange(max = 8) int name, @ForAll @From("values") String value, @ForAll boolean added) {
        UpgradeRequest request = HandshakeTable.example((added ? "+" : "") + NAMES.get(name) + ": " + value.replace("\\", "\\\\"));
        HandshakeOutcome outcome = OpeningHandshake.check(request, POLICY);
        if (outcome instanceof RejectedHandshake refused) {
            assertThat(refused.refusal().status()).isIn(400, 426);
            assertThat(refused.refusal().reason()).matches("[ -~]{20,200}");
            assertThat(refused.refusal().fields()).isIn(Fields.none(), Fields.of("Sec-WebSocket-Version", "13"));
        } else {
            Fields fields = ((AcceptedHandshake) outcome).fields();
            assertThat(fields.values("Sec-WebSocket-Protocol")).isSubsetOf("a", "b");
            assertThat(fields.values("Sec-WebSocket-Extensions")).allMatch(text -> text.startsWith("permessage-deflate"));
        }
        SameOrigin.only().check(request, OpeningHandshake.TOKEN).ifPresent(refuse -> assertThat(refuse.status()).isIn(400, 403));
    }

    @Property
    @Covers("RFC6455-4.2.2-08")
    void orderOfDifferentFieldsIsIrrelevant(@ForAll long seed) {
        UpgradeRequest request = HandshakeTable.example("Origin: http://server.example.com", "Sec-WebSocket-Protocol: b, a", "Sec-WebSocket-Extensions: permessage-deflate");
        List<String> lines = new ArrayList<>(request.fields().lines().stream().map(line -> line.name() + ": " + line.value()).toList());
        Collections.shuffle(lines, new Random(seed));
        assertThat(OpeningHandshake.check(HandshakeTable.request("GET /chat HTTP/1.1", lines, false), POLICY)).isEqualTo(OpeningHandshake.check(request, POLICY));
    }

    @Property
    @Covers({"RFC6455-4.2.2-05", "RFC6455-4.2.2-06"})
    void responseContainsOnlyWhatWasOffered(@ForAll @Size(max = 4) List<@From("subprotocols") String> offered, @ForAll boolean deflate) {
        List<String> distinct = offered.stream().distinct().toList();
        UpgradeRequest request = HandshakeTable.example(distinct.isEmpty() ? "-Sec-WebSocket-Protocol" : "Sec-WebSocket-Protocol: " + String.join(", ", distinct),
                deflate ? "Sec-WebSocket-Extensions: permessage-deflate" : "-Sec-WebSocket-Extensions");
        AcceptedHandshake accepted = (AcceptedHandshake) OpeningHandshake.check(request, POLICY);
        assertThat(accepted.fields().values("Sec-WebSocket-Protocol")).isSubsetOf(distinct).hasSizeLessThanOrEqualTo(1);
        assertThat(accepted.fields().contains("Sec-WebSocket-Extensions")).isEqualTo(deflate);
        assertThat(accepted.fields().contains("Sec-WebSocket-Version")).isFalse();
    }

    @Property
    @Covers("RFC6455-4.2.2-01")
    void originIsAcceptedOnlyIfItIsTheOwn(@ForAll @From("hosts") String host, @ForAll @From("hosts") String other, @ForAll boolean secure) {
        UpgradeRequest request = HandshakeTable.request("GET /chat HTTP/1.1", List.of("Host: " + host, "Origin: https://" + other), secure);
        String own = host.toLowerCase(Locale.ROOT).replaceFirst(":443$", "");
        String page = other.toLowerCase(Locale.ROOT).replaceFirst(":443$", "");
        assertThat(SameOrigin.only().check(request, OpeningHandshake.TOKEN).isEmpty()).isEqualTo(secure && own.equals(page));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings().withCharRange(' ', '~').withCharRange('\u0080', '\u00ff').withChars("\tab13,,;==\"\\:/[]@ ").ofMaxLength(30);
    }

    @Provide
    Arbitrary<String> subprotocols() {
        return Arbitraries.of("a", "b", "A", "c", "d");
    }

    @Provide
    Arbitrary<String> hosts() {
        return Arbitraries.of("a", "A", "a.b", "a.b:443", "A.B", "a.b:80", "x.a.b", "xa.b", "a.b.", "127.0.0.1", "a:8443");
    }
}
