package io.github.changeover.forwarded;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.http.IpAddress;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The trusted proxies in these tests are 10.0.0.0/8 and fd00::/8. */
class TrustedProxiesTest {
    private static final TrustedProxies PROXIES = new TrustedProxies(List.of(AddressRange.parse("10.0.0.0/8").orElseThrow(), AddressRange.parse("fd00::/8").orElseThrow()));

    private static Optional<UpgradeRequest.Forwarded> reported(TrustedProxies proxies, String peer, String... lines) {
        List<Fields.Line> fields = new ArrayList<>();
        for (String line : lines) fields.add(new Fields.Line(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1).strip()));
        return proxies.of(new InetSocketAddress(IpAddress.parse(peer).orElseThrow(), 1), Fields.of(fields));
    }

    private static String describe(Optional<UpgradeRequest.Forwarded> said) {
        return said.map(one -> (one.client().isUnresolved() ? one.client().getHostString() : one.client().getAddress().getHostAddress())
                + (one.client().getPort() == 0 ? "" : "|" + one.client().getPort())
                + one.scheme().map(scheme -> " " + scheme).orElse("") + one.host().map(host -> " " + host).orElse("")).orElse("nobody");
    }

    @ParameterizedTest(name = "[{index}] {0}; {1}")
    @CsvSource(delimiter = ';', quoteCharacter = '~', value = {
        "192.0.2.1; X-Forwarded-For: 1.1.1.1;                                        nobody",
        "10.0.0.1;  X-Forwarded-For: 1.1.1.1;                                        1.1.1.1",
        "10.0.0.1;  X-Forwarded-For: 9.9.9.9, 1.1.1.1;                               1.1.1.1",
        "10.0.0.1;  X-Forwarded-For: 9.9.9.9, 1.1.1.1, 10.2.2.2;                     1.1.1.1",
        "10.0.0.1;  X-Forwarded-For: 10.3.3.3, 10.2.2.2;                             10.3.3.3",
        "10.0.0.1;  X-Forwarded-For: nonsense, 10.2.2.2;                             10.2.2.2",
        "10.0.0.1;  X-Forwarded-For: nonsense;                                       nobody",
        "10.0.0.1;  X-Forwarded-For: 1.1.1.1,;                                       nobody",
        "10.0.0.1;  X-Forwarded-For: 2001:db8::7;                                    2001:db8:0:0:0:0:0:7",
        "10.0.0.1;  X-Forwarded-For: [2001:db8::7]:4711;                             2001:db8:0:0:0:0:0:7|4711",
        "10.0.0.1;  X-Forwarded-For: 1.1.1.1:80;                                     1.1.1.1|80",
        "10.0.0.1;  X-Forwarded-For: 1.1.1.256;                                      nobody",
        "10.0.0.1;  X-Forwarded-For: 01.1.1.1;                                       nobody",
        "10.0.0.1;  X-Forwarded-For: 1.1;                                            nobody",
        "10.0.0.1;  X-Forwarded-For: localhost;                                      nobody",
        "10.0.0.1;  X-Forwarded-For: fe80::1%lo;                                     nobody",
        "10.0.0.1;  X-Forwarded-For: ::ffff:10.0.0.9;                                10.0.0.9",
        "fd00::1;   X-Forwarded-For: 1.1.1.1;                                        1.1.1.1",
    })
    void clientIsTheLastUntrustedAddress(String peer, String line, String client) {
        assertThat(describe(reported(PROXIES, peer, line))).isEqualTo(client);
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "for=1.1.1.1;proto=HTTPS;host=example.com                | 1.1.1.1 https example.com",
        "For=\"[2001:db8::1]:4711\";HOST=\"example.com:8443\"    | 2001:db8:0:0:0:0:0:1/4711 example.com:8443",
        "for=9.9.9.9;host=evil.example, for=1.1.1.1;host=a.example | 1.1.1.1 a.example",
        "for=1.1.1.1;host=a.example, for=10.0.0.2;host=inner     | 1.1.1.1 a.example",
        "for=_hidden;proto=https                                 | _hidden https",
        "for=unknown                                             | unknown",
        "for=1.1.1.1;by=10.0.0.1;secret=yes                      | 1.1.1.1",
        "for=1.1.1.1;                                            | 1.1.1.1",
        ", for=1.1.1.1 ,,                                        | 1.1.1.1",
        "proto=https                                             | 10.0.0.1/1 https",
        "for=9.9.9.9, proto=https;host=a.example                 | 10.0.0.1/1 https a.example",
        "proto=https, for=10.0.0.2;proto=http                    | 10.0.0.2 https",
        "for=nonsense;proto=https                                | nobody",
        "by=10.0.0.1                                             | nobody",
        "for=1.1.1.1;for=2.2.2.2                                 | nobody",
        "for=\", for=1.1.1.1                                     | nobody",
        "for=\"x, for=\"1.1.1.1:99\"                             | nobody",
        "for=1.1.1.1 ;proto=https                                | nobody",
        "for = 1.1.1.1                                           | nobody",
        "for=[2001:db8::1]                                       | nobody",
        "for=\"1.1.1.1\\                                         | nobody",
        "for=\"1\\.1.1.1\"                                       | 1.1.1.1",
        "for=1.1.1.1;proto=\"ht tp\"                             | 1.1.1.1",
    })
    void forwardedFieldIsParsedByItsGrammar(String value, String client) {
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: " + value)).replace('|', '/')).isEqualTo(client);
    }

    @Test
    void elementsBeforeAMalformedOneAreNotTrusted() {
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: for=9.9.9.9", "Forwarded: for=\"", "Forwarded: for=10.0.0.2"))).isEqualTo("10.0.0.2");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: for=\"", "Forwarded: for=1.1.1.1"))).isEqualTo("1.1.1.1");
    }

    @Test
    void twoKindsOfFieldAreTrustedIfTheyAgree() {
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: for=1.1.1.1;proto=https", "X-Forwarded-For: 1.1.1.1"))).isEqualTo("1.1.1.1 https");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: for=9.9.9.9", "X-Forwarded-For: 1.1.1.1"))).isEqualTo("nobody");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: nonsense", "X-Forwarded-For: 1.1.1.1"))).isEqualTo("nobody");
    }

    @Test
    void schemeAndHostAreOfTheSameHopAsTheClient() {
        assertThat(describe(reported(PROXIES, "10.0.0.1", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.example"))).isEqualTo("1.1.1.1 https a.example");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "X-Forwarded-For: 1.1.1.1, 10.0.0.2", "X-Forwarded-Proto: https, http"))).isEqualTo("1.1.1.1 https");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-Proto: https, http"))).isEqualTo("1.1.1.1");
    }

    /** Load balancers of AWS, and common configurations of nginx, send the scheme and the port without the client. */
    @ParameterizedTest(name = "[{index}] {0}")
    @CsvSource(delimiter = ';', value = {
        "X-Forwarded-Proto: https;                                   10.0.0.1|1 https",
        "X-Forwarded-Host: a.example:8443;                           10.0.0.1|1 a.example:8443",
        "X-Forwarded-Proto: https & X-Forwarded-Port: 443;           10.0.0.1|1 https :443",
        "X-Forwarded-Port: 8443 & X-Forwarded-For: 1.1.1.1;          1.1.1.1 :8443",
        "X-Forwarded-For: 1.1.1.1, 10.0.0.2 & X-Forwarded-Port: 443, 80; 1.1.1.1 :443",
        "X-Forwarded-Port: 0;                                        nobody",
        "X-Forwarded-Port: 65536;                                    nobody",
        "X-Forwarded-Port: -1;                                       nobody",
        "X-Forwarded-Proto: https, http;                             nobody",
        "X-Forwarded-Proto: ht tp;                                   nobody",
        "X-Forwarded-Proto: https & Forwarded: nonsense;             nobody",
        "X-Forwarded-Proto: https & Forwarded: for=1.1.1.1;          1.1.1.1"})
    void schemeAndPortAreTrustedWithoutAClientAddress(String lines, String told) {
        Optional<UpgradeRequest.Forwarded> said = reported(PROXIES, "10.0.0.1", lines.split(" & "));
        assertThat(describe(said) + said.map(one -> one.port().isPresent() ? " :" + one.port().getAsInt() : "").orElse("")).isEqualTo(told);
        assertThat(reported(PROXIES, "192.0.2.1", lines.split(" & "))).isEmpty();
    }

    @Test
    void withoutTrustedProxiesNothingIsRead() {
        assertThat(reported(TrustedProxies.NONE, "10.0.0.1", "X-Forwarded-For: 1.1.1.1")).isEmpty();
    }

    @Property
    void fieldsOfTheClientDoNotOverrideThoseOfTheProxy(@ForAll("lines") String written) {
        assertThat(describe(reported(PROXIES, "10.0.0.1", "X-Forwarded-For: " + written + ", 1.1.1.1"))).isEqualTo("1.1.1.1");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: " + written, "Forwarded: for=1.1.1.1"))).isEqualTo("1.1.1.1");
        assertThat(describe(reported(PROXIES, "10.0.0.1", "Forwarded: " + written + ", for=1.1.1.1"))).isIn("1.1.1.1", "nobody");
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings().withChars("for=\"\\,;:[]_. \t0129afxX%/").ofMaxLength(60).map(String::strip);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8,true", "10.0.0.1,true", "::1,true", "2001:db8::/32,true", "0.0.0.0/0,true", "10.0.0.1/8,false", "10.0.0.0/33,false", "10.0.0.0/,false",
        "10.0.0,false", "localhost,false", "[::1],false", "/8,false", "10.0.0.0/-1,false", "1.2.3.4.5,false"})
    void rangeIsAnAddressWithAnOptionalPrefixLength(String text, boolean valid) {
        assertThat(AddressRange.parse(text).isPresent()).isEqualTo(valid);
    }

    @Test
    void rangeContainsAddressesWithItsPrefix() {
        AddressRange range = AddressRange.parse("192.0.2.128/25").orElseThrow();
        assertThat(range.contains(IpAddress.parse("192.0.2.128").orElseThrow())).isTrue();
        assertThat(range.contains(IpAddress.parse("192.0.2.255").orElseThrow())).isTrue();
        assertThat(range.contains(IpAddress.parse("192.0.2.127").orElseThrow())).isFalse();
        assertThat(range.contains(IpAddress.parse("::1").orElseThrow())).isFalse();
        assertThat(range).hasToString("192.0.2.128/25");
    }
}
