package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ListMembersTest {
    private static List<String> texts(ListMembers members) {
        List<String> texts = new ArrayList<>();
        while (members.next()) {
            texts.add(members.text());
            assertThat(members.isEmpty()).isEqualTo(members.text().isEmpty());
        }
        return texts;
    }

    @Test
    void whiteSpaceIsRemovedAndEmptyMembersStay() {
        assertThat(texts(new ListMembers(List.of("a/1, b ,\tc", "", ",d\u00a0")))).containsExactly("a/1", "b", "c", "", "", "d\u00a0");
        assertThat(texts(new ListMembers(List.of()))).isEmpty();
    }

    @Test
    void commaInQuotedStringSeparatesOnlyWithoutQuotedStrings() {
        List<String> lines = List.of("a=\"1,\\\"2\", b", "c=\"3", "4\"");
        assertThat(texts(new ListMembers(lines))).containsExactly("a=\"1", "\\\"2\"", "b", "c=\"3", "4\"");
        assertThat(texts(ListMembers.withQuotedStrings(lines))).containsExactly("a=\"1,\\\"2\"", "b", "c=\"3,4\"");
    }

    @Test
    void quotedStringWithoutEndIsOneMember() {
        assertThat(texts(ListMembers.withQuotedStrings(List.of("a, \"b, c", "d")))).containsExactly("a", "\"b, c,d");
    }

    @Property
    void membersAreThePartsBetweenCommas(@ForAll @Size(max = 4) List<@From("lines") String> lines) {
        List<String> parts = lines.stream().flatMap(line -> Arrays.stream(line.split(",", -1))).map(FieldScanner::trim).toList();
        assertThat(texts(new ListMembers(lines))).isEqualTo(parts);
        assertThat(ListMembers.length(lines)).isEqualTo(String.join(",", lines).length());
        if (lines.stream().noneMatch(line -> line.contains("\""))) assertThat(texts(ListMembers.withQuotedStrings(lines))).isEqualTo(parts);
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings().withChars("aB, \t\"\\").ofMaxLength(10);
    }

    /** A search for a quote in the rest of the line for each member would take minutes. */
    @Test
    @Timeout(20)
    void manyEmptyMembersAreReadInLinearTime() {
        int count = 0;
        for (ListMembers members = ListMembers.withQuotedStrings(List.of(",".repeat(4_000_000))); members.next(); ) count++;
        assertThat(count).isEqualTo(4_000_001);
    }
}
