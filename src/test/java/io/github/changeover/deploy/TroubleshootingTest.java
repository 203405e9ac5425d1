package io.github.changeover.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the reasons in docs/troubleshooting.md are those that the library gives. */
class TroubleshootingTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", "."));

    @Test
    void everyDocumentedReasonIsInTheSource() throws IOException {
        String source;
        try (Stream<Path> files = Files.walk(BASE.resolve("src/main/java"))) {
            source = files.filter(file -> file.toString().endsWith(".java")).map(TroubleshootingTest::read).collect(Collectors.joining());
        }
        List<String> reasons = Files.readAllLines(BASE.resolve("docs/troubleshooting.md")).stream().filter(line -> line.startsWith("| "))
                .map(line -> line.split("\\|")[1].strip()).filter(reason -> !reason.startsWith("*") && !reason.equals("it says"))
                .flatMap(reason -> Stream.of(reason.split(", (?=not )"))).map(reason -> reason.replaceAll(": \\.\\.\\.$", "")).toList();
        assertThat(reasons).hasSizeGreaterThan(8).allSatisfy(reason -> assertThat(source).contains(reason.startsWith("the request stays HTTP") ? "the request stays HTTP" : reason));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
