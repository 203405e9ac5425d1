package io.github.changeover.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.negotiation.PathRule;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MemoryServerTest {
    /** Sends back the bytes that it receives. */
    private static final class EchoingHandler implements ConnectionHandler.Events {
        private final byte[] first;

        EchoingHandler(byte[] first) {
            this.first = first;
        }

        @Override
        public void opened(SwitchedConnection connection) {
            if (first.length > 0) connection.send(ByteBuffer.wrap(first));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }

    private record TestProtocol(String name, ContentRule content, boolean answersOriginalRequest, Function<SwitchContext, byte[]> first) implements UpgradeProtocol {
        static TestProtocol named(String name) {
            return new TestProtocol(name, ContentRule.NONE, false, context -> new byte[0]);
        }

        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(name));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return new Decision.Switch(List.of(offered), Fields.of("X-Chosen", name), context -> new EchoingHandler(first.apply(context)));
        }
    }

    @Test
    void offerIsAcceptedAndTheProtocolRuns() throws IOException {
        try (MemoryServer server = MemoryServer.offering("/mirror", TestProtocol.named("mirror")); Wire wire = server.connect()) {
            wire.send(Message.offering("/mirror", "other/1, mirror"));
            Expect.answer(wire.readHead()).switchesTo("mirror").has("X-Chosen", "mirror");
            assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
            wire.shutdownOutput();
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    void requestAndEarlyBytesMayBeSplitAnywhere() throws IOException {
        byte[] bytes = Message.offering("/mirror", "mirror").bytes("early".getBytes(ISO_8859_1));
        for (int at = 0; at <= bytes.length; at++) {
            try (MemoryServer server = MemoryServer.offering("/mirror", TestProtocol.named("mirror")); Wire wire = server.connect()) {
                wire.send(bytes, 0, at).send(bytes, at, bytes.length - at);
                Expect.answer(wire.readHead()).switchesTo("mirror");
                assertThat(wire.readText(5)).isEqualTo("early");
            }
        }
    }

    @Test
    void ignoredOfferStaysHttpOnTheSameConnection() throws IOException {
        try (MemoryServer server = MemoryServer.offering("/mirror", TestProtocol.named("mirror")); Wire wire = server.connect()) {
            Head ordinary = wire.send(Message.offering("/mirror", "other/1")).readHead();
            Expect.answer(ordinary).isOrdinary(404).offersNothing();
            assertThat(wire.readBodyText(ordinary)).contains("no application");
            Expect.answer(wire.send(Message.offering("/mirror", "mirror")).readHead()).switchesTo("mirror");
        }
    }

    @Test
    void missingRolesAndOffersAreRejected() throws IOException {
        MemoryServer server = MemoryServer.of(PathRule.on("/mirror").offer(TestProtocol.named("mirror")).required(true).roles("speaker").build());
        try (server; Wire wire = server.connect()) {
            Head required = wire.send(Message.of("GET /mirror")).readHead();
            Expect.answer(required).refuses(426).offers("mirror");
            assertThat(wire.readBodyText(required)).contains("required");
            Head login = wire.send(Message.offering("/mirror", "mirror")).readHead();
            Expect.answer(login).refuses(401);
            wire.readBody(login);
            server.user("ann", "listener");
            Head forbidden = wire.send(Message.offering("/mirror", "mirror")).readHead();
            Expect.answer(forbidden).refuses(403);
            wire.readBody(forbidden);
            server.user("ann", "speaker");
            Expect.answer(wire.send(Message.offering("/mirror", "mirror")).readHead()).switchesTo("mirror");
        }
    }

    @Test
    void contentAndOriginalResponseReachTheHandler() throws IOException {
        TestProtocol page = new TestProtocol("page", ContentRule.allowing("POST"), true,
                context -> (new String(context.content(), ISO_8859_1) + new String(context.original().orElseThrow().body().bytes(), ISO_8859_1)).getBytes(ISO_8859_1));
        MemoryServer server = MemoryServer.offering("/page", page).application(request -> OriginalResponse.of(200, Fields.none(), "answer".getBytes(ISO_8859_1)));
        try (server; Wire wire = server.connect()) {
            wire.send(Message.of("POST /page", "Connection: Upgrade", "Upgrade: page").content("question ".getBytes(ISO_8859_1), Message.Framing.LENGTH));
            Expect.answer(wire.readHead()).switchesTo("page");
            assertThat(wire.readText(15)).isEqualTo("question answer");
        }
    }

    @Test
    void disabledTokenAndInvalidRequestAreHandled() throws IOException {
        MemoryServer server = MemoryServer.offering("/mirror", TestProtocol.named("mirror")).and("/other", TestProtocol.named("other"));
        server.toggles().off(ProtocolToken.of("mirror"));
        try (server; Wire wire = server.connect(); Wire odd = server.connect()) {
            Expect.answer(wire.send(Message.offering("/mirror", "mirror")).readHead()).isOrdinary(404);
            Expect.answer(odd.send("nonsense\r\n\r\n").readHead()).isOrdinary(400).closes();
            odd.readToEnd();
            assertThat(odd.isClosedByPeer(Duration.ofSeconds(1))).isTrue();
        }
    }

    @Test
    void serverOfASingleHandlerDrains() throws IOException {
        ConnectionHandler.Blocking handler = connection -> {
            connection.output().write(connection.request().pathParameter("room").getBytes(ISO_8859_1));
            connection.input().transferTo(connection.output());
        };
        try (MemoryServer server = MemoryServer.handling("/lines/{room}", "lines/1", () -> handler); Wire wire = server.connect()) {
            Expect.answer(wire.send(Message.offering("/lines/tea", "lines/1")).readHead()).switchesTo("lines/1");
            assertThat(wire.readText(3)).isEqualTo("tea");
            server.drain(Duration.ofSeconds(5));
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }
}
