package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.TestDirectories;
import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks what {@code ./mvnw -Prun} starts: it reports when it serves requests, and Ctrl-C ends it completely. */
@EmbeddedOnly
@Tag("full")
class RunIT {
    private static final int BY_INTERRUPT = 130;

    @Test
    @Timeout(180)
    @DisplayName("It prints when it serves, S2: prints the address of the console with the token, and Ctrl-C ends it")
    void printsItsAddressAndEndsWithCtrlC() throws Exception {
        int port = TestDirectories.freePort();
        Path work = Files.createDirectories(TestDirectories.target().resolve("running"));
        Path out = work.resolve("out.log");
        long begun = System.nanoTime();
        Process run = new ProcessBuilder(command(work, port)).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            while (!Files.readString(out).contains("Changeover is ready: http://127.0.0.1:" + port + "/\n")) {
                assertThat(run.isAlive()).as(Files.readString(out)).isTrue();
                run.waitFor(50, TimeUnit.MILLISECONDS);
            }
            assertConsoleOpens(out, port);
            System.out.println("ready after " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
            try (Wire wire = Wire.connect(URI.create("http://127.0.0.1:" + port)).send(RawHttp.upgrade("/echo", "example/1"))) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.send("hello\n").readLine()).isEqualTo("hello\r\n");
                interrupt(run);
                assertThat(wire.readLine()).isEqualTo("BYE\r\n");
                assertThat(run.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(run.exitValue()).isEqualTo(BY_INTERRUPT);
            assertThat(Files.readString(out)).doesNotContain("Exception", "\tat ");
        } finally {
            run.destroyForcibly();
        }
    }

    /** S2: the printed address contains the token and opens the console. */
    private static void assertConsoleOpens(Path out, int port) throws IOException, InterruptedException {
        Pattern printed = Pattern.compile("The console: (http://127\\.0\\.0\\.1:" + port + ")/console/\\?token=([A-Za-z0-9_-]{43})\n");
        Matcher matcher = printed.matcher(Files.readString(out));
        for (int round = 0; !matcher.find() && round < 100; round++) {
            Thread.sleep(50);
            matcher = printed.matcher(Files.readString(out));
        }
        assertThat(matcher.reset().find()).as(Files.readString(out)).isTrue();
        URI server = URI.create(matcher.group(1));
        try (Wire wire = Wire.connect(server).send(RawHttp.get("/console/", ConsoleLogin.cookie(server, "", matcher.group(2)))); Wire other = Wire.connect(server).send(RawHttp.get("/console/"))) {
            assertThat(wire.readHead().status()).isEqualTo(200);
            assertThat(other.readHead().status()).isEqualTo(403);
        }
    }

    /** The command of the profile: the test classes, the container, and nothing else. */
    private static List<String> command(Path work, int port) {
        // A build that was started in the background ignores Ctrl-C, and so would every program that it starts.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT", TestDirectories.javaHome().resolve("bin/java").toString()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(argument -> argument.startsWith("--add-opens")).forEach(command::add);
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String path = String.join(File.pathSeparator, Stream.of(classes.split(File.pathSeparator))
                .filter(entry -> entry.endsWith("test-classes") || entry.matches(".*(tomcat-embed-core|tomcat-annotations-api|payara-embedded-web)-[^/]*\\.jar")).toList());
        command.addAll(List.of("-Dchangeover.target=" + work, "-cp", path, "io.github.changeover.run.Run",
                System.getProperty("changeover.test.container"), String.valueOf(port), System.getProperty("changeover.war")));
        return command;
    }

    private static void interrupt(Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor()).isZero();
    }
}
