package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTemplateTest {
    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "/echo                | /echo             | ''",
            "/echo                | /echo/            | -",
            "/echo                | /ech              | -",
            "/echo                | /echoes           | -",
            "/echo                | /Echo             | -",
            "/echo                | /a/echo           | -",
            "/echo                | /                 | -",
            "/echo/               | /echo/            | ''",
            "/echo/               | /echo             | -",
            "/                    | /                 | ''",
            "/                    | /a                | -",
            "/*                   | /                 | *=",
            "/*                   | /a/b              | *=a/b",
            "/*                   | *                 | *=",
            "/{any}               | *                 | -",
            "/lines/*             | /lines            | *=",
            "/lines/*             | /lines/           | *=",
            "/lines/*             | /lines/a          | *=a",
            "/lines/*             | /lines/a/b/       | *=a/b/",
            "/lines/*             | /linesmen         | -",
            "/lines/*             | /line             | -",
            "/lines/{room}        | /lines/tea        | room=tea",
            "/lines/{room}        | /lines/{room}     | room={room}",
            "/lines/{room}        | /lines/grün       | room=grün",
            "/lines/{room}        | /lines/           | -",
            "/lines/{room}        | /lines            | -",
            "/lines/{room}        | /lines/tea/       | -",
            "/lines/{room}        | /lines/tea/time   | -",
            "/lines/{room}        | /lines//          | -",
            "/a/{b}/c/{d}         | /a/1/c/2          | b=1 d=2",
            "/a/{b}/c/{d}         | /a//c/2           | -",
            "/a/{b}/c/{d}         | /a/1/x/2          | -",
            "/a/{b}/*             | /a/1/2/3          | b=1 *=2/3",
            "/a/{b}/*             | /a/1              | b=1 *=",
            "/udp/{h}/{p}/        | /udp/::1/53/      | h=::1 p=53",
            "/udp/{h}/{p}/        | /udp/::1/53       | -"})
    void matchesPaths(String template, String path, String values) {
        PathTemplate parsed = PathTemplate.of(template);
        Optional<Map<String, String>> expected = values == null ? Optional.empty() : Optional.of(map(values));
        assertThat(parsed.match(path)).isEqualTo(expected);
        assertThat(parsed.matches(path)).isEqualTo(expected.isPresent());
    }

    @Test
    void unusualPathsDoNotMatch() {
        for (String template : List.of("/", "/echo", "/lines/{room}", "/lines/*")) {
            for (String path : List.of("", "*", "echo", "lines/x", "//", "http://x/")) {
                assertThat(PathTemplate.of(template).matches(path)).as(template + " " + path).isFalse();
            }
        }
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @CsvSource(delimiter = '|', value = {
            "echo             | begin it with a slash, such as /echo",
            "''               | begin it with a slash, such as /echo",
            "*                | begin it with a slash, such as /echo",
            "/a//b            | write one slash between segments",
            "//               | write one slash between segments",
            "/a/../b          | remove . and .. segments, which containers resolve",
            "/lines/{}        | name a variable with letters, digits, '_' or '-', such as {room}",
            "/lines/{a b}     | name a variable with letters, digits, '_' or '-', such as {room}",
            "/lines/{*}       | name a variable with letters, digits, '_' or '-', such as {room}",
            "/{a}/{a}         | use a different name for each variable",
            "/lines/x{room}   | use a variable as a whole segment, such as /lines/{room}",
            "/lines/{room     | use a variable as a whole segment, such as /lines/{room}",
            "/lines/room}     | use a variable as a whole segment, such as /lines/{room}",
            "/*/a             | use * only as the whole last segment, such as /lines/*",
            "/*.jsp           | use * only as the whole last segment, such as /lines/*",
            "/a?b             | write the path only, without query, fragment or path parameters",
            "/a;b             | write the path only, without query, fragment or path parameters",
            "/a%20b           | write the path decoded, as the application sees it"})
    void invalidTemplateIsRejectedWithAdvice(String template, String advice) {
        assertThatThrownBy(() -> PathTemplate.of(template)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Not a path template: '" + template + "'. Please " + advice);
    }

    @ParameterizedTest
    @CsvSource({"/*, /, true", "/*, /a/{b}/*, true", "/a/*, /a, true", "/a/*, /b, false", "/a/*, /*, false", "/a/{b}, /a/c, true", "/a/{b}, /a/{c}, true", "/a/{b}, /a/, false",
        "/a/{b}, /a/b/c, false", "/a/{b}, /a/*, false", "/a/b, /a/{b}, false", "/a/{b}/*, /a/*, false"})
    void coversTemplatesWhosePathsItMatches(String template, String other, boolean covers) {
        assertThat(PathTemplate.of(template).covers(PathTemplate.of(other))).isEqualTo(covers);
    }

    @Test
    void moreSpecificTemplatesComeFirst() {
        Stream<String> ordered = Stream.of("/lines/tea/time", "/lines/tea", "/lines/tea/*", "/lines/{room}/time", "/lines/{room}", "/lines/{room}/*",
                "/lines", "/lines/*", "/{any}", "/*");
        assertThat(ordered.map(PathTemplate::of)).isSorted();
    }

    @Test
    void templatesForTheSamePathsAreEqual() {
        assertThat(PathTemplate.of("/a/{b}")).isEqualTo(PathTemplate.of("/a/{c}")).hasSameHashCodeAs(PathTemplate.of("/a/{c}"))
                .isNotEqualTo(PathTemplate.of("/a/b")).isNotEqualTo(PathTemplate.of("/a/*")).isNotEqualTo(PathTemplate.of("/a/{b}/"))
                .hasToString("/a/{b}");
    }

    private static Map<String, String> map(String values) {
        return values.isEmpty() ? Map.of() : Stream.of(values.split(" "))
                .collect(Collectors.toMap(pair -> pair.substring(0, pair.indexOf('=')), pair -> pair.substring(pair.indexOf('=') + 1)));
    }
}
