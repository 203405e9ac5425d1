package io.github.changeover.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.ConnectionHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classes that README.md and docs/spi.md show compile without a warning and do what these pages describe. */
class SpiExamplesTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", "."));
    private static final Pattern CLASS = Pattern.compile("```java\n(package (\\w+);.*?class (\\w+).*?)```", Pattern.DOTALL);

    @TempDir
    private static Path directory;
    private static URLClassLoader classes;

    @BeforeAll
    static void compile() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-Xlint:all", "-Werror", "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", directory.toString()));
        for (String page : List.of("README.md", "docs/spi.md")) {
            for (MatchResult found : CLASS.matcher(Files.readString(BASE.resolve(page))).results().toList()) {
                Path source = Files.createDirectories(directory.resolve("source").resolve(found.group(2))).resolve(found.group(3) + ".java");
                arguments.add(Files.writeString(source, found.group(1)).toString());
            }
        }
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments.toArray(String[]::new));
        assertThat(status).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        classes = new URLClassLoader(new URL[] {directory.toUri().toURL()}, SpiExamplesTest.class.getClassLoader());
    }

    private static ConnectionHandler handler(String name) throws ReflectiveOperationException {
        return (ConnectionHandler) classes.loadClass(name).getConstructor().newInstance();
    }

    @Test
    void everyKindOfHandlerHasAnExample() throws ClassNotFoundException {
        for (String name : List.of("rooms.Shout", "counting.Count", "logged.Logged", "exec.Exec", "pages.Pages")) assertThat(classes.loadClass(name)).isPublic();
    }

    @Test
    void exampleCountsLines() throws ReflectiveOperationException {
        try (MemoryConnection connection = MemoryConnection.of(handler("counting.Count"))) {
            assertThat(connection.text()).isEqualTo("ready\n");
            connection.receive("one\ntw").receive("o\nthree\n");
            assertThat(connection.text()).isEqualTo("ready\n1\n3\n");
            connection.drain(Duration.ofSeconds(5));
            assertThat(connection.text()).isEqualTo("ready\n1\n3\nbye\n");
        }
    }

    @Test
    void exampleStopsReadingForASlowClient() throws ReflectiveOperationException {
        try (MemoryConnection connection = MemoryConnection.slow(handler("counting.Count"), 4)) {
            connection.receive("one\n").receive("two\n");
            assertThat(connection.unread()).isPositive();
            connection.takes(Long.MAX_VALUE);
            assertThat(connection.text()).isEqualTo("ready\n1\n2\n");
        }
    }
}
