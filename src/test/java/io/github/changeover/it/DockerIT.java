package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks Docker's own client against a stub of its API: a POST with JSON becomes a raw stream, which the client half-closes when its input ends. */
@OnContainer
class DockerIT {
    private static final int TWO_MEGABYTES = 2 << 20;
    private static Path docker;
    private static URI server;
    @TempDir
    static Path folder;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        docker = ExternalTool.require("docker");
        container.deploy(War.with("docker").app("docker").build(), "/docker");
        server = container.http();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        if (docker != null) container.undeploy("/docker");
    }

    private record ExecResult(int exit, byte[] output, String errors) {
    }

    private static ExecResult exec(byte[] input, String... words) throws IOException, InterruptedException {
        Path in = Files.write(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>(List.of(docker.toString(), "--config", folder.toString(),
                "-H", "tcp://" + server.getHost() + ":" + server.getPort() + "/docker", "exec"));
        command.addAll(Arrays.asList(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_") || name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        Process process = builder.start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("docker exec did not end; " + Files.size(out) + " bytes came; " + Files.readString(errors));
        }
        return new ExecResult(process.exitValue(), Files.readAllBytes(out), Files.readString(errors));
    }

    @Test
    @Covers({"DOCKER-01", "DOCKER-02", "GEN-09", "RFC9112-9.6-01", "RFC9112-9.6-02"})
    void twoMegabytesAreEchoedThroughExec() throws Exception {
        byte[] bytes = new byte[TWO_MEGABYTES];
        new Random(2).nextBytes(bytes);
        ExecResult run = exec(bytes, "-i", "box", "cat");
        ProbeClient.assertSame(run.output(), bytes);
        assertThat(run.errors()).startsWith(TWO_MEGABYTES + " bytes, asked with {").contains("\"Tty\":false");
        assertThat(run.exit()).isEqualTo(7);
    }

    @Test
    @Covers({"DOCKER-01", "DOCKER-02"})
    void emptyInputEndsAtOnce() throws Exception {
        ExecResult run = exec(new byte[0], "-i", "box", "cat");
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).startsWith("0 bytes");
        assertThat(run.exit()).isEqualTo(7);
    }

    /** Sends the request of the client, and checks the bytes of the 101 response. */
    @Test
    @Covers({"DOCKER-01", "RFC9110-7.8-01", "RFC9110-7.8-17"})
    void response101HasTheContentTypeOfTheStream() throws IOException {
        String content = "{\"Detach\":false,\"Tty\":false}\n";
        Message start = Message.of("POST /docker/v1.47/exec/e0/start", "User-Agent: Docker-Client", "Connection: Upgrade", "Content-Type: application/json", "Upgrade: tcp")
                .content(content.getBytes(StandardCharsets.US_ASCII), Message.Framing.LENGTH);
        try (Wire wire = Wire.connect(server)) {
            wire.send(start.bytes("input".getBytes(StandardCharsets.US_ASCII))).shutdownOutput();
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.all("Content-Type")).containsExactly("application/vnd.docker.multiplexed-stream");
            assertThat(head.all("Upgrade")).containsExactly("tcp");
            assertThat(head.all("Connection")).containsExactly("Upgrade");
            assertThat(wire.readToEnd()).satisfies(rest -> {
                assertThat(rest.end()).isEqualTo(Wire.End.FIN);
                assertThat(rest.text()).contains("input", "5 bytes, asked with " + content.strip());
            });
        }
    }
}
