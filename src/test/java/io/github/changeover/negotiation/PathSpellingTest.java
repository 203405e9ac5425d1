package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathSpellingTest {
    private final StubProtocol foo = StubProtocol.of("foo/2");

    @ParameterizedTest
    @CsvSource({"/a, /a", "/a/, /a", "//a, /a", "/a//, /a", "/a;x=1, /a", "/a;x/b;y, /a/b", "/x/../a, /a", "/../a, /a", "/./a/., /a", "/a/.., /", "\\a, /a", "/a%2F, /a",
        "/a%2fb, /a/b", "/%2e/a, /a", "/x/%2E%2e/a, /a", "/a%5c, /a", "/a%3bx, /a", "/, /", "//, /", "'', /", "/.a, /.a", "/a., /a.", "/a%20, /a%20", "*, *", "/A, /A"})
    @DisplayName("S11: spellings of one path have one canonical form")
    void spellingsHaveOneCanonicalForm(String path, String canonical) {
        assertThat(PathSpelling.canonical(path)).isEqualTo(canonical.equals("*") ? "*" : canonical);
    }

    @Test
    void canonicalPathIsReturnedUnchanged() {
        String path = "/a/b.c/d e";
        assertThat(PathSpelling.canonical(path)).isSameAs(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/only", "/only/", "//only", "/only//", "/only;a", "/x/../only", "/only/.", "/only%2f", "\\only"})
    @DisplayName("S11: a required rule applies to every spelling of its path, before less specific rules")
    void requiredRuleAppliesToEverySpelling(String path) {
        PathPolicy policy = PathPolicy.of(PathRule.on("/only").offer(foo).required(true).build(), PathRule.on("/*").offer(foo).build());
        assertThat(policy.match(path).orElseThrow().rule().template()).hasToString("/only");
        assertThat(policy.concernsRequestsWithoutUpgrade(path)).isTrue();
        assertThat(policy.hasRule(path)).isTrue();
    }

    @Test
    @DisplayName("S11: a different path is not a spelling, and a rule that is not required applies to its exact path only")
    void onlyRequiredRulesApplyToOtherSpellings() {
        PathPolicy policy = PathPolicy.of(PathRule.on("/only").offer(foo).required(true).build(), PathRule.on("/free").offer(foo).build());
        for (String other : new String[] {"/only.", "/only%20", "/ONLY", "/only/x", "/onl", "/only?x", "/free/", "//free"}) {
            assertThat(policy.match(other)).as(other).isEmpty();
            assertThat(policy.concernsRequestsWithoutUpgrade(other)).as(other).isFalse();
        }
    }

    @Test
    @DisplayName("S11: variables of a required rule have canonical values; a trailing slash of the template is ignored")
    void variablesHaveCanonicalValues() {
        PathPolicy policy = PathPolicy.of(PathRule.on("/lines/{room}").offer(foo).required(true).build(), PathRule.on("/dir/").offer(foo).required(true).build());
        assertThat(policy.match("/lines//tea/").orElseThrow().pathParameters()).containsEntry("room", "tea");
        for (String path : new String[] {"/dir", "/dir/", "//dir//"}) assertThat(policy.match(path)).as(path).isPresent();
        assertThat(policy.match("/lines/")).isEmpty();
    }
}
