package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ChildProcess;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks external clients against the echo of the demo: {@code ws} of npm, and the client of Tyrus. Their programs are in src/test/clients. */
@OnContainer
@Tag("full")
class WebSocketClientsIT {
    private static final Path SOURCES = Path.of(System.getProperty("changeover.basedir", ""), "src/test/clients");
    private static final Path CLIENTS = Path.of(System.getProperty("changeover.target", "target"), "clients");
    private static String echo;
    private static Path node;

    @BeforeAll
    static void install(ContainerUnderTest container) throws IOException {
        node = ExternalTool.require("node");
        Path npm = ExternalTool.require("npm");
        Path directory = Files.createDirectories(CLIENTS.resolve("npm"));
        for (String file : List.of("package.json", "package-lock.json", "ws.js")) Files.write(directory.resolve(file), Files.readAllBytes(SOURCES.resolve(file)));
        ChildProcess.run(List.of(npm.toString(), "ci", "--prefix", directory.toString(), "--ignore-scripts", "--no-audit", "--no-fund"));
        echo = container.http().toString().replaceFirst("^http", "ws") + OnContainer.CONTEXT + "/echo";
    }

    private static List<String> ws(String deflate, String code) {
        return ChildProcess.run(List.of(node.toString(), CLIENTS.resolve("npm/ws.js").toString(), echo, deflate, code)).lines().toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "false                                                                                 | none",
            "{\"threshold\": 0}                                                                    | permessage-deflate",
            "{\"threshold\": 0, \"serverNoContextTakeover\": true}                                 | permessage-deflate; server_no_context_takeover",
            "{\"threshold\": 0, \"clientNoContextTakeover\": true}                                 | permessage-deflate; client_no_context_takeover",
            "{\"threshold\": 0, \"serverNoContextTakeover\": true, \"clientNoContextTakeover\": true} | permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            "{\"threshold\": 0, \"serverMaxWindowBits\": 15, \"clientMaxWindowBits\": 9}           | permessage-deflate; server_max_window_bits=15",
            "{\"threshold\": 0, \"serverMaxWindowBits\": 10}                                       | none"})
    @Covers({"RFC7692-7.1.1.1-01", "RFC7692-7.1.1.2-01", "RFC7692-7.1.2.1-01", "RFC6455-5.5.2-01"})
    void wsClientWorksWithEveryDeflateOption(String deflate, String agreed) {
        List<String> said = ws(deflate, "4001");
        assertThat(said).hasSize(5).startsWith("subprotocol v1.echo").endsWith("8 messages", "pong are you there", "closed 4001 reason");
        assertThat(said.get(1)).isEqualTo("extensions " + agreed);
    }

    @ParameterizedTest
    @CsvSource({"1000, closed 1000 reason", "1001, closed 1001 reason", "1011, closed 1011 reason", "4999, closed 4999 reason", "none, closed 1000"})
    @Covers("RFC6455-5.5.1-01")
    void wsClientCloses(String code, String heard) {
        assertThat(ws("false", code)).endsWith(heard);
    }

    @Test
    void wsClientGets1009ForATooLongMessage() {
        assertThat(ws("false", "too long")).last().asString().startsWith("closed 1009 ");
    }

    @ParameterizedTest
    @CsvSource({"plain, none", "deflate, permessage-deflate"})
    void tyrusClientWorksWithAndWithoutDeflate(String how, String agreed) throws IOException {
        String jars = CLIENTS.resolve("tyrus").toAbsolutePath() + File.separator + "*";
        List<String> said = ChildProcess.run(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp", jars,
                SOURCES.resolve("TyrusTalk.java").toString(), echo, how)).lines().toList();
        assertThat(said).containsSubsequence("subprotocol v1.echo", "extensions " + agreed, "8 messages", "pong are you there", "closed 4001 reason")
                .noneMatch(line -> line.startsWith("changed") || line.startsWith("error"));
    }
}
