package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnGlassFish7;
import io.github.changeover.testkit.Head;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks the forms of {@code Upgrade} and {@code Connection} on the wire, as far as the containers pass them to the application.
 * {@code /versions} offers a_protocol/1, example, another_protocol/2.2 and IRC/6.9.
 */
@OnContainer
@OnGlassFish7
class UpgradeFieldIT {
    private static final String IGNORED = "";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("upgrade-field").app("wire").build(), "/wire");
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("/wire");
    }

    /** The protocol to which a request with these lines is switched, or "" if the request stays HTTP. */
    private static String chosen(String... lines) throws IOException {
        Head head = RawHttp.head(container, RawHttp.get("/wire/versions", lines));
        assertThat(head.status()).as("%s", head).isIn(101, 200);
        assertThat(head.has("Upgrade")).isEqualTo(head.status() == 101);
        return head.status() == 101 ? head.only("Upgrade") : IGNORED;
    }

    static Stream<Arguments> upgradeLines() {
        return Stream.of(
                arguments("a_protocol/1, example ,another_protocol/2.2", "a_protocol/1"),
                arguments("nope, example ,another_protocol/2.2", "example"),
                arguments("nope/1, no ,another_protocol/2.2", "another_protocol/2.2"),
                arguments("HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11", "IRC/6.9"),
                arguments("irc/6.9", "IRC/6.9"), arguments("EXAMPLE", "example"), arguments("A_Protocol/1", "a_protocol/1"),
                arguments("example,a_protocol/1", "example"), arguments("a_protocol/1,example", "a_protocol/1"),
                arguments(", example,,", "example"), arguments(",,,,,,,,IRC/6.9", "IRC/6.9"), arguments(" , ,\t, example", "example"),
                arguments("\tnope\t,\texample\t", "example"), arguments("  example  ", "example"),
                arguments("example, example", "example"),
                arguments("foo/, /1, a b, foo/1/2, \"q\", (x), example", "example"),
                arguments("", IGNORED), arguments(",", IGNORED), arguments("nope", IGNORED),
                arguments("example/", IGNORED), arguments("/1", IGNORED), arguments("exam ple", IGNORED), arguments("example/1/2", IGNORED),
                arguments("\"example\"", IGNORED), arguments("example;q=1", IGNORED), arguments("a_protocol /1", IGNORED), arguments("a_protocol/ 1", IGNORED),
                arguments("example/1", IGNORED), arguments("IRC", IGNORED), arguments("IRC/6.8", IGNORED), arguments("IRC/6.9.0", IGNORED),
                arguments("a_protocol/1.0", IGNORED), arguments("a_protocol/01", IGNORED),
                arguments("HTTP/2.0", IGNORED), arguments("HTTP/1.1", IGNORED), arguments("h2", IGNORED), arguments("TLS/1.2, HTTP/1.1", IGNORED));
    }

    @ParameterizedTest
    @MethodSource("upgradeLines")
    @Covers({"RFC9110-7.8-03", "RFC9110-7.8-11", "RFC9110-7.8-12", "RFC9110-7.8-13", "RFC9110-7.8-14", "RFC9110-5.6.1-01", "IANA-02", "MDN-05", "MDN-06"})
    void upgradeLineIsParsed(String line, String expected) throws IOException {
        assertThat(chosen("Connection: Upgrade", "Upgrade: " + line)).isEqualTo(expected);
    }

    static Stream<Arguments> connectionLines() {
        return Stream.of(
                arguments(List.of("Connection: Upgrade"), true), arguments(List.of("connection: UPGRADE"), true),
                arguments(List.of("CONNECTION:upgrade"), true), arguments(List.of("Connection: keep-alive, Upgrade"), true),
                arguments(List.of("Connection: ,, upgrade ,"), true), arguments(List.of("Connection:\tkeep-alive\t,\tUpgrade\t"), true),
                arguments(List.of("Connection: keep-alive", "Connection: Upgrade"), true), arguments(List.of("Connection: Upgrade", "Connection: keep-alive"), true),
                arguments(List.of("Connection: Upgrade", "Connection: Upgrade"), true), arguments(List.of("Connection: a b, Upgrade"), true),
                arguments(List.of(), false), arguments(List.of("Connection: keep-alive"), false), arguments(List.of("Connection:"), false),
                arguments(List.of("Connection: no-upgrade"), false), arguments(List.of("Connection: upgrades"), false),
                arguments(List.of("Connection: \"upgrade\""), false), arguments(List.of("Connection: upgrade/1"), false),
                arguments(List.of("Connection: keep-alive Upgrade"), false), arguments(List.of("X-Connection: Upgrade"), false));
    }

    @ParameterizedTest
    @MethodSource("connectionLines")
    @Covers({"RFC9110-7.8-10", "RFC9110-7.6.1-01"})
    void upgradeNeedsTheConnectionOption(List<String> lines, boolean switches) throws IOException {
        List<String> all = new ArrayList<>(lines);
        all.add("Upgrade: example");
        assertThat(chosen(all.toArray(String[]::new))).isEqualTo(switches ? "example" : IGNORED);
    }

    @Test
    @Covers({"RFC9110-7.8-21", "RFC9110-7.8-03"})
    void severalLinesAreOneList() throws IOException {
        Random random = new Random(20260721);
        List<String> members = new ArrayList<>(List.of("a_protocol/1", "example", "another_protocol/2.2", "IRC/6.9", "nope", "foo/2", "", "a b", "IRC/7", "example/1"));
        for (int round = 0; round < 40; round++) {
            Collections.shuffle(members, random);
            List<String> some = members.subList(0, 1 + random.nextInt(5));
            int cut = random.nextInt(some.size() + 1);
            String first = String.join(",", some.subList(0, cut));
            String second = String.join(" , ", some.subList(cut, some.size()));
            String split = chosen("Upgrade: " + first, "X-Between: 1", "upgrade: " + second, "Connection: Upgrade");
            assertThat(chosen("Connection: Upgrade", "Upgrade: " + String.join(", ", some))).as("%s cut at %d", some, cut).isEqualTo(split);
            String expected = some.stream().filter(List.of("a_protocol/1", "example", "another_protocol/2.2", "IRC/6.9")::contains).findFirst().orElse(IGNORED);
            assertThat(split).as("%s", some).isEqualTo(expected);
        }
    }

    @Test
    @Covers("RFC9110-5.6.1-02")
    void listLengthIsLimited() throws IOException {
        assertThat(chosen("Connection: Upgrade", "Upgrade: " + ",".repeat(63) + "example")).isEqualTo("example");
        assertThat(chosen("Connection: Upgrade", "Upgrade: " + ",".repeat(64) + "example")).isEqualTo(IGNORED);
        assertThat(chosen("Connection: Upgrade", "Upgrade: " + ",".repeat(7000) + "example")).isEqualTo(IGNORED);
        assertThat(chosen("Connection: Upgrade", "Upgrade: example, " + "x".repeat(7000))).isEqualTo("example");
    }

    @Test
    @Covers("RFC9110-5.6.1-02")
    void tooLongFieldIsRejectedByTheContainer() throws IOException {
        long before = System.nanoTime();
        Head head = RawHttp.head(container, RawHttp.get("/wire/versions", "Connection: Upgrade", "Upgrade: " + ",".repeat(8192) + "example"));
        assertThat(head.status()).isEqualTo(400);
        assertThat((System.nanoTime() - before) / 1_000_000).as("milliseconds").isLessThan(2000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: a\0b, example", "Upgrade: example\0", "Upgrade: a\rX-Injected: 1, example", "Upgrade : example", "Up grade: example"})
    @Covers("RFC9110-5.5-01")
    void invalidFieldLinesAreRejected(String line) throws IOException {
        RawHttp.RawResponse answer = RawHttp.exchange(container, RawHttp.get("/wire/versions", "Connection: Upgrade", line));
        assertThat(answer.status()).isEqualTo(ContainerDifferences.statusOfInvalidFieldLine(container));
        assertThat(answer.head().has("X-Injected")).isFalse();
    }

    @Test
    @Covers("RFC9110-7.8-13")
    void byteAbove127IsHandledByTheContainer() throws IOException {
        Head head = RawHttp.head(container, RawHttp.get("/wire/versions", "Connection: Upgrade", "Upgrade: caf\u00e9, example"));
        assertThat(head.status()).isEqualTo(ContainerDifferences.statusOf8BitValue(container));
    }

    @Test
    @Covers("RFC9110-7.8-21")
    void foldedLineIsOneLine() throws IOException {
        assertThat(chosen("Connection: Upgrade", "Upgrade: nope,\r\n example")).isEqualTo("example");
    }

    @Test
    @Covers("RFC9110-7.8-22")
    void pathDecidesOnTheProtocols() throws IOException {
        assertThat(chosen("Connection: Upgrade", "Upgrade: example")).isEqualTo("example");
        assertThat(RawHttp.exchange(container, RawHttp.upgrade("/wire/elsewhere", "example")).status()).isEqualTo(200);
        assertThat(RawHttp.head(container, RawHttp.upgrade("/wire/no-version", "a_protocol/1, example")).only("Upgrade")).isEqualTo("example");
    }
}
