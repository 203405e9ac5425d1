package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The parts of a target, each decoded once. */
@Label("W7, W8: values of a raw target round-trip")
class RequestTargetTest {
    private static RequestTarget query(String query) {
        return new RequestTarget("/", query);
    }

    private static RequestTarget path(String path) {
        return new RequestTarget(path, "");
    }

    /** Encodes every byte as %XX. */
    private static String percentEncoded(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) escaped.append(String.format("%%%02x", b));
        return escaped.toString();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().ascii().withChars("äß漢%+;/&=?").ofMinLength(1).ofMaxLength(12);
    }

    @Property(tries = 500)
    void queryValuesRoundTrip(@ForAll("texts") String name, @ForAll("texts") String value, @ForAll("texts") String other) {
        String form = URLEncoder.encode(name, StandardCharsets.UTF_8) + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        assertThat(query(form + "&" + percentEncoded(name) + "=" + percentEncoded(other)).parameters()).isEqualTo(Map.of(name, List.of(value, other)));
    }

    @Property(tries = 500)
    void pathValuesRoundTrip(@ForAll("texts") String first, @ForAll("texts") String second) {
        String seen = "/p/" + first.replace('/', '_') + "/" + second.replace('/', '_');
        RequestTarget target = path("/app/p/" + percentEncoded(first.replace('/', '_')) + ";v=1/" + percentEncoded(second.replace('/', '_')));
        assertThat(target.variables("/app", "/p/{a}/{b}", seen)).hasValueSatisfying(values ->
                assertThat(values).isEqualTo(Map.of("a", first.replace('/', '_'), "b", second.replace('/', '_'))));
    }

    /** A session concatenates path and query and parses the result. */
    @Property(tries = 1000)
    void anyTargetBecomesAValidUri(@ForAll String path, @ForAll String query) {
        RequestTarget target = new RequestTarget("/" + path, query);
        assertThat(URI.create("ws://h" + target.uriPath() + "?" + target.uriQuery())).isNotNull();
        assertThat(target.parameters()).isNotNull();
    }

    @Property(tries = 500)
    void validUriIsUnchanged(@ForAll("legal") String path, @ForAll("legal") String query) {
        RequestTarget target = new RequestTarget("/" + path, query);
        assertThat(target.uriPath()).isEqualTo("/" + path);
        assertThat(target.uriQuery()).isEqualTo(query);
    }

    @Provide
    Arbitrary<String> legal() {
        return Arbitraries.of("a", "Z", "9", "-", "_", ".", "~", "!", "'", "(", ")", "*", ":", "@", "&", "=", "+", "$", ",", ";", "/", "%2F", "%c3%A9", "%25").list().ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Example
    void malformedValueIsUnchanged() {
        Map<String, List<String>> said = new LinkedHashMap<>();
        said.put("u", List.of("100%"));
        said.put("a|b", List.of("{c}"));
        said.put("v", List.of("%zz+1", "%"));
        said.put("w", List.of("%E9"));
        said.put("é", List.of("x y"));
        assertThat(query("u=100%&a|b={c}&v=%zz+1&v=%&w=%E9&%c3%a9=x+y&&=nameless").parameters()).isEqualTo(said);
        assertThat(query("u=100%&a|b={c}").uriQuery()).isEqualTo("u=100%25&a%7Cb=%7Bc%7D");
        assertThat(query("z=%26").uriQuery()).isEqualTo("z=%26");
    }

    @Example
    void nonAsciiBytesAreDecodedAsUtf8() {
        String latin = new String("é".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(query("a=" + latin).parameters()).isEqualTo(Map.of("a", List.of("é")));
        assertThat(query("a=" + latin).uriQuery()).isEqualTo("a=%C3%A9");
        assertThat(query("a=漢").uriQuery()).isEqualTo("a=%E6%BC%A2");
    }

    @Example
    void pathParametersAreNotPartOfAValue() {
        assertThat(path("/app/p/a;x=%3B").variables("/app", "/p/{v}", "/p/a")).contains(Map.of("v", "a"));
        assertThat(path("/app/p/a%3Bb").variables("/app", "/p/{v}", "/p/a;b")).contains(Map.of("v", "a;b"));
    }

    @Example
    void decodingOfGrizzlyIsUndone() {
        assertThat(path("/app/p/a+b").variables("/app", "/p/{v}", "/p/a b")).contains(Map.of("v", "a+b"));
        assertThat(path("/app/p/a%3Bb").variables("/app", "/p/{v}", "/p/a")).contains(Map.of("v", "a;b"));
        assertThat(path("/app/p/a%3Bb").ambiguity("/app", "/p/a")).isEmpty();
        assertThat(path("/app/p/a%3Bb/c").ambiguity("/app", "/p/a")).contains("%3B");
    }

    @Example
    void pathChangedByAFilterHasNoVariables() {
        assertThat(path("/app/p/a").variables("/app", "/q/{v}", "/q/b")).isEmpty();
        assertThat(path("/app/p/a/b").variables("/app", "/p/{v}", "/p/a")).isEmpty();
    }

    @Example
    void encodedSlashIsAmbiguous() {
        assertThat(path("/app/p/a%2fb").ambiguity("/app", "/p/a/b")).contains("%2F");
        assertThat(path("/%2fapp/p/a").ambiguity("/%2fapp", "/p/a")).isEmpty();
    }

    @Example
    void contextPathIsSkippedInAnyEncoding() {
        assertThat(path("/%61pp/p/a").variables("/app", "/p/{v}", "/p/a")).contains(Map.of("v", "a"));
        assertThat(path("/p/a").variables("", "/p/{v}", "/p/a")).contains(Map.of("v", "a"));
        List<String> nothing = new ArrayList<>();
        path("/app").variables("/app/deep", "/p/{v}", "/p/a").ifPresent(values -> nothing.add("found"));
        assertThat(nothing).isEmpty();
    }
}
