package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks first responses that are too long for memory: they are kept in files without a name, which are closed in every case. */
@OnContainer
@EmbeddedOnly
@Tag("full")
class LongResponseIT {
    private static final int LONG = 20_000_000;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private ContainerUnderTest server;

    @BeforeEach
    void deploy(ContainerUnderTest container) {
        server = container;
        server.deploy(H2cIT.war("long").set("changeover.path./page/big.protocols", "TLS/1.2, h2c").set("changeover.capture.max", "64K").set("changeover.capture.disk.max", "32M")
                .set("changeover.drain", "500ms").set("changeover.stall", "2s")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), "/long");
    }

    @AfterEach
    void undeploy() throws Exception {
        if (server != null) server.undeploy("/long");
        awaitFiles(0);
    }

    /** The number of open files with captured responses. The files have no name any more. */
    private static long files() throws IOException {
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.filter(LongResponseIT::isResponseFile).count();
        }
    }

    private static boolean isResponseFile(Path descriptor) {
        try {
            String file = Files.readSymbolicLink(descriptor).getFileName().toString();
            return file.startsWith("changeover") && file.contains(".answer") && file.endsWith("(deleted)");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static void awaitFiles(long count) throws Exception {
        for (int i = 0; i < 100 && files() != count; i++) Thread.sleep(100);
        assertThat(files()).isEqualTo(count);
    }

    private Wire tls(int size) throws IOException {
        Wire clear = Wire.connect("127.0.0.1", server.http().getPort(), 64 * 1024).send(RawHttp.upgrade("/long/page/big?size=" + size, "TLS/1.2"));
        assertThat(clear.readHead().status()).isEqualTo(101);
        return clear.startTls();
    }

    @Test
    @Covers("RFC2817-3.3-03")
    void longResponseIsSentInsideTls() throws Exception {
        try (Wire wire = tls(LONG)) {
            awaitFiles(1);
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo(H2cClientsIT.big(LONG));
            awaitFiles(0);      // before the connection ends
            assertThat(RawHttp.readResponse(wire.send(RawHttp.get("/long/page/served"))).status()).isEqualTo(200);
        }
    }

    @Test
    @TomcatOnly
    @Covers("RFC7540-3.2-12")
    void longResponseIsSentInsideHttp2() throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        URI page = URI.create(server.http() + "/long/page/");
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(page.resolve("big?size=" + LONG)).build(), BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.headers().firstValue("Content-Length")).contains(Integer.toString(LONG));
        assertThat(answer.body()).isEqualTo(H2cClientsIT.big(LONG));
        awaitFiles(0);
        assertThat(client.send(HttpRequest.newBuilder(page.resolve("served")).build(), BodyHandlers.ofString()).version()).isEqualTo(HttpClient.Version.HTTP_2);
    }

    /** The window is the initial one of the SETTINGS, and the client never enlarges it. */
    @Test
    @TomcatOnly
    void resetStreamReleasesItsFile() throws Exception {
        try (Http2Wire wire = Http2Wire.upgrade(server, "/long/page/big?size=" + LONG, 4, 1000).preface()) {
            wire.readUntil(frame -> frame.stream() == 1 && frame.type() == Http2Wire.DATA);
            awaitFiles(1);
            wire.send(Http2Wire.RST, 0, 1, new byte[] {0, 0, 0, 8});
            awaitFiles(0);
        }
    }

    @Test
    void responseWithoutSpaceStaysHttp() throws Exception {
        try (Wire first = tls(LONG)) {
            awaitFiles(1);
            try (Wire second = Wire.connect(server.http()).send(RawHttp.upgrade("/long/page/big?size=" + LONG, "TLS/1.2"))) {
                RawHttp.RawResponse answer = RawHttp.readResponse(second);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(H2cClientsIT.big(LONG));
            }
            awaitFiles(1);
            assertThat(RawHttp.readResponse(first).body()).hasSize(LONG);
        }
        try (Wire third = tls(LONG)) {
            assertThat(RawHttp.readResponse(third).body()).hasSize(LONG);
        }
    }

    /** A client that stops reading is aborted, and a lost client is detected. In both cases the file of its response is closed. */
    @Test

    void slowOrLostPeerLeavesNoFile() throws Exception {
        try (Wire stalled = tls(LONG)) {
            awaitFiles(1);
            awaitFiles(0);      // aborted
            assertThat(stalled.readToEnd().bytes().length).isLessThan(LONG);
        }
        try (Wire vanishing = tls(LONG)) {
            awaitFiles(1);
            vanishing.readExactly(1_000_000);
        }
        awaitFiles(0);
    }

    @Test
    void undeployLeavesNoFile() throws Exception {
        try (Wire wire = tls(LONG)) {
            wire.readExactly(100_000);
            awaitFiles(1);
            server.undeploy("/long");
            server = null;
            awaitFiles(0);
        }
    }

    /** Bodies that are never sent, and a response whose page throws an exception. */
    @Test
    void bodiesThatAreNotSentAreNotKept() throws Exception {
        for (String method : List.of("HEAD", "GET")) {
            try (Wire clear = Wire.connect(server.http()).send(RawHttp.request(method, "/long/page/big?size=1000000&status=" + (method.equals("GET") ? 304 : 200), RawHttp.offering("TLS/1.2")))) {
                assertThat(clear.readHead().status()).isEqualTo(101);
                Wire wire = clear.startTls();
                awaitFiles(0);
                assertThat(wire.readHead().status()).isEqualTo(method.equals("GET") ? 304 : 200);
                assertThat(RawHttp.readResponse(wire.send(RawHttp.get("/long/page/served"))).status()).isEqualTo(200);
            }
        }
        try (Wire failed = Wire.connect(server.http()).send(RawHttp.upgrade("/long/page/big?size=1000000&thrown", "TLS/1.2"))) {
            assertThat(failed.readHead().status()).isEqualTo(500);
            awaitFiles(0);
        }
    }
}
