package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.app.LineEndpoint;
import io.github.changeover.spring.forked.ForkedApplication;
import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
@DisplayName("ahead-of-time processing")
class AotTest {
    @TempDir
    private Path folder;

    private static List<Path> files(Path under, String end) throws IOException {
        try (Stream<Path> all = Files.walk(under)) {
            return all.filter(file -> file.toString().endsWith(end)).toList();
        }
    }

    @Test
    void generatedCodeServesTheSameAndHasHintsForEndpoints() throws Exception {
        Path sources = folder.resolve("sources"), resources = folder.resolve("resources"), classes = Files.createDirectories(folder.resolve("classes"));
        String classPath = ForkedServer.classPathWithout("devtools");
        ForkedServer.run(folder, List.of(ForkedServer.JAVA.toString(), "-cp", classPath, "org.springframework.boot.SpringApplicationAotProcessor", ForkedApplication.class.getName(),
                sources.toString(), resources.toString(), classes.toString(), "io.github.changeover", "forked"));
        List<String> compile = new ArrayList<>(List.of(ForkedServer.JAVA.resolveSibling("javac").toString(), "-nowarn", "-cp", classPath + File.pathSeparator + classes, "-d", classes.toString()));
        files(sources, ".java").forEach(file -> compile.add(file.toString()));
        ForkedServer.run(folder, compile);
        assertThat(files(resources, ".json")).anySatisfy(file -> assertThat(Files.readString(file)).contains(LineEndpoint.class.getName()));

        try (ForkedServer server = ForkedServer.start(folder, List.of(ForkedServer.JAVA.toString(), "-Dspring.aot.enabled=true", "-cp",
                String.join(File.pathSeparator, classes.toString(), resources.toString(), classPath), ForkedApplication.class.getName()))) {
            server.await(() -> server.status("/actuator/health") == 200);
            try (Wire line = server.line(); WebSocketWire echo = server.webSocket("/echo/x")) {
                assertThat(line.send("hello\n").readLine()).isEqualTo("1 hello\n");
                assertThat(echo.text()).isEqualTo("Welcome to x");
            }
            assertThat(server.log()).contains("Starting AOT-processed ForkedApplication");
        }
    }
}
