package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares {@link Authority} with one regular expression for the grammar: RFC 9110 section 7.2. */
class AuthorityPropertiesTest {
    private static final Pattern WHOLE = Pattern.compile("([A-Za-z0-9._~!$&'()+;=%-]{1,255})(?::(\\d{0,5}))?");

    @Provide
    Arbitrary<String> almostAuthorities() {
        return Arbitraries.strings().withChars("aZ09.-_%~:[]@/ ,*\u00e9").ofMaxLength(12);
    }

    @Property(tries = 20_000)
    void parseAgreesWithTheGrammar(@ForAll("almostAuthorities") String text) {
        Optional<Authority> parsed = Authority.parse(text);
        Matcher whole = WHOLE.matcher(text);
        boolean name = whole.matches() && !text.matches(".*%(?![0-9A-Fa-f]{2}).*") && (whole.group(2) == null || whole.group(2).isEmpty() || Integer.parseInt(whole.group(2)) <= 65535);
        if (text.startsWith("[")) return;       // an IP address, which the JDK parses
        assertThat(parsed.isPresent()).isEqualTo(name);
        if (name) {
            assertThat(parsed.get().host()).isEqualTo(whole.group(1).toLowerCase(Locale.ROOT));
            assertThat(parsed.get().port().isPresent()).isEqualTo(whole.group(2) != null && !whole.group(2).isEmpty());
        }
    }
}
