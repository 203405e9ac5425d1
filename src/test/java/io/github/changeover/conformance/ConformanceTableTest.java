package io.github.changeover.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTableTest {

    @Test
    void requirementsAreSortedAndTestsAreGroupedByContainers(@TempDir Path directory) throws IOException {
        Path results = Files.createDirectory(directory.resolve("results"));
        Files.writeString(results.resolve("tomcat11.csv"), """
                RFC9110-7.8-10,a.B,one,passed
                RFC9110-7.8-9,a.B,two,passed
                RFC9110-7.8-9,a.B,three,passed
                """);
        Files.writeString(results.resolve("payara.csv"), """
                RFC9110-7.8-9,a.B,two,passed
                RFC9110-7.8-9,a.B,three,passed
                RFC9110-7.8-9,a.C,four,failed
                """);
        Path table = directory.resolve("docs/table.md");

        ConformanceTable.main(new String[] {results.toString(), table.toString()});

        assertThat(Files.readAllLines(table)).endsWith(
                "| RFC9110-7.8-9 | `C.four` | payara (**failed**) |",
                "| RFC9110-7.8-9 | `B.three`<br>`B.two` | payara, tomcat11 |",
                "| RFC9110-7.8-10 | `B.one` | tomcat11 |");
    }
}
