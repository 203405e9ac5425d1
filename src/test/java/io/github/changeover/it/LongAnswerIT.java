package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.KeyStoreFile;
import io.github.changeover.it.container.OnContainer;
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

/** First answers that are too long for memory: kept in files that have no name, and are closed on every path. */
@OnContainer
@EmbeddedOnly
@Tag("full")
class LongAnswerIT {
    private static final int LONG = 20_000_000;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private ContainerUnderTest server;

    @BeforeEach
    void deploy(ContainerUnderTest container) {
        server = container;
        server.deploy(H2cIT.war("long").set("changeover.path./page/big.protocols", "TLS/1.2, h2c").set("changeover.capture.max", "64K").set("changeover.capture.disk.max", "32M")
                .set("changeover.drain", "500ms").set("changeover.stall", "2s")
                .set("changeover.tls.key-store", KeyStoreFile.get().toString()).set("changeover.tls.key-store-password", KeyStoreFile.PASSWORD).build(), "/long");
    }

    @AfterEach
    void undeploy() throws Exception {
        if (server != null) server.undeploy("/long");
        awaitFiles(0);
    }

    /** The files that are open, whatever their names were. */
    private static long files() throws IOException {
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.filter(LongAnswerIT::isAnswer).count();
        }
    }

    private static boolean isAnswer(Path descriptor) {
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
        Wire clear = Wire.connect("127.0.0.1", server.http().getPort(), 64 * 1024).send(Ask.upgrade("/long/page/big?size=" + size, "TLS/1.2"));
        assertThat(clear.readHead().status()).isEqualTo(101);
        return clear.startTls();
    }

    @Test
    @Covers("RFC2817-3.3-03")
    void overTls() throws Exception {
        try (Wire wire = tls(LONG)) {
            awaitFiles(1);
            assertThat(Ask.answer(wire).body()).isEqualTo(H2cClientsIT.big(LONG));
            awaitFiles(0);      // before the connection ends
            assertThat(Ask.answer(wire.send(Ask.get("/long/page/served"))).status()).isEqualTo(200);
        }
    }

    @Test
    @TomcatOnly
    @Covers("RFC7540-3.2-12")
    void overHttp2() throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        URI page = URI.create(server.http() + "/long/page/");
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(page.resolve("big?size=" + LONG)).build(), BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.headers().firstValue("Content-Length")).contains(Integer.toString(LONG));
        assertThat(answer.body()).isEqualTo(H2cClientsIT.big(LONG));
        awaitFiles(0);
        assertThat(client.send(HttpRequest.newBuilder(page.resolve("served")).build(), BodyHandlers.ofString()).version()).isEqualTo(HttpClient.Version.HTTP_2);
    }

    /** Its window is what SETTINGS say at first, and never opened. */
    @Test
    @TomcatOnly
    void aStreamThatIsResetGivesItsFileBack() throws Exception {
        try (Http2Wire wire = Http2Wire.upgrade(server, "/long/page/big?size=" + LONG, 4, 1000).preface()) {
            wire.readUntil(frame -> frame.stream() == 1 && frame.type() == Http2Wire.DATA);
            awaitFiles(1);
            wire.send(Http2Wire.RST, 0, 1, new byte[] {0, 0, 0, 8});
            awaitFiles(0);
        }
    }

    @Test
    void whatFindsNoRoomGoesAsHttp() throws Exception {
        try (Wire first = tls(LONG)) {
            awaitFiles(1);
            try (Wire second = Wire.connect(server.http()).send(Ask.upgrade("/long/page/big?size=" + LONG, "TLS/1.2"))) {
                Ask.Answer answer = Ask.answer(second);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(H2cClientsIT.big(LONG));
            }
            awaitFiles(1);
            assertThat(Ask.answer(first).body()).hasSize(LONG);
        }
        try (Wire third = tls(LONG)) {
            assertThat(Ask.answer(third).body()).hasSize(LONG);
        }
    }

    /** What it leaves is memory's size: nobody waits for a peer with the whole answer in hand. */
    @Test

    void aPeerThatTakesNothingOrVanishesLeavesNoFile() throws Exception {
        try (Wire stalled = tls(LONG)) {
            awaitFiles(1);
            awaitFiles(0);      // evicted
            assertThat(stalled.readToEnd().bytes().length).isLessThan(LONG);
        }
        try (Wire vanishing = tls(LONG)) {
            awaitFiles(1);
            vanishing.readExactly(1_000_000);
        }
        awaitFiles(0);
    }

    @Test
    void anApplicationThatGoesLeavesNoFile() throws Exception {
        try (Wire wire = tls(LONG)) {
            wire.readExactly(100_000);
            awaitFiles(1);
            server.undeploy("/long");
            server = null;
            awaitFiles(0);
        }
    }

    /** Bodies that are never carried, and an answer that a page gives up. */
    @Test
    void whatIsNotCarriedIsNotKept() throws Exception {
        for (String method : List.of("HEAD", "GET")) {
            try (Wire clear = Wire.connect(server.http()).send(Ask.request(method, "/long/page/big?size=1000000&status=" + (method.equals("GET") ? 304 : 200), Ask.offering("TLS/1.2")))) {
                assertThat(clear.readHead().status()).isEqualTo(101);
                Wire wire = clear.startTls();
                awaitFiles(0);
                assertThat(wire.readHead().status()).isEqualTo(method.equals("GET") ? 304 : 200);
                assertThat(Ask.answer(wire.send(Ask.get("/long/page/served"))).status()).isEqualTo(200);
            }
        }
        try (Wire failed = Wire.connect(server.http()).send(Ask.upgrade("/long/page/big?size=1000000&thrown", "TLS/1.2"))) {
            assertThat(failed.readHead().status()).isEqualTo(500);
            awaitFiles(0);
        }
    }
}
