package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathSegmentTest {
    @ParameterizedTest
    @CsvSource({"a,a", "a;b=c,a", "a;b;c,a", ";a,''", "'',''", "a%3Bb,a%3Bb"})
    void parametersFollowTheFirstSemicolon(String segment, String name) {
        assertThat(PathSegment.withoutParameters(segment)).isEqualTo(name);
    }
}
