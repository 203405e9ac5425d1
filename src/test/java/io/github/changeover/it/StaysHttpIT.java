package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks responses that cannot be sent over the new protocol: they are sent once and completely over HTTP, and the connection stays HTTP. */
@OnContainer
class StaysHttpIT {
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("stays").app("original").set("changeover.capture.max", "200k").set("changeover.capture.disk.max", "0").build(), "/stays");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/stays");
    }

    private static Message page(String page) {
        return Message.of("GET /stays/page/" + page + "?" + page, "Connection: Upgrade", "Upgrade: original");
    }

    /** The response to the offer. A second request on the same connection checks how often the page was called. */
    private static Message.FullResponse answer(Message offer, int expected) throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            offer.send(wire, Message.ContentTiming.AT_ONCE);
            Message.FullResponse answer = Message.readResponse(wire);
            String key = offer.line().substring(offer.line().indexOf('?'));
            Message.of("GET /stays/count" + key).send(wire, Message.ContentTiming.AT_ONCE);
            assertThat(Message.readResponse(wire).content()).isEqualTo(Integer.toString(expected));
            assertThat(answer.fields()).noneMatch(field -> field.startsWith("Upgrade:"));
            return answer;
        }
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void responseOverTheLimitStaysHttp() throws IOException {
        Message.FullResponse answer = answer(page("large"), 1);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.fields()).contains("X-Own: yes");
        assertThat(answer.content().getBytes(ISO_8859_1)).isEqualTo(new byte[300_000]);
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void asynchronousResponseStaysHttp() throws IOException {
        Message.FullResponse answer = answer(page("async"), 1);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).isEqualTo("begun ended");
    }

    @Test
    @Covers({"GEN-03", "RFC9110-7.8-06"})
    void responseStartedByAFilterStaysHttp() throws IOException {
        Message.FullResponse answer = answer(page("nothing").with("X-Hasty: yes"), 1);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.fields()).contains("X-By: filter");
        assertThat(answer.content()).isEqualTo("hasty");
        assertThat(server.log()).contains("A filter has started the response to GET /page/nothing");
    }

    @Test
    @Covers("GEN-03")
    void responseSentByAFilterAfterTheChainStaysHttp() throws IOException {
        Message offer = Message.of("GET /stays/page/writer?written-after", "Connection: Upgrade", "Upgrade: original");
        Message.FullResponse answer = answer(offer.with("X-Tidy: writes"), 1);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).isEqualTo("tidied");
        assertThat(server.log()).contains("a filter has sent a response");
    }

    @Test
    @DisplayName("H4: a filter that only flushes after the chain does not prevent the switch, and the page is not lost")
    void flushOfAFilterDoesNotPreventTheSwitch() throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            page("writer").with("X-Tidy: flushes").send(wire, Message.ContentTiming.AT_ONCE);
            assertThat(wire.readHead().status()).isEqualTo(101);
        }
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void failingPageIs500() throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            page("exception").send(wire, Message.ContentTiming.AT_ONCE);
            Message.FullResponse answer = Message.readResponse(wire);
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.content()).doesNotContain("half an ans");
        }
    }

    /** The container makes the parts of a form, from content that it reads itself. */
    @Test
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-06"})
    void multipartFormStaysHttp() throws IOException {
        String form = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--b--\r\n";
        Message.FullResponse answer = answer(Message.of("POST /stays/page/content?parts", "Connection: Upgrade", "Upgrade: original",
                "Content-Type: multipart/form-data; boundary=b").content(form.getBytes(ISO_8859_1), Message.Framing.LENGTH), 1);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.content()).endsWith(" a 5 ");
    }

    /** With the offer, the first frame is the page of the demo, and frames are echoed. Without the offer, the response is the page. */
    @Test
    @Covers("RFC9110-7.8-16")
    void demoPageIsTheFirstFrame() throws IOException {
        for (String path : new String[] {"/changeover/index.html", "/changeover/"}) {
            byte[] page;
            try (Wire wire = Wire.connect(server.http())) {
                Message.of("GET " + path).send(wire, Message.ContentTiming.AT_ONCE);
                page = Message.readResponse(wire).content().getBytes(ISO_8859_1);
            }
            try (Wire wire = Wire.connect(server.http())) {
                byte[] frame = {0, 0, 0, 3, 'a', 'b', 'c'};
                wire.send(Message.of("GET /changeover/index.html", "Connection: Upgrade", "Upgrade: foo/2").bytes(frame));
                assertThat(wire.readHead().status()).isEqualTo(101);
                int length = ByteBuffer.wrap(wire.readExactly(4)).getInt();
                assertThat(wire.readExactly(length)).isEqualTo(page);
                assertThat(wire.readExactly(7)).isEqualTo(frame);
            }
        }
    }
}
