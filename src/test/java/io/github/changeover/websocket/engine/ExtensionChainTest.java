package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.websocket.HandshakePolicy;
import io.github.changeover.websocket.ObservedSession;
import io.github.changeover.websocket.SameOrigin;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.Compression;
import io.github.changeover.websocket.frames.DeflaterPool;
import io.github.changeover.websocket.frames.FrameExtensions;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.glassfish.tyrus.core.extension.ExtendedExtension;
import org.glassfish.tyrus.core.frame.Frame;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Extensions of the application that throw exceptions, block, or never return. */
@DisplayName("Issue 12, item 3: a failing extension of the application affects only its own messages")
@Timeout(60)
class ExtensionChainTest {
    private static final DeflaterPool POOL = new DeflaterPool();
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();
    private static final SessionTimer TIMER = new SessionTimer(ForkJoinPool.commonPool());
    private static volatile Session session;

    /** Makes its session available to the test. */
    public static final class SessionCapturingEndpoint extends Endpoint {
        @Override
        public void onOpen(Session opened, EndpointConfig config) {
            session = opened;
        }
    }

    /** Throws an exception for frames that contain "bad". */
    private static class FailingExtension extends ExtensionStub {
        FailingExtension() {
            super("fussy");
        }

        @Override
        public Frame processOutgoing(ExtensionContext context, Frame frame) {
            if (new String(frame.getPayloadData(), StandardCharsets.UTF_8).equals("bad")) throw new IllegalStateException("in a test");
            if (new String(frame.getPayloadData(), StandardCharsets.UTF_8).equals("absent")) throw new NoClassDefFoundError("in a test");
            return frame;
        }

        @Override
        public void destroy(ExtensionContext context) {
            HEARD.add("destroyed");
        }
    }

    private static final class RecordingExtension implements WebSocketListener {
        @Override
        public void messageOut(ObservedSession observed, boolean text, int bytes, boolean last) {
            HEARD.add("out " + bytes + " " + last);
        }
    }

    @BeforeEach
    void clear() {
        HEARD.clear();
    }

    static WebSocketHandler handler(Class<? extends Endpoint> endpoint, ExtendedExtension extension) throws Exception {
        TyrusHandshake upgrade = MessageReaderTest.upgrade(ServerEndpointConfig.Builder.create(endpoint, "/given").build());
        upgrade.chain().use(List.of(extension));
        return handler(upgrade);
    }

    private static WebSocketHandler handler(TyrusHandshake upgrade) {
        return new WebSocketHandler(upgrade, TyrusHandshake.Sessions.KNOWN, Optional.empty(),
                new WebSocketLibrary.WebSocketSettings(SameOrigin.only(), HandshakePolicy.NOTHING, Compression.DEFAULT, 1 << 20, 1 << 20, SessionSettings.DEFAULT),
                new WebSocketHandler.Shared(POOL, null, Runnable::run, ForkJoinPool.commonPool(), () -> TIMER, SessionObserver.Listeners.of(List.of(new RecordingExtension()))), 0);
    }

    private static String hex(MemoryConnection connection) {
        return HexFormat.of().formatHex(connection.sent());
    }

    @Test
    void failedMessageDoesNotAffectOthers() throws Exception {
        try (MemoryConnection connection = MemoryConnection.of(handler(SessionCapturingEndpoint.class, new FailingExtension()))) {
            assertThatThrownBy(() -> session.getBasicRemote().sendText("bad")).hasRootCauseMessage("in a test");
            session.getBasicRemote().sendText("ok");
            session.getBasicRemote().sendText("a", false);
            session.getBasicRemote().sendText("b", true);
            assertThat(hex(connection)).isEqualTo("81026f6b" + "010161" + "800162");
            assertThat(HEARD).containsExactly("out 2 true", "out 1 false", "out 1 true");
            assertThat(session.isOpen()).isTrue();
        }
    }

    @Test
    void errorIsHandledAsAnException() throws Exception {
        try (MemoryConnection connection = MemoryConnection.of(handler(SessionCapturingEndpoint.class, new FailingExtension()))) {
            assertThatThrownBy(() -> session.getBasicRemote().sendText("absent")).hasRootCauseInstanceOf(NoClassDefFoundError.class);
            assertThatThrownBy(() -> session.getAsyncRemote().sendText("absent").get(5, TimeUnit.SECONDS)).hasRootCauseInstanceOf(NoClassDefFoundError.class);
            session.getBasicRemote().sendText("ok");
            assertThat(hex(connection)).isEqualTo("81026f6b");
            assertThat(session.isOpen()).isTrue();
        }
    }

    @Test
    void failedFragmentClosesTheSession() throws Exception {
        for (Map.Entry<String, String> each : Map.of("first", "010161", "bad", "").entrySet()) {
            HEARD.clear();
            try (MemoryConnection connection = MemoryConnection.of(handler(SessionCapturingEndpoint.class, new FailingExtension()))) {
                boolean begins = each.getKey().equals("first");
                if (begins) session.getBasicRemote().sendText("a", false);
                assertThatThrownBy(() -> session.getBasicRemote().sendText("bad", false)).hasRootCauseMessage("in a test");
                assertThatThrownBy(() -> session.getBasicRemote().sendText("c", true)).isInstanceOf(Exception.class);
                String reason = "A fragment of a message could not be sent.";
                assertThat(hex(connection)).isEqualTo(each.getValue() + "882c03f3" + HexFormat.of().formatHex(reason.getBytes(StandardCharsets.US_ASCII)));
                assertThat(HEARD.stream().filter(line -> line.startsWith("out"))).hasSize(begins ? 1 : 0);
                assertThat(session.isOpen()).isFalse();
            }
        }
    }

    @Test
    void blockedSendDoesNotDelayIncomingFrames() throws Exception {
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        ExtensionChain chain = new ExtensionChain();
        chain.use(List.of(new FailingExtension() {
            @Override
            public Frame processOutgoing(ExtensionContext context, Frame frame) {
                sending.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
                return frame;
            }
        }));
        FrameExtensions.Frame frame = new FrameExtensions.Frame(0x81, new byte[] {'a'});
        // the common pool has only one thread on a machine with two processors
        CompletableFuture<Void> sends = CompletableFuture.runAsync(() -> chain.outgoing(frame), task -> new Thread(task).start());
        sending.await();
        assertThat(CompletableFuture.supplyAsync(() -> chain.incoming(frame)).get(5, TimeUnit.SECONDS)).isNotNull();
        goesOn.countDown();
        sends.get(5, TimeUnit.SECONDS);
    }

    @Test
    void deferredMessageIsProcessedOnAThreadOfTheApplication() throws Exception {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        MemoryConnection connection = MemoryConnection.slow(handler(SessionCapturingEndpoint.class, new FailingExtension() {
            @Override
            public Frame processOutgoing(ExtensionContext context, Frame frame) {
                threads.add(Thread.currentThread());
                return frame;
            }
        }), 1 << 20);
        try (connection) {
            session.getAsyncRemote().setSendTimeout(60_000);
            session.getAsyncRemote().sendText("a").isDone();
            Future<Void> deferred = session.getAsyncRemote().sendText("b");
            assertThat(threads).containsExactly(Thread.currentThread());
            connection.takes(Long.MAX_VALUE);
            deferred.get(5, TimeUnit.SECONDS);
            assertThat(threads).hasSize(2);
            assertThat(threads.get(1)).isNotEqualTo(Thread.currentThread());
            assertThat(hex(connection)).isEqualTo("810161" + "810162");
        }
    }

    private static TyrusHandshake upgrade(ServerEndpointConfig.Configurator configurator, ExtendedExtension... extensions) throws Exception {
        return MessageReaderTest.upgrade(ServerEndpointConfig.Builder.create(SessionCapturingEndpoint.class, "/given").extensions(List.of(extensions)).configurator(configurator).build(),
                new io.github.changeover.websocket.WebSocketExtension("fussy", List.of()));
    }

    @Test
    void negotiatedExtensionIsDestroyedIfNothingOpened() throws Exception {
        ServerEndpointConfig.Configurator throwing = new ServerEndpointConfig.Configurator() {
            @Override
            public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                throw new IllegalStateException("in a test");
            }
        };
        assertThatThrownBy(() -> upgrade(throwing, new FailingExtension())).isInstanceOf(Exception.class);
        assertThat(HEARD).as("the configurator threw").containsExactly("destroyed");
        HEARD.clear();

        ServerEndpointConfig.Configurator removing = new ServerEndpointConfig.Configurator() {
            @Override
            public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                response.getHeaders().remove("Sec-WebSocket-Extensions");
            }
        };
        TyrusHandshake without = upgrade(removing, new FailingExtension());
        assertThat(without.chain().isEmpty()).isTrue();
        without.chain().destroy();
        without.chain().destroy();
        assertThat(HEARD).as("it was removed from the response").containsExactly("destroyed");
        HEARD.clear();

        TyrusHandshake agreed = upgrade(new ServerEndpointConfig.Configurator(), new FailingExtension());
        assertThat(agreed.chain().isEmpty()).isFalse();
        new WebSocketHandler(agreed, Optional.empty(), null, null, 0).closed(null, CloseCause.of(CloseCause.Kind.HANDLER, "in a test"));
        assertThat(HEARD).as("the connection ended before it was opened").containsExactly("destroyed");
        HEARD.clear();

        TyrusHandshake abandoned = upgrade(new ServerEndpointConfig.Configurator(), new FailingExtension());
        assertThat(abandoned.chain().isKnown()).isTrue();
        abandoned.chain().abandon();
        abandoned.chain().abandon();
        assertThat(HEARD).as("the connection was never made").containsExactly("destroyed");
        HEARD.clear();

        TyrusHandshake opened = upgrade(new ServerEndpointConfig.Configurator(), new FailingExtension());
        try (MemoryConnection connection = MemoryConnection.of(handler(opened))) {
            opened.chain().abandon();
            assertThat(HEARD).as("after opening, the end of the socket does not release what a callback may use").isEmpty();
            session.getBasicRemote().sendText("ok");
            assertThat(hex(connection)).isEqualTo("81026f6b");
            HEARD.clear();
        }
        assertThat(HEARD).as("its end").containsExactly("destroyed");
    }
}
