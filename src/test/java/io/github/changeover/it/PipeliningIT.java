package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks which bytes belong to HTTP and which to the new protocol, for any segmentation, and whatever precedes or follows the upgrade. */
@OnContainer
class PipeliningIT {
    private static final String GREETING = "greet/1 0\n";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("pipelining").app("wire").build(), "/wire");
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("/wire");
    }

    private static Wire send(String bytes) throws IOException {
        return Wire.connect(container.http()).send(bytes);
    }

    private static String hits(String key) throws IOException {
        return RawHttp.exchange(container, RawHttp.get("/wire/hits?of=" + key)).body();
    }

    private static void assertSwitched(Wire wire, String echoed) throws IOException {
        Head head = wire.readHead();
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        assertThat(wire.readText(GREETING.length() + echoed.length())).isEqualTo(GREETING + echoed);
    }

    @Test
    @Covers({"RFC9112-9.3.2-01", "RFC9110-7.8-20"})
    void responsesAreInOrderAndEarlyBytesFollow() throws IOException {
        String three = RawHttp.get("/wire/one?key=p1") + RawHttp.request("POST", "/wire/two?key=p2", "Content-Length: 3") + "abc" + RawHttp.upgrade("/wire/greet", "greet/1") + "early";
        try (Wire wire = send(three)) {
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("GET /one body 0 hit 1\n");
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("POST /two body 3 hit 1\n");
            assertSwitched(wire, "early");
            assertThat(wire.send("late").readText(4)).isEqualTo("late");
        }
    }

    @Test
    @Covers({"RFC9112-9.3.2-02", "RFC9110-7.8-20", "RFC9110-7.8-17", "GEN-01"})
    void requestAfterAnAcceptedUpgradeIsData() throws IOException {
        String smuggled = RawHttp.get("/wire/victim?key=behind-101") + RawHttp.upgrade("/wire/greet", "second/2");
        try (Wire wire = send(RawHttp.upgrade("/wire/greet", "greet/1") + smuggled)) {
            assertSwitched(wire, smuggled);
            wire.send(smuggled);
            assertThat(wire.readText(smuggled.length())).isEqualTo(smuggled);
        }
        assertThat(hits("behind-101")).isEqualTo("0");
    }

    @Test
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-20", "RFC9112-9.3-01", "RFC9931-01"})
    void requestAfterAnIgnoredUpgradeIsServedOnce() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/plain?key=refused", "nope") + RawHttp.get("/wire/next?key=behind-refused")
                + RawHttp.upgrade("/wire/required", "nope") + RawHttp.upgrade("/wire/greet", "greet/1") + "early")) {
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("GET /plain body 0 hit 1\n");
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("GET /next body 0 hit 1\n");
            assertThat(RawHttp.readResponse(wire).status()).isEqualTo(426);
            assertSwitched(wire, "early");
        }
        assertThat(hits("behind-refused")).isEqualTo("1");
    }

    @Test
    @Covers("RFC9931-04")
    void clientHelloAfterAnIgnoredUpgradeIsNoRequest() throws IOException {
        byte[] hello = new byte[200];
        byte[] begin = {22, 3, 1, 0, (byte) 195, 1, 0, 0, (byte) 191, 3, 3};
        System.arraycopy(begin, 0, hello, 0, begin.length);
        boolean refused = ContainerDifferences.rejectsInvalidRequestBytes(container);
        String behind = refused ? "\r\n\r\n" + RawHttp.get("/wire/victim?key=behind-hello") : "";
        try (Wire wire = send(RawHttp.upgrade("/wire/plain?key=hello", "TLS/1.2") + new String(hello, ISO_8859_1) + behind)) {
            assertThat(RawHttp.readResponse(wire).body()).isEqualTo("GET /plain body 0 hit 1\n");
            Wire.Rest rest = wire.timeout(Duration.ofSeconds(1)).readToEnd();
            assertThat(rest.text()).matches("(?s)|HTTP/1\\.1 400 .*");
            assertThat(rest.end() == Wire.End.TIMEOUT).isEqualTo(!refused);
        }
        assertThat(hits("behind-hello")).isEqualTo("0");
    }

    @Test
    @Covers({"RFC9110-7.8-17", "RFC9110-7.8-20"})
    void headMayBeSplitAnywhere() throws Exception {
        byte[] all = (RawHttp.get("/wire/greet", "Upgrade: nope,", "Upgrade: greet/1", "Connection: Upgrade") + "early").getBytes(ISO_8859_1);
        for (int cut = 1; cut < all.length; cut++) {
            try (Wire wire = Wire.connect(container.http())) {
                wire.send(all, 0, cut);
                Thread.sleep(4);
                wire.send(all, cut, all.length - cut);
                Head head = wire.readHead();
                assertThat(head.only("Upgrade")).as("cut at %d", cut).isEqualTo("greet/1");
                assertThat(wire.readText(GREETING.length() + 5)).as("cut at %d", cut).isEqualTo(GREETING + "early");
            }
        }
    }

    @Test
    @Covers({"RFC9110-7.8-17", "RFC9110-7.8-20"})
    void headMayArriveByteByByte() throws Exception {
        byte[] all = (RawHttp.upgrade("/wire/greet", "greet/1") + "early").getBytes(ISO_8859_1);
        try (Wire wire = Wire.connect(container.http())) {
            for (int i = 0; i < all.length; i++) {
                wire.send(all, i, 1);
                Thread.sleep(2);
            }
            assertSwitched(wire, "early");
        }
    }

    @Test
    @Covers("RFC9112-2.2-01")
    void emptyLineBeforeTheRequestIsSkipped() throws IOException {
        if (!ContainerDifferences.skipsEmptyLine(container)) {
            assertThat(RawHttp.exchange(container, "\r\n" + RawHttp.upgrade("/wire/greet?key=line", "greet/1")).body()).isEqualTo("\r\nGET /greet body 0 hit 1\n");
            return;
        }
        try (Wire wire = send("\r\n" + RawHttp.upgrade("/wire/greet", "greet/1") + "early")) {
            assertSwitched(wire, "early");
        }
        try (Wire wire = send(RawHttp.get("/wire/before") + "\r\n" + RawHttp.upgrade("/wire/greet", "greet/1"))) {
            assertThat(RawHttp.readResponse(wire).body()).startsWith("GET /before");
            assertSwitched(wire, "");
        }
    }

    @Test
    @Covers("RFC9112-2.2-01")
    void newProtocolMayBeginWithAnEmptyLine() throws IOException {
        try (Wire wire = send(RawHttp.upgrade("/wire/greet", "greet/1") + "\r\n\r\n\0")) {
            assertSwitched(wire, "\r\n\r\n\0");
        }
    }
}
