package io.github.changeover.servlet.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.TrustAllTls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A TLS 1.3 engine after the handshake, as Grizzly sees it: it never reports a handshake, and no message of a handshake is lost. */
class HalfCloseTlsEngineTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private final ByteBuffer toServer = ByteBuffer.allocate(1 << 17).limit(0), toClient = ByteBuffer.allocate(1 << 17).limit(0);
    private SSLEngine client;
    private SSLEngine inner;
    private HalfCloseTlsEngine server;

    @BeforeEach
    void completeHandshake() throws Exception {
        inner = TestKeyStore.serverContext().createSSLEngine();
        inner.setUseClientMode(false);
        client = TrustAllTls.context().createSSLEngine("localhost", 443);
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {"TLSv1.3"});
        client.beginHandshake();
        inner.beginHandshake();
        for (int i = 0; i < 100 && !(isDone(client) && isDone(inner) && !toClient.hasRemaining()); i++) {
            step(client, toClient, toServer);
            step(inner, toServer, toClient);
        }
        assertThat(inner.getSession().getProtocol()).isEqualTo("TLSv1.3");
        server = new HalfCloseTlsEngine(inner);
    }

    private static boolean isDone(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) task.run();
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) wrap(engine, NOTHING, out);
        else if (in.hasRemaining()) unwrap(engine, in);
    }

    /** Writes one record. */
    private static void wrap(SSLEngine engine, ByteBuffer bytes, ByteBuffer out) throws SSLException {
        out.compact();
        try {
            assertThat(engine.wrap(bytes, out).getStatus()).isEqualTo(Status.OK);
        } finally {
            out.flip();
        }
    }

    /** Returns the application data of one record. */
    private static String unwrap(SSLEngine engine, ByteBuffer in) throws SSLException {
        ByteBuffer clear = ByteBuffer.allocate(1 << 15);
        assertThat(engine.unwrap(in, clear).getStatus()).isEqualTo(Status.OK);
        return StandardCharsets.US_ASCII.decode(clear.flip()).toString();
    }

    /** Encrypts all of the text, as Grizzly does. */
    private void serverSends(String text) throws SSLException {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
        while (bytes.hasRemaining()) wrap(server, bytes, toClient);
    }

    private String clientReads() throws SSLException {
        StringBuilder text = new StringBuilder();
        while (toClient.hasRemaining()) text.append(unwrap(client, toClient));
        return text.toString();
    }

    private void clientRequestsKeyUpdate() throws SSLException {
        client.beginHandshake();
        wrap(client, NOTHING, toServer);
    }

    private void serverReads32KeyUpdateRequests() throws SSLException {
        for (int i = 0; i < 32; i++) {
            clientRequestsKeyUpdate();
            unwrap(server, toServer);
        }
    }

    @Test
    @DisplayName("A ticket that becomes due behind the 101 goes out before the next bytes, and is no handshake")
    void sessionTicketIsNotReportedAsHandshake() throws SSLException {
        inner.getSession().putValue("anything", "a container keeps");        // makes the JDK send another ticket
        serverSends("101");
        assertThat(inner.getHandshakeStatus()).as("the engine's own").isEqualTo(HandshakeStatus.NEED_WRAP);
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        serverSends("first");
        assertThat(inner.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(clientReads()).isEqualTo("101first");
    }

    @Test
    @DisplayName("RFC 8446 section 4.6.3: the server's new keys go out before its next bytes, and are no handshake")
    void keyUpdateIsNotReportedAsHandshake() throws SSLException {
        clientRequestsKeyUpdate();
        assertThat(unwrap(server, toServer)).isEmpty();
        assertThat(inner.getHandshakeStatus()).as("the engine's own").isEqualTo(HandshakeStatus.NEED_WRAP);
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        serverSends("more");
        assertThat(clientReads()).isEqualTo("more");
        assertThat(inner.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    }

    @Test
    @DisplayName("Each demand for new keys keeps memory until the next bytes: of many in between the server takes no more")
    void tooManyKeyUpdatesAreRejected() throws SSLException {
        serverReads32KeyUpdateRequests();
        serverSends("answered");
        assertThat(clientReads()).isEqualTo("answered");
        serverReads32KeyUpdateRequests();
        clientRequestsKeyUpdate();
        assertThatThrownBy(() -> unwrap(server, toServer)).isInstanceOf(SSLException.class).hasMessageContaining("sent more than 32 key updates");
    }

    @Test
    @DisplayName("What comes behind a demand for new keys is no demand, however often a part of a record has to wait for the rest")
    void partialRecordsAreNotCountedAsKeyUpdates() throws SSLException {
        clientRequestsKeyUpdate();
        unwrap(server, toServer);
        for (int i = 0; i < 100; i++) {
            wrap(client, StandardCharsets.US_ASCII.encode("upload"), toServer);
            ByteBuffer part = toServer.duplicate().limit(toServer.position() + 10);
            assertThat(server.unwrap(part, ByteBuffer.allocate(1 << 15)).getStatus()).isEqualTo(Status.BUFFER_UNDERFLOW);
            assertThat(unwrap(server, toServer)).isEqualTo("upload");
        }
    }

    /** The client of the JDK cannot send that, so the test passes in the result that the engine would return. */
    @Test
    @DisplayName("Many demands for new keys in one record count as many")
    void keyUpdatesInOneRecordAreCounted() {
        assertThatThrownBy(() -> server.requireNoHandshake(new SSLEngineResult(Status.OK, HandshakeStatus.NEED_WRAP, 16_000, 0)))
                .isInstanceOf(SSLException.class).hasMessageContaining("sent more than 32 key updates");
    }

    /** The client of the JDK cannot start one, so the test passes in the result that the engine would return. */
    @Test
    @DisplayName("A handshake within TLS 1.3 is refused: until somebody went on with it the engine would neither read nor write")
    void renegotiationIsRejected() {
        assertThatThrownBy(() -> server.requireNoHandshake(new SSLEngineResult(Status.OK, HandshakeStatus.NEED_TASK, 100, 0)))
                .isInstanceOf(SSLException.class).hasMessageContaining("a TLS renegotiation");
    }

    @Test
    @DisplayName("close_notify goes out behind new keys that are due")
    void closeNotifyFollowsPendingKeyUpdateResponses() throws SSLException {
        serverReads32KeyUpdateRequests();
        ByteBuffer last = server.closeNotify();
        ByteBuffer clear = ByteBuffer.allocate(1 << 15);
        SSLEngineResult result = client.unwrap(last, clear);
        while (result.getStatus() == Status.OK && last.hasRemaining()) result = client.unwrap(last, clear);
        assertThat(result.getStatus()).isEqualTo(Status.CLOSED);
        assertThat(client.isInboundDone()).isTrue();
    }
}
