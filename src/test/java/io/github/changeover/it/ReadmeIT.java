package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatEdgeOnly;
import io.github.changeover.run.DemoSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that the transcripts in the README and in the pages under docs are real output. It uses Tomcat, which ./mvnw -Prun starts. */
@OnContainer
@TomcatEdgeOnly
class ReadmeIT {
    private static final Pattern CONSOLE = Pattern.compile("```console\n\\$ (.*)\n((?s).*?)```");

    /** A command and its output. */
    record Transcript(String command, String output) {
        @Override
        public String toString() {
            return command;
        }
    }

    @BeforeAll
    static void atTheRoot(ContainerUnderTest container) {
        ExternalTool.require("nc");
        ExternalTool.require("curl");
        War war = War.demo("readme");
        DemoSettings.all().forEach(war::set);
        container.deploy(war.build(), "");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("");
    }

    static List<Transcript> transcripts() throws IOException {
        Matcher matcher = CONSOLE.matcher(readme());
        List<Transcript> found = new ArrayList<>();
        while (matcher.find()) found.add(new Transcript(matcher.group(1), matcher.group(2)));
        return found;
    }

    /** The README and all pages. The README is first, because its protocol must be the first in the text. */
    private static String readme() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String page : List.of("README.md", "docs/spi.md", "docs/http2-and-tls.md")) text.append(Files.readString(Path.of(System.getProperty("changeover.basedir", ""), page)));
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void transcriptIsReproducible(Transcript transcript, ContainerUnderTest container) throws Exception {
        String command = transcript.command.replace("127.0.0.1 8080", "127.0.0.1 " + container.http().getPort())
                .replace("127.0.0.1:8080", "127.0.0.1:" + container.http().getPort());
        Process process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(lines(output)).isEqualTo(lines(transcript.output));
    }

    /** A command of the demo page, found by its heading, and a part of its output. */
    static Stream<Arguments> commandsOfTheDemoPage() throws IOException {
        Map<String, String> expected = Map.of("Lines", "hello\nBYE", "A room", "Welcome to garden\nHELLO", "Bytes", "typed", "Frames", "\\0  \\0  \\0 005   h   e   l   l   o", "This page over another protocol", "<h1>Changeover</h1>",
                "The server's order decides", "Upgrade: foo/2", "An upgrade is required", "HTTP/1.1 426", "No protocol is supported", "body-length: 5", "HTTP/2", "response over HTTP/2",
                "TLS", "HTTP/1.1 426");
        String page = Files.readString(Path.of(System.getProperty("changeover.basedir", ""), "src/main/webapp/index.html"));
        Matcher card = Pattern.compile("<h3>(.*)</h3>(?s).*?<pre>(.*?)</pre>").matcher(page);
        List<Arguments> found = new ArrayList<>();
        while (card.find()) found.add(Arguments.of(card.group(1), card.group(2), expected.get(card.group(1))));
        assertThat(found).hasSameSizeAs(expected.keySet());
        return found.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commandsOfTheDemoPage")
    void commandsOfTheDemoPageWork(String heading, String command, String expected, ContainerUnderTest container) throws Exception {
        String server = "127.0.0.1:" + container.http().getPort();
        String quick = command.replaceFirst("nc (-w 2 )?127.0.0.1 8080", "nc -w 1 " + server.replace(':', ' ')).replace(" -m 2 ", " -m 1 ").replace("127.0.0.1:8080", server);
        Process process = new ProcessBuilder("timeout", "10", "bash", "-c", quick)
                .redirectErrorStream(true).start();
        process.getOutputStream().write("typed\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        assertThat(lines(new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))).contains(expected);
    }

    /** The lines without the Date field, and without the space that Tomcat sends where a reason phrase would be. */
    private static String lines(String text) {
        return Stream.of(text.split("\r?\n")).filter(line -> !line.startsWith("Date: ")).map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    @Test
    void protocolInTheReadmeIsThatOfTheDemo() throws IOException {
        String source = Files.readString(Path.of(System.getProperty("changeover.basedir", ""), "src/main/java/io/github/changeover/demo/Shout.java"));
        Matcher body = Pattern.compile("throws IOException \\{\n((?s).*?)\n    }\n").matcher(readme());
        assertThat(body.find()).isTrue();
        assertThat(source.replace("StandardCharsets.", "")).contains(body.group(1));
    }

    /** The test contains the lines of the documented example. The comments of the example contain the responses. */
    @Test
    @Covers("RFC2817-3.3-07")
    void apacheClientInTheReadmeGetsTheDocumentedResponses(ContainerUnderTest container) throws Exception {
        Matcher shown = Pattern.compile("```java\n(HttpGet (?s).*?)```").matcher(readme());
        assertThat(shown.find()).isTrue();
        List<String> said = new ArrayList<>();
        try (CloseableHttpClient client = TlsClientsIT.apache()) {
            HttpGet request = new HttpGet("http://127.0.0.1:8080/secure");
            request.addHeader("Connection", "Upgrade");
            request.addHeader("Upgrade", "TLS/1.2");
            request.setUri(container.http().resolve("/secure"));
            String first = client.execute(request, response -> EntityUtils.toString(response.getEntity()));
            String second = client.execute(request, response -> EntityUtils.toString(response.getEntity()));
            said.addAll(List.of(first.strip(), second.strip()));
        }
        String source = Files.readString(Path.of(System.getProperty("changeover.basedir", ""), "src/test/java/io/github/changeover/it/ReadmeIT.java"));
        assertThat(shown.group(1).lines().map(line -> line.replaceFirst(" +// .*", "")).filter(line -> !source.contains("            " + line + "\n"))).isEmpty();
        assertThat(shown.group(1).lines().filter(line -> line.contains(" // ")).map(line -> line.replaceFirst(".* // ", ""))).containsExactlyElementsOf(said);
    }
}
