package io.github.changeover.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalPathTest {
    @ParameterizedTest(name = "S1: {0} is {1}, sent as {2}")
    @CsvSource({"/,/,/", "/a,/a,/a", "/a/,/a/,/a/", "/%61%2D/b,/a-/b,/a-/b", "/a%20b,/a b,/a%20b", "/a+b,/a+b,/a%2Bb", "/a%2bb,/a+b,/a%2Bb", "/%c3%a9,/\u00e9,/%C3%A9", "/%f0%9f%98%80,/\uD83D\uDE00,/%F0%9F%98%80", "/.x,/.x,/.x", "/a...,/a...,/a...",
        "/..x,/..x,/..x", "/%252e%252e,/%2e%2e,/%252e%252e", "/%25,/%,/%25", "/%2525,/%25,/%2525", "/\"<>^`{|},/\"<>^`{|},/%22%3C%3E%5E%60%7B%7C%7D", "/a;x=1,/a,/a;x=1", "/a;,/a,/a", "/a;;b;c=d=e,/a,/a;b;c=d=e",
        "/a;%3d=%3d,/a,/a;%3D==", "/;jsessionid=1,/,/;jsessionid=1", "/b/;x,/b/,/b/;x", "/%3f%23,/?#,/%3F%23", "/a%3d;%41,/a=,/a=;A", "/~!$&'()*:@,/~!$&'()*:@,/~!$&'()*:@"})
    void pathHasOneCanonicalForm(String written, String decoded, String encoded) {
        CanonicalPath path = CanonicalPath.parse(written).orElseThrow();
        assertThat(path.decoded()).isEqualTo(decoded);
        assertThat(path.encoded()).isEqualTo(encoded);
        assertThat(path.hasParameters()).isEqualTo(encoded.contains(";"));
    }

    @ParameterizedTest(name = "S1: {0} has no canonical form")
    @ValueSource(strings = {"//", "//a", "/a//", "/a//b", "/.", "/..", "/./", "/../a", "/a/.", "/a/..", "/%2e", "/%2E%2e/a", "/.%2e", "/..;", "/..;x=y", "/...", "/..../a", "/...a", "/%2e%2e%2e", "/.;", "/;x/a", "/a;x/b", "/a;/b", "/%2f", "/a%2Fb", "/%5c",
        "/a\\b", "/\\", "/%3b", "/a%3Bx", "/%00", "/%0a", "/%0D", "/%09", "/%1f", "/%7f", "/%c2%80", "/%c2%85", "/%", "/%4", "/%zz", "/%u0041", "/%%41", "/%c0%ae", "/%c0%af", "/%e0%80%af", "/%f0%80%80%af", "/%ff", "/%c3",
        "/%ed%a0%80", "/%f4%90%80%80", "/a;x=%2f", "/a;x=%5c", "/a;x=%3b", "/a;%00", "/a;x=%zz", "/a;x=%ff"})
    void invalidPathHasNoCanonicalForm(String written) {
        assertThat(CanonicalPath.parse(written)).isEmpty();
    }

    @Property
    @Label("S1: the sent path is parsed as the path that was checked")
    void canonicalFormIsCanonical(@ForAll @StringLength(max = 40) @CharRange(from = '!', to = '~') String path) {
        CanonicalPath.parse("/" + path.replace('?', '/').replace('#', '/')).ifPresent(CanonicalPathTest::assertCanonical);
    }

    @Property
    @Label("S1: a path of segments that servers interpret differently is canonicalized or rejected")
    void unusualSegmentsAreCanonicalized(@ForAll("odd") String path) {
        CanonicalPath.parse(path).ifPresent(CanonicalPathTest::assertCanonical);
    }

    @Provide
    Arbitrary<String> odd() {
        return Arbitraries.of("/", "//", ".", "..", ";", "a", "b", "%2e", "%2f", "%5c", "%3b", "%25", "%00", "%c3%a9", "%c0%ae", "=", "x", "%61", "~", "*").list().ofMaxSize(12).map(parts -> "/" + String.join("", parts));
    }

    /** Checks the path as a simple server interprets it: without parameters, decoded once. */
    private static void assertCanonical(CanonicalPath path) {
        String sent = path.encoded();
        assertThat(sent).startsWith("/").matches("[!-~]+").doesNotContain("//", "\\", "?", "#", "+", "/...");
        String plain = sent.replaceAll(";.*", "");
        assertThat(URLDecoder.decode(plain.replace("+", "%2B"), StandardCharsets.UTF_8)).isEqualTo(path.decoded());
        assertThat(Arrays.asList(path.decoded().split("/"))).doesNotContain(".", "..");
        Optional<CanonicalPath> again = CanonicalPath.parse(sent);
        assertThat(again).isPresent();
        assertThat(again.get().encoded()).isEqualTo(sent);
        assertThat(again.get().decoded()).isEqualTo(path.decoded());
    }
}
