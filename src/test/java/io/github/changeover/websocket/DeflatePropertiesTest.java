package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.http.FieldList;
import io.github.changeover.websocket.WebSocketExtension.Parameter;
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
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

class DeflatePropertiesTest {
    @Property(tries = 5000)
    @Covers({"RFC7692-5-01", "RFC7692-5.1-01", "RFC7692-7.1.1.1-01", "RFC7692-7.1.1.2-01", "RFC7692-7.1.2.1-01", "RFC7692-7.1.2.2-01"})
    void firstAcceptableOfferIsAnswered(@ForAll @Size(max = 4) List<@From("offers") WebSocketExtension> offers, @ForAll @From("policies") DeflatePolicy policy) {
        Optional<WebSocketExtension> first = offers.stream().filter(offer -> isAcceptable(offer, policy)).findFirst();
        Optional<DeflateAgreement> answer = Deflate.agree(offers, policy);
        assertThat(answer.isPresent()).isEqualTo(first.isPresent());
        if (answer.isEmpty()) return;

        WebSocketExtension offer = first.orElseThrow();
        DeflateAgreement agreed = answer.get();
        assertThat(agreed.serverNoContextTakeover()).isEqualTo(has(offer, "server_no_context_takeover") || policy.serverNoContextTakeover());
        assertThat(agreed.clientNoContextTakeover()).isEqualTo(has(offer, "client_no_context_takeover") || policy.clientNoContextTakeover());
        assertThat(agreed.serverWindowBits()).isBetween(policy.smallestServerWindow(), policy.largestServerWindow());
        assertThat(agreed.serverWindowBits()).isLessThanOrEqualTo(bits(offer, "server_max_window_bits"));
        if (has(offer, "server_max_window_bits")) assertThat(agreed.serverMaxWindowBits()).isPresent();
        if (!has(offer, "client_max_window_bits")) assertThat(agreed.clientMaxWindowBits()).isEmpty();
        agreed.clientMaxWindowBits().ifPresent(window -> assertThat(window)
                .isBetween(8, Math.min(policy.largestClientWindow(), bits(offer, "client_max_window_bits"))));
    }

    @Property
    @Covers("RFC7692-5-01")
    void answerIsOneWellFormedAcceptableMember(@ForAll @Size(max = 4) List<@From("offers") WebSocketExtension> offers, @ForAll @From("policies") DeflatePolicy policy) {
        Optional<DeflateAgreement> answer = Deflate.agree(offers, policy);
        answer.ifPresent(agreed -> {
            List<WebSocketExtension> read = ((FieldList.Members<WebSocketExtension>) ExtensionOffers.parse(List.of(agreed.toString()))).members();
            assertThat(read).hasSize(1);
            assertThat(Deflate.agree(read, policy)).hasValueSatisfying(again -> assertThat(again.serverWindowBits()).isEqualTo(agreed.serverWindowBits()));
        });
    }

    @Provide
    Arbitrary<WebSocketExtension> offers() {
        Arbitrary<String> names = Arbitraries.frequencyOf(Tuple.of(9, Arbitraries.just("permessage-deflate")), Tuple.of(1, Arbitraries.just("foo")));
        Arbitrary<String> parameters = Arbitraries.of("server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits", "x");
        Arbitrary<Optional<String>> values = Arbitraries.of("8", "9", "10", "14", "15", "7", "16", "08", "true").optional(0.5);
        return Combinators.combine(names, Combinators.combine(parameters, values).as(Parameter::new).list().ofMaxSize(3)).as(WebSocketExtension::new);
    }

    @Provide
    Arbitrary<DeflatePolicy> policies() {
        Arbitrary<Integer> windows = Arbitraries.integers().between(8, 15);
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(windows, windows, windows, flags, flags)
                .as((one, other, client, server, told) -> new DeflatePolicy(Math.min(one, other), Math.max(one, other), client, server, told));
    }

    /** A second, different implementation of section 7.1. */
    private static boolean isAcceptable(WebSocketExtension offer, DeflatePolicy policy) {
        Set<String> names = offer.parameters().stream().map(Parameter::name).collect(Collectors.toSet());
        String legal = "server_no_context_takeover|client_no_context_takeover|server_max_window_bits=([89]|1[0-5])|client_max_window_bits(=([89]|1[0-5]))?";
        return offer.name().equals("permessage-deflate") && names.size() == offer.parameters().size()
                && offer.parameters().stream().allMatch(parameter -> parameter.toString().matches(legal))
                && bits(offer, "server_max_window_bits") >= policy.smallestServerWindow();
    }

    private static boolean has(WebSocketExtension offer, String name) {
        return offer.parameters().stream().anyMatch(parameter -> parameter.name().equals(name));
    }

    private static int bits(WebSocketExtension offer, String name) {
        return offer.parameters().stream().filter(parameter -> parameter.name().equals(name))
                .flatMap(parameter -> parameter.value().stream()).map(Integer::valueOf).findFirst().orElse(15);
    }
}
