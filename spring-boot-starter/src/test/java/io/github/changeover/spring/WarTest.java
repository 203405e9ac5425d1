package io.github.changeover.spring;

import static io.github.changeover.spring.ForkedServer.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as a WAR on a plain Tomcat, which reads web fragments and runs the initializers of Changeover, too. */
@Tag("full")
@DisplayName("a WAR on Tomcat")
class WarTest {
    @TempDir
    private Path folder;

    private static boolean belongsToTheContainer(String jar) {
        return jar.startsWith("tomcat-") || jar.startsWith("jakarta.servlet-api") || jar.startsWith("jakarta.annotation-api");
    }

    private static boolean isForTests(String jar) {
        return Stream.of("junit", "surefire", "assertj", "mockito", "spring-boot-test", "awaitility", "loader-tools", "test-kit", "opentest4j", "byte-buddy", "devtools", "jetty").anyMatch(jar::contains);
    }

    private ForkedServer start(String... properties) throws Exception {
        Path web = folder.resolve("webapp/WEB-INF"), classes = Files.createDirectories(web.resolve("classes")), libraries = Files.createDirectories(web.resolve("lib"));
        List<String> container = new ArrayList<>();
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path entry = Path.of(each);
            String name = entry.getFileName().toString();
            if (name.equals("test-classes")) {
                container.add(copy(entry, "io/github/changeover/spring/WarServer", folder.resolve("server")).toString());
                copy(entry, "io/github/changeover/spring/app", classes);
                copy(entry, "io/github/changeover/spring/forked", classes);
            } else if (Files.isDirectory(entry)) {
                copy(entry, "", classes);       // the starter: its files are where those of a JAR would be for a class loader
            } else if (belongsToTheContainer(name)) {
                if (!name.contains("websocket")) container.add(each);
            } else if (!isForTests(name)) {
                Files.copy(entry, libraries.resolve(name));
            }
        }
        List<String> command = new ArrayList<>(List.of(ForkedServer.JAVA.toString(), "-Xmx512m"));
        for (String property : properties) command.add("-D" + property);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, container), WarServer.class.getName(), folder.resolve("webapp").toString()));
        ForkedServer server = ForkedServer.start(folder, command);
        server.await(() -> server.log().contains("The WAR is "));
        assertThat(server.log()).contains("The WAR is STARTED");
        return server;
    }

    private static Path copy(Path from, String prefix, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                String name = from.relativize(each).toString();
                if (!name.startsWith(prefix)) continue;
                Path target = to.resolve(name);
                Files.createDirectories(target.getParent());
                Files.copy(each, target);
            }
        }
        return to;
    }

    @Test
    void servesEverythingBehindTheErrorPageFilterAndDrains() throws Exception {
        try (ForkedServer server = start()) {
            assertThat(server.statusOf("/war/lines/garden", "line/1")).isEqualTo(401);
            assertThat(server.statusOf("/war/lines/garden", "line/1", user("bob"))).isEqualTo(403);
            assertThat(server.statusOf("/war/nothing", "line/1", user("ann"))).isEqualTo(404);
            try (Wire line = server.upgrade("/war/lines/garden", "line/1", user("ann")); WebSocketWire echo = server.webSocket("/war/echo/x");
                 WebSocketWire stomp = server.webSocket("/war/stomp", "Sec-WebSocket-Protocol: v12.stomp\r\n", user("bob"))) {
                assertThat(line.readHead().status()).isEqualTo(101);
                assertThat(line.readLine()).isEqualTo("Welcome to garden\n");
                assertThat(line.send("hello\n").readLine()).isEqualTo("1 hello\n");
                assertThat(echo.text()).isEqualTo("Welcome to x");
                assertThat(echo.send("hello").text()).isEqualTo("1 hello");
                assertThat(stomp.send("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0").text()).startsWith("CONNECTED\n");
                server.process.destroy();
                assertThat(line.readLine()).isEqualTo("BYE\n");
                assertThat(echo.closeCode()).isEqualTo(1001);
            }
            assertThat(server.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.log()).contains("/war/lines/{room} offers line/1").doesNotContain("SEVERE", "Exception");
        }
    }

    @Test
    void disabledInAWarInstallsNothing() throws Exception {
        try (ForkedServer server = start("changeover.enabled=false")) {
            assertThat(server.statusOf("/war/lines/garden", "line/1", user("ann"))).isEqualTo(404);
            assertThat(server.log()).doesNotContain("offers line/1");
        }
    }
}
