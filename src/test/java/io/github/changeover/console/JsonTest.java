package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void writesMapsCollectionsNumbersAndStrings() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", 1);
        map.put("b", List.of(2L, true, "x"));
        map.put("c", Map.of());
        map.put("d", List.of());
        map.put("e", new TreeMap<>(Map.of("k", List.of(List.of("v")))));
        map.put("f", null);
        map.put("g", 1.5);
        assertThat(Json.of(map)).isEqualTo("{\"a\":1,\"b\":[2,true,\"x\"],\"c\":{},\"d\":[],\"e\":{\"k\":[[\"v\"]]},\"f\":\"null\",\"g\":\"1.5\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"</script><script>alert(1)</script>", "\"};alert(1)//", "\\u003c", "a\nb\r\0\u2028\u2029", "&lt;<!--'", "é\ud83d\ude00\ud83d", "\u007f\u0080"})
    void hostileTextIsEscapedInStrings(String hostile) {
        String json = Json.of(Map.of(hostile, hostile));
        assertThat(json).matches("[\\x20-\\x7e]*").doesNotContain("<", ">", "&", "'");
        assertThat(read(json.substring(2, json.indexOf("\":\"")))).isEqualTo(hostile);
    }

    @Property
    void everyStringRoundTrips(@ForAll String text) {
        String json = Json.of(text);
        assertThat(json).matches("\"[\\x20-\\x7e]*\"").doesNotContain("<", ">", "&", "'");
        assertThat(json.substring(1, json.length() - 1)).doesNotContain("\"");
        assertThat(read(json.substring(1, json.length() - 1))).isEqualTo(text);
    }

    /** Decodes a string according to RFC 8259 section 7. */
    private static String read(String escaped) {
        Matcher matcher = Pattern.compile("\\\\(u[0-9a-f]{4}|n)").matcher(escaped);
        return matcher.replaceAll(found -> Matcher.quoteReplacement(found.group(1).equals("n") ? "\n"
                : String.valueOf((char) Integer.parseInt(found.group(1).substring(1), 16))));
    }
}
