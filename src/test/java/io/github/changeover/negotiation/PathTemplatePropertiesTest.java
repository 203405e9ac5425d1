package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PathTemplatePropertiesTest {
    @Property
    void orderIsTotalAndConsistentWithEquals(@ForAll @From("templates") PathTemplate a, @ForAll @From("templates") PathTemplate b, @ForAll @From("templates") PathTemplate c) {
        assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
        assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
        if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) assertThat(a.compareTo(c)).isLessThanOrEqualTo(0);
        if (a.equals(b)) assertThat(a).hasSameHashCodeAs(b);
    }

    @Property
    void matchAndMatchesAgree(@ForAll @From("templates") PathTemplate template, @ForAll @From("paths") String path) {
        assertThat(template.match(path).isPresent()).isEqualTo(template.matches(path));
    }

    @Property
    void neverThrowsOnAnyPath(@ForAll @From("templates") PathTemplate template, @ForAll String path) {
        assertThat(template.match(path).isPresent()).isEqualTo(template.matches(path));
    }

    @Provide
    Arbitrary<PathTemplate> templates() {
        return Arbitraries.of("a", "b", "V").list().ofMaxSize(3).flatMap(segments -> Arbitraries.of("", "/", "/*").map(end -> {
            StringBuilder text = new StringBuilder();
            for (String segment : segments) text.append('/').append(segment.equals("V") ? "{v" + text.length() + "}" : segment);
            return PathTemplate.of(text.isEmpty() && end.isEmpty() ? "/" : text + end);
        }));
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.strings().withChars("ab/").ofMaxLength(8).map(rest -> '/' + rest);
    }
}
