package io.github.changeover.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.dryrun.TypedRequest.ParseResult;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypedRequestTest {
    private static ParseResult read(String method, String target, String version, String... lines) {
        return TypedRequest.of(method, target, version, List.of(lines)).read();
    }

    private static String advice(ParseResult reading) {
        return ((ParseResult.MalformedRequest) reading).advice();
    }

    @ParameterizedTest
    @CsvSource({"/echo,/echo,''", "/echo?x=1&y=%41,/echo,x=1&y=%41", "/l%69nes/t%C3%A9a,/lines/téa,''", "/a;jsession=1/b;c,/a/b,''", "/,/,''", "//x/,//x/,''", "/a?b?c,/a,b?c"})
    void pathIsDecodedAsForAnApplication(String target, String path, String query) {
        ParseResult.ParsedRequest whole = (ParseResult.ParsedRequest) read("GET", target, "HTTP/1.1");
        assertThat(whole.request().path()).isEqualTo(path);
        assertThat(whole.request().query()).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "echo", "http://a/echo", "*", "/a b", "/%", "/%4", "/%zz", "/%ff", "/..", "/a/../b", "/a/%2e%2e/b", "/./", "/\r\nX: y", "/é", "/\0"})
    void invalidPathIsReportedWithAdvice(String target) {
        assertThat(advice(read("GET", target, "HTTP/1.1"))).contains("ath");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no colon", ": value", " X: y", "X : y", "", "X: a\rb", "X: a\nb", "X: \0", "X(: y", "X: \u20ac"})
    void invalidFieldLineIsReported(String line) {
        assertThat(read("GET", "/", "HTTP/1.1", line)).isInstanceOf(ParseResult.MalformedRequest.class);
    }

    @Test
    void invalidMethodVersionAndLengthAreReported() {
        assertThat(advice(read("GE T", "/", "HTTP/1.1"))).contains("method");
        assertThat(advice(read("", "/", "HTTP/1.1"))).contains("method");
        assertThat(advice(read("GET", "/", "http/1.1"))).contains("version");
        assertThat(advice(read("GET", "/", "HTTP/1.1 X"))).contains("version");
        assertThat(advice(read("GET", "/", "HTTP/1.1", "Content-Length: 1", "Content-Length: 1"))).contains("Content-Length");
        assertThat(advice(read("GET", "/", "HTTP/1.1", "Content-Length: -1"))).contains("Content-Length");
        assertThat(((ParseResult.ParsedRequest) read("POST", "/", "HTTP/2", "content-length: 12")).request().contentLength()).hasValue(12);
        assertThat(((ParseResult.ParsedRequest) read("POST", "/", "HTTP/1.1", "Transfer-Encoding: chunked")).request().chunked()).isTrue();
    }

    @Test
    void tooLongRequestsAreReported() {
        assertThat(advice(read("M".repeat(65), "/", "HTTP/1.1"))).contains("64");
        assertThat(advice(read("GET", "/" + "x".repeat(TypedRequest.MAX_BYTES), "HTTP/1.1"))).contains("longer");
        assertThat(advice(read("GET", "/", "HTTP/1.1", "X: " + "y".repeat(2 * TypedRequest.MAX_BYTES)))).contains("characters in total");
        assertThat(advice(TypedRequest.of("GET", "/", "HTTP/1.1", Collections.nCopies(TypedRequest.MAX_LINES + 1, "X: y")).read())).contains("field lines");
    }

    @Property
    void anyInputIsParsedOrReported(@ForAll String method, @ForAll String target, @ForAll String version, @ForAll @Size(max = 5) List<String> lines) {
        assertThat(TypedRequest.of(method, target, version, lines).read()).isNotNull();
    }

    @Property
    void parsedPathBeginsWithASlash(@ForAll String target) {
        if (read("GET", "/" + target, "HTTP/1.1") instanceof ParseResult.ParsedRequest whole) assertThat(whole.request().path()).startsWith("/");
    }
}
