package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.websocket.HandshakePolicy;
import io.github.changeover.websocket.SameOrigin;
import io.github.changeover.websocket.frames.Compression;
import io.github.changeover.websocket.frames.DeflaterPool;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An open session does not keep the objects of its handshake. */
@Timeout(60)
class OpenSessionMemoryTest {
    private static final int COLLECTIONS = 20;

    private record Opened(MemoryConnection connection, List<WeakReference<Object>> ofHandshake) {
    }

    private static Opened open() throws Exception {
        TyrusHandshake handshake = MessageReaderTest.upgrade(ServerEndpointConfig.Builder.create(MessageReaderTest.MessageEchoEndpoint.class, "/parrot").build());
        WebSocketLibrary.WebSocketSettings settings = new WebSocketLibrary.WebSocketSettings(SameOrigin.only(), HandshakePolicy.NOTHING, Compression.DEFAULT, 1000, 1000, SessionSettings.DEFAULT);
        WebSocketHandler handler = new WebSocketHandler(handshake, Optional.empty(), settings,
                new WebSocketHandler.Shared(new DeflaterPool(), null, Runnable::run, Runnable::run, () -> null, SessionObserver.Listeners.NONE), 0);
        MemoryConnection connection = MemoryConnection.of(handler);
        return new Opened(connection, List.of(new WeakReference<>(handshake.request()), new WeakReference<>(handshake.response()), new WeakReference<>(handshake.chain())));
    }

    @Test
    void requestResponseAndExtensionContextAreReleased() throws Exception {
        Opened opened = open();
        for (int i = 0; i < COLLECTIONS && opened.ofHandshake.stream().anyMatch(object -> object.get() != null); i++) System.gc();
        assertThat(opened.ofHandshake).allSatisfy(object -> assertThat(object.get()).isNull());
        opened.connection.receive(Frames.text("still open"));
        assertThat(new String(opened.connection.sent(), StandardCharsets.US_ASCII)).endsWith("still open");
        opened.connection.close();
    }
}
