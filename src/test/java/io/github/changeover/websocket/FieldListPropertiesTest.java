package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.http.FieldList.Malformed;
import io.github.changeover.http.FieldList.Members;
import io.github.changeover.websocket.WebSocketExtension.Parameter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class FieldListPropertiesTest {
    @Property
    @Covers({"RFC6455-4.2.2-08", "MDN-07", "MDN-08"})
    void severalLinesEqualTheJoinedLine(@ForAll @Size(min = 1, max = 5) List<@From("pieces") String> lines) {
        String joined = String.join(", ", lines);
        assertThat(Subprotocols.parse(lines)).isEqualTo(Subprotocols.parse(List.of(joined)));
        assertThat(ExtensionOffers.parse(lines)).isEqualTo(ExtensionOffers.parse(List.of(joined)));
    }

    @Property
    @Covers("RFC9110-5.5-01")
    void parseNeverThrowsAndErrorsDoNotQuoteInput(@ForAll @Size(max = 5) List<String> lines) {
        assertThat(List.of(Subprotocols.parse(lines), ExtensionOffers.parse(lines))).allSatisfy(read -> {
            if (read instanceof Malformed<?> malformed) assertThat(malformed.reason()).matches("Sec-WebSocket-[ -~]{10,160}");
        });
    }

    @Property
    @Covers({"MDN-07", "RFC9110-5.6.1-01"})
    void writtenOffersAreParsedUnchanged(@ForAll @Size(min = 1, max = 6) List<@From("extensions") WebSocketExtension> offers, @ForAll @From("commas") String comma) {
        String line = offers.stream().map(WebSocketExtension::toString).collect(Collectors.joining(comma));
        assertThat(ExtensionOffers.parse(List.of(line))).isEqualTo(new Members<>(offers));
    }

    @Property
    @Covers("MDN-07")
    void quotedValuesEqualUnquotedOnes(@ForAll @From("extensions") WebSocketExtension offer, @ForAll boolean escaped) {
        StringBuilder line = new StringBuilder(offer.name());
        for (Parameter parameter : offer.parameters()) {
            line.append(" ;\t").append(parameter.name());
            parameter.value().ifPresent(value -> line.append(" = \"").append(escaped ? value.replaceAll("(.)", "\\\\$1") : value).append('"'));
        }
        assertThat(ExtensionOffers.parse(List.of(line.toString()))).isEqualTo(new Members<>(List.of(offer)));
    }

    @Property
    @Covers({"RFC6455-4.2.2-05", "RFC6455-4.2.2-07", "MDN-08"})
    void firstSupportedOfferedSubprotocolIsChosen(@ForAll @Size(min = 1, max = 8) Set<@From("tokens") String> offered,
            @ForAll @Size(max = 8) Set<@From("tokens") String> supported, @ForAll @From("commas") String comma) {
        List<String> order = List.copyOf(offered);
        assertThat(Subprotocols.parse(List.of(String.join(comma, order)))).isEqualTo(new Members<>(order));
        Set<String> both = new LinkedHashSet<>(order);
        both.retainAll(supported);
        assertThat(Subprotocols.choose(order, List.copyOf(supported))).isEqualTo(both.stream().findFirst());
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.strings().withChars("ab, \t;=\"\\/").ofMaxLength(12);
    }

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.strings().withChars("abAB!#$%&'*+-.^_`|~019").ofMinLength(1).ofMaxLength(3);
    }

    @Provide
    Arbitrary<String> commas() {
        return Arbitraries.of(",", ", ", "\t,", " ,,\t, ", ", ,");
    }

    @Provide
    Arbitrary<WebSocketExtension> extensions() {
        Arbitrary<Optional<String>> values = tokens().optional();
        Arbitrary<Parameter> parameters = Combinators.combine(tokens(), values).as(Parameter::new);
        return Combinators.combine(tokens(), parameters.list().ofMaxSize(4)).as(WebSocketExtension::new);
    }
}
