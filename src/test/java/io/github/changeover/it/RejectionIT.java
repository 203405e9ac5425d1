package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnGlassFish7;
import io.github.changeover.it.container.OnWildFly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks responses to offers that are not accepted: they are complete HTTP responses, and the connection continues as the framing specifies. */
@OnContainer
@OnGlassFish7
@OnWildFly
class RejectionIT {
    private static final String GREETING = "greet/1 0\n";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("refusal").app("wire").set("changeover.content.max", "16")
                .set("changeover.path./closing.close-on-refuse", "true").set("changeover.path./advertised.advertise", "true").build(), "/wire");
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("/wire");
    }

    private static Wire send(String request) throws IOException {
        return Wire.connect(container.http()).send(request);
    }

    private static String hits(String key) throws IOException {
        return RawHttp.exchange(container, RawHttp.get("/wire/hits?of=" + key)).body();
    }

    /** Checks that HTTP/1.1 continues on the connection, and that it can still be switched. */
    private static void assertUsable(Wire wire) throws IOException {
        assertThat(RawHttp.readResponse(wire.send(RawHttp.get("/wire/again"))).status()).isEqualTo(200);
        assertThat(wire.send(RawHttp.upgrade("/wire/greet", "greet/1")).readHead().status()).isEqualTo(101);
        assertThat(wire.readText(GREETING.length())).isEqualTo(GREETING);
    }

    private static void assert426(Head head) {
        assertThat(head.status()).as("%s", head).isEqualTo(426);
        assertThat(head.all("Upgrade")).containsExactly("greet/1, second/2");
        assertThat(head.only("Connection").toLowerCase(Locale.ROOT)).isIn("upgrade", "upgrade, keep-alive");
        assertThat(head.only("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
        assertThat(Integer.parseInt(head.only("Content-Length"))).isPositive();
        assertThat(head.has("Transfer-Encoding")).isFalse();
        if (ContainerDifferences.sendsDate(container)) assertThat(head.only("Date")).endsWith(" GMT");
    }

    static Stream<Arguments> notGreetings() {
        return Stream.of(arguments(List.of()), arguments(List.of("Connection: keep-alive")), arguments(List.of("Upgrade: greet/1")),
                arguments(List.of(RawHttp.offering("nope"))), arguments(List.of(RawHttp.offering("greet/2, a b"))), arguments(List.of(RawHttp.offering(""))));
    }

    @ParameterizedTest
    @MethodSource("notGreetings")
    @Covers({"RFC9110-7.8-04", "RFC9110-7.8-09", "RFC9110-15.5.22-01", "RFC9110-15.5.22-02", "RFC9110-15.5.22-03", "RFC9110-6.6.1-01", "MDN-04"})
    void complete426IsFollowedBy101OnTheSameConnection(List<String> fields) throws IOException {
        try (Wire wire = send(RawHttp.get("/wire/required?key=required", fields.toArray(String[]::new)))) {
            Head head = wire.readHead();
            assert426(head);
            assertThat(wire.readBodyText(head)).contains("'Connection: Upgrade'", "'Upgrade: greet/1, second/2'", "/required is set to required").endsWith("\n");
            wire.send(RawHttp.upgrade("/wire/required", "second/2"));
            assertThat(wire.readHead().only("Upgrade")).isEqualTo("second/2");
            assertThat(wire.readText(11)).isEqualTo("second/2 0\n");
        }
        assertThat(hits("required")).as("the application did not run").isEqualTo("0");
    }

    @Test
    @Covers({"RFC9110-15.5.22-01", "RFC9110-15.5.22-03"})
    void response426ToHeadHasNoContent() throws IOException {
        try (Wire wire = send(RawHttp.request("HEAD", "/wire/required"))) {
            assert426(wire.readHead());
            assertUsable(wire);
        }
    }

    @ParameterizedTest
    @CsvSource({"/moved,307,It is at", "/malformed,400,This handshake", "/busy,503,Busy.", "/gate,403,Not from here."})
    @Covers({"RFC9110-15.4-01", "RFC9110-15.5.1-01", "RFC9112-9.3-01", "RFC9931-02"})
    void rejectionOfAProtocolIsAnOrdinaryResponse(String path, int status, String sentence) throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire" + path + "?key=refused" + status, "greet/1"))) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).startsWith(sentence);
            assertThat(answer.head().only("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
            assertThat(answer.head().has("Upgrade")).isFalse();
            if (status == 307) assertThat(answer.head().only("Location")).endsWith("/wire/greet");
            if (status == 503) assertThat(answer.head().only("Retry-After")).isEqualTo("5");
            if (ContainerDifferences.closesAfter(container, status)) {
                assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
            } else {
                assertThat(answer.head().all("Connection")).noneMatch("close"::equalsIgnoreCase);
                assertUsable(wire);
            }
        }
        assertThat(hits("refused" + status)).isEqualTo("0");
    }

    @Test
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-06", "RFC9110-7.8-15", "RFC9112-9.3-01", "RFC9931-01", "RFC9931-02", "GEN-03"})
    void ignoredOfferReachesTheApplicationOnce() throws IOException {
        for (String path : List.of("/not-me", "/plain", "/elsewhere")) {
            try (Wire wire = send(RawHttp.upgrade("/wire" + path + "?key=ignored" + path, path.equals("/not-me") ? "greet/1" : "nope"))) {
                RawHttp.RawResponse answer = RawHttp.readResponse(wire);
                assertThat(answer.body()).isEqualTo("GET " + path + " body 0 hit 1\n");
                assertThat(answer.head().has("Upgrade")).isFalse();
                assertThat(answer.head().all("Connection")).noneMatch("close"::equalsIgnoreCase);
                assertUsable(wire);
            }
        }
    }

    @Test
    @Covers("RFC9110-11.6-01")
    void userWithoutTheRoleIsNotSwitched() throws IOException {
        RawHttp.RawResponse answer = RawHttp.exchange(container, RawHttp.upgrade("/wire/role?key=role", "greet/1"));
        assertThat(answer.status()).isEqualTo(ContainerDifferences.statusWithoutLogin(container));
        assertThat(answer.head().has("Upgrade")).isFalse();
        assertThat(hits("role")).isEqualTo("0");
    }

    @Test
    @Covers("RFC9110-7.8-06")
    void nextProtocolMayAcceptAnIgnoredOffer() throws IOException {
        assertThat(RawHttp.head(container, RawHttp.upgrade("/wire/second-takes-it", "greet/1, second/2")).only("Upgrade")).isEqualTo("second/2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "FOO"})
    @Covers({"RFC9931-07", "RFC9112-APP-01", "MDN-13"})
    void protocolDecidesOnMethods(String method) throws IOException {
        String nothing = method.equals("POST") || method.equals("PUT") || method.equals("PATCH") ? "Content-Length: 0" : "X-None: 0";
        assertThat(RawHttp.head(container, RawHttp.request(method, "/wire/any-method", RawHttp.offering("greet/1", nothing))).status()).isEqualTo(101);
        Head head = RawHttp.head(container, RawHttp.request(method, "/wire/greet", RawHttp.offering("greet/1", nothing)));
        assertThat(head.status()).isEqualTo(method.equals("GET") ? 101 : 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Upgrade: nope", "Upgrade: greet/1"})
    @Covers({"RFC9110-7.8-04", "RFC9110-7.8-09", "RFC9110-7.8-15"})
    void ordinaryResponsesAdvertiseUpgrade(String offer) throws IOException {
        try (Wire wire = send(RawHttp.get("/wire/advertised", offer.isEmpty() ? "X-None: 0" : offer))) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).startsWith("GET /advertised");
            assertThat(answer.head().all("Upgrade")).containsExactly("greet/1, second/2");
            assertThat(answer.head().all("Connection")).containsExactly("upgrade");
            assertUsable(wire);
        }
        assertThat(RawHttp.exchange(container, RawHttp.get("/wire/plain")).head().has("Upgrade")).as("not unless set").isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "greet/2", "a b"})
    @Covers({"RFC9931-03", "RFC9112-11.2-01"})
    void ignoredOfferClosesTheConnectionIfConfigured(String offer) throws IOException {
        String key = "smuggled-" + offer.hashCode();
        try (Wire wire = send(RawHttp.upgrade("/wire/closing", offer) + RawHttp.get("/wire/victim?key=" + key))) {
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head().only("Connection")).isEqualTo("close");
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.text()).isEmpty();
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
        assertThat(hits(key)).isEqualTo("0");
        try (Wire wire = send(RawHttp.get("/wire/closing"))) {
            assertThat(RawHttp.readResponse(wire).status()).isEqualTo(200);
            assertUsable(wire);
        }
    }

    @Test
    @Covers({"RFC9110-7.6.1-03", "RFC9112-9.3-01"})
    void connectionCloseWithAnIgnoredUpgradeIsObeyed() throws IOException {
        try (Wire wire = send(RawHttp.get("/wire/plain", "Connection: Upgrade, close", "Upgrade: nope"))) {
            assertThat(RawHttp.readResponse(wire).status()).isEqualTo(200);
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @CsvSource({"16,101", "17,413"})
    @Covers("RFC9110-7.8-17")
    void contentOfAnUpgradeIsLimited(int length, int status) throws IOException {
        try (Wire wire = send(RawHttp.request("POST", "/wire/content", RawHttp.offering("greet/1", "Content-Length: " + length)) + "x".repeat(length))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(status);
            if (status == 101) {
                assertThat(wire.readText(11)).isEqualTo("greet/1 16\n");
            } else {
                assertThat(wire.readBodyText(head)).contains("16 bytes", "changeover.content.max");
                assertThat(wire.readToEnd().end()).as("%s", head).isNotEqualTo(Wire.End.TIMEOUT);
            }
        }
    }

    @Test
    @Covers("RFC9112-8-01")
    void truncatedContentIsNotSwitched() throws IOException {
        try (Wire wire = send(RawHttp.request("POST", "/wire/content", RawHttp.offering("greet/1", "Content-Length: 10")) + "12345")) {
            Wire.Rest rest = wire.shutdownOutput().readToEnd();
            assertThat(rest.text()).doesNotContain(" 101 ", "greet/1 ");
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
    }
}
