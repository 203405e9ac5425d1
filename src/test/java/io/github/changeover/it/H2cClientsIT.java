package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks HTTP/2 by upgrade with external clients: the first request is sent over HTTP/1.1, the others on streams 3 and up. */
@OnContainer
class H2cClientsIT {
    private static URI base;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(H2cIT.war("h2c-clients").webXml(SecurityIT.LOGIN.replace("/secret/*", "/page/session")).build(), "/h2cc");
        base = URI.create(container.withoutHttp2().http() + "/h2cc/page/");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/h2cc");
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).cookieHandler(new CookieManager()).build();
    }

    private static HttpRequest.Builder to(String page) {
        return HttpRequest.newBuilder(base.resolve(page));
    }

    private static HttpResponse<String> ask(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        return answer;
    }

    static String big(int size) {
        StringBuilder text = new StringBuilder(size);
        for (int i = 0; i < size; i++) text.append((char) ('a' + i % 8192 % 26));
        return text.toString();
    }

    static String digest(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return bytes.length + " " + sum.getValue();
    }

    @Test
    @Covers({"RFC7540-3.2-03", "RFC7540-3.2-05", "RFC9113-8.3.1-01"})
    void jdkClientReachesTheSameApplicationOnEveryStream() throws Exception {
        HttpClient client = client();
        String first = ask(client, to("facts")).body();
        HttpResponse<String> second = ask(client, to("facts").header("Cookie", "a=1"));
        assertThat(first).contains("protocol=HTTP/1.1", "remote=127.0.0.1");
        assertThat(second.body()).contains("protocol=HTTP/2.0", "cookie: a=1", "url=" + base + "facts");
        assertThat(second.headers().firstValue("X-Guard")).contains("seen");
        assertThat(second.body().lines().filter(line -> line.startsWith("remote=")).toList()).isEqualTo(first.lines().filter(line -> line.startsWith("remote=")).toList());
    }

    @Test
    @Covers({"RFC7540-3.2-07", "RFC7540-3.2-10", "RFC7540-3.2-12"})
    void firstRequestMayHaveAnyMethodAndContent() throws Exception {
        byte[] content = ProbeClient.pattern(70_000);
        assertThat(ask(client(), to("digest").POST(BodyPublishers.ofByteArray(content))).body()).isEqualTo(digest(content));
        HttpResponse<String> head = ask(client(), to("facts").method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(ask(client(), to("nothing")).statusCode()).isEqualTo(204);
        assertThat(ask(client(), to("none")).statusCode()).isEqualTo(404);
        assertThat(ask(client(), to("facts").method("OPTIONS", BodyPublishers.noBody())).statusCode()).isEqualTo(200);
    }

    @Test
    @Covers("RFC9113-5.2-01")
    void largeContentIsSentInBothDirections() throws Exception {
        HttpClient client = client();
        ask(client, to("facts"));
        byte[] content = ProbeClient.pattern(3_000_000);
        assertThat(ask(client, to("digest").POST(BodyPublishers.ofByteArray(content))).body()).isEqualTo(digest(content));
        assertThat(ask(client, to("digest").POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(content)))).body()).isEqualTo(digest(content));
        assertThat(ask(client, to("big?size=3000000")).body()).isEqualTo(big(3_000_000));
        assertThat(ask(client, to("facts").method("HEAD", BodyPublishers.noBody())).body()).isEmpty();
        assertThat(ask(client, to("nothing")).statusCode()).isEqualTo(204);
    }

    @Test
    void fiftyConcurrentRequestsAreServed() throws Exception {
        HttpClient client = client();
        ask(client, to("facts"));
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) answers.add(client.sendAsync(to("digest").POST(BodyPublishers.ofByteArray(ProbeClient.pattern(1000 * i))).build(), BodyHandlers.ofString()));
        for (int i = 0; i < 50; i++) {
            HttpResponse<String> answer = answers.get(i).get(30, TimeUnit.SECONDS);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo(digest(ProbeClient.pattern(1000 * i)));
        }
    }

    @Test
    @Covers({"RFC9110-11.6-01", "GEN-11"})
    void filtersConstraintsAndSessionsApplyToLaterStreams() throws Exception {
        HttpClient client = client();
        ask(client, to("facts"));
        assertThat(ask(client, to("facts?blocked")).statusCode()).isEqualTo(403);
        HttpResponse<String> unknown = ask(client, to("session"));
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(unknown.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic");
        String login = Logins.basic(Logins.MEMBER).substring("Authorization: ".length());
        for (int i = 1; i <= 3; i++) assertThat(ask(client, to("session").header("Authorization", login)).body()).isEqualTo(Integer.toString(i));
    }

    /**
     * Inside the connection the mark is replaced. From outside, the request is rejected, because an inner request with an invalid mark must not count
     * as a request of this machine.
     */
    @Test
    @DisplayName("S1: a mark that a client sends is ignored")
    void foreignMarkIsIgnored() throws Exception {
        String mark = "1.00000000000000000000000000000000000000000000000000000000000000aa";
        HttpClient client = client();
        ask(client, to("facts"));
        assertThat(ask(client, to("facts").header("Changeover-Inner", mark)).body()).contains("protocol=HTTP/2.0", "secure=false", "mark=null");
        HttpResponse<String> plain = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
                .send(to("facts").header("Changeover-Inner", mark).build(), BodyHandlers.ofString());
        assertThat(plain.statusCode()).isEqualTo(400);
        assertThat(plain.body()).contains("Changeover-Inner");
    }

    @Test
    @Tag("full")
    @Covers({"RFC7540-3.2-03", "RFC7540-3.2-07", "RFC7540-3.2-08", "RFC7540-3.2-10"})
    void curlIsServed(@TempDir Path directory) throws Exception {
        String curl = ExternalTool.require("curl").toString();
        Path content = Files.write(directory.resolve("content"), ProbeClient.pattern(100_000));
        String format = "%{http_version} %{http_code} %{size_download}\n";
        assertThat(run(curl, "-s", "--http2", "-w", format, "-o", "/dev/null", base + "facts", "-o", "/dev/null", base + "big?size=3000000")).matches("2 200 \\d+\n2 200 3000000\n");
        assertThat(run(curl, "-s", "--http2", "-I", base + "facts")).startsWith("HTTP/1.1 101").contains("HTTP/2 200");
        assertThat(run(curl, "-s", "--http2", "-H", "Content-Type: application/octet-stream", "--data-binary", "@" + content, base + "digest")).isEqualTo(digest(ProbeClient.pattern(100_000)));
    }

    @Test
    @Tag("full")
    @Covers({"RFC7540-3.2-03", "RFC7540-3.2-08", "RFC7540-3.2-11", "RFC7540-3.2.1-06"})
    void nghttpIsServed() throws Exception {
        String said = run(ExternalTool.require("nghttp").toString(), "-uv", base + "facts", base + "digest").replaceAll("\u001b\\[[0-9;]*m", "");
        assertThat(said).contains("HTTP Upgrade success", "recv (stream_id=1) :status: 200", "recv (stream_id=13) :status: 200").doesNotContain("RST_STREAM");
        assertThat(said.lines().filter(line -> line.contains("recv (stream_id="))).noneMatch(line -> line.matches("(?i).*(connection|keep-alive|transfer-encoding|upgrade|http2-settings):.*"));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
