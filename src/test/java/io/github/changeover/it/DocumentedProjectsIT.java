package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ChildProcess;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TestDirectories;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Expect;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks the commands that the documentation gives for other projects: the one that starts each example, and the one that builds the project of the README.
 * Maven runs in the root folder, as in the documentation, on copies below {@code target}, with the Changeover of this build.
 */
@TomcatOnly
@OnceOnTomcat
@Tag("full")
@Tag("program")
class DocumentedProjectsIT {
    private static final Path ROOT = Path.of(System.getProperty("changeover.basedir", "")).toAbsolutePath();
    private static final Path WORK = TestDirectories.target().resolve("documented-projects");

    @ParameterizedTest
    @CsvSource({"shout, /lines/garden, shout/1", "chat, /chat/garden, websocket"})
    @Timeout(120)
    void exampleStartsWithOneCommandAndEndsWithTerm(String example, String path, String protocol) throws Exception {
        Path project = WORK.resolve(example);
        TestDirectories.delete(project);
        TestDirectories.copy(ROOT.resolve("examples").resolve(example), Files.createDirectories(project));
        int port = TestDirectories.freePort();
        Path log = WORK.resolve(example + ".log");
        Files.deleteIfExists(log);
        ChildProcess server = ChildProcess.start(maven(project, "-Dport=" + port), Map.of("JAVA_HOME", TestDirectories.javaHome().toString()), ROOT, log);
        try (server) {
            while (!Files.readString(log).contains("The example is ready") && server.isAlive()) LockSupport.parkNanos(50_000_000);
            assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
            URI address = URI.create("http://127.0.0.1:" + port);
            try (Wire wire = Wire.connect(address).send(protocol.equals("websocket") ? Frames.handshake(path) : RawHttp.upgrade(path, protocol))) {
                Expect.answer(wire.readHead()).switchesTo(protocol);
            }
        }
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(again.getLocalPort()).as("the port is free after the end").isEqualTo(port);
        }
    }

    @Test
    @Timeout(120)
    void projectOfTheReadmeIsBuilt() throws Exception {
        String readme = Files.readString(ROOT.resolve("README.md"));
        Path project = WORK.resolve("readme");
        TestDirectories.delete(project);
        write(project.resolve("pom.xml"), block(readme, "```xml\n(<project (?s).*?)```"));
        write(project.resolve("src/main/java/rooms/Shout.java"), block(readme, "```java\n(package rooms;(?s).*?)```"));
        Path log = WORK.resolve("readme.log");
        Files.deleteIfExists(log);
        Process build = new ProcessBuilder(maven(project, "package")).directory(ROOT.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(build.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(build.exitValue()).as(Files.readString(log)).isZero();
        assertThat(Files.readString(log)).doesNotContain("[WARNING]");
        assertThat(project.resolve("target/rooms.war")).exists();
    }

    /** The documented command. The staging repository stands in for the local repository that has Changeover after {@code ./mvnw install}. */
    private static List<String> maven(Path project, String... arguments) {
        List<String> command = new ArrayList<>(List.of("./mvnw", "-B", "-ntp", "-f", project.resolve("pom.xml").toString()));
        if ("offline=true".equals(System.getProperty("changeover.maven.mode"))) command.add("-o");
        command.add("-Dmaven.repo.local=" + System.getProperty("changeover.maven.staging"));
        command.add("-Dmaven.repo.local.tail=" + System.getProperty("changeover.maven.repository"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String block(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
