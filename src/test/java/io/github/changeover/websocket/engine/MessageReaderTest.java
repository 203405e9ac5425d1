package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.Frames;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.websocket.HandshakePolicy;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.SameOrigin;
import io.github.changeover.websocket.WebSocketExtension;
import io.github.changeover.websocket.frames.Compression;
import io.github.changeover.websocket.frames.DeflaterPool;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.OutgoingFrame;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.glassfish.tyrus.core.ComponentProviderService;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 6455 sections 5.4 to 5.6 below a session of Tyrus: with frames that Changeover creates, and with Tyrus' own frames if the version of Tyrus is
 * unknown.
 */
@Timeout(60)
class MessageReaderTest {
    private static final DeflaterPool POOL = new DeflaterPool();
    private static final int ROUNDS = 20_000;

    /** Sends back each message, and the message of each error. */
    public static final class MessageEchoEndpoint extends Endpoint {
        private static final ThreadLocal<Session> LAST = new ThreadLocal<>();

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            LAST.set(session);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> send(session, text));
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) bytes -> {
                try {
                    session.getBasicRemote().sendBinary(bytes);
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            });
        }

        private static void send(Session session, String text) {
            if (text.equals("fail")) throw new IllegalStateException("as it was told to");
            try {
                session.getBasicRemote().sendText(text);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        @Override
        public void onError(Session session, Throwable failure) {
            send(session, failure.getMessage());
            if (failure.getMessage().startsWith("as")) throw new IllegalArgumentException("onError fails as well");
        }
    }

    /** Returns Tyrus' response to a handshake. */
    static TyrusHandshake upgrade(ServerEndpointConfig config, WebSocketExtension... offered) throws Exception {
        TyrusServerContainer container = new TyrusServerContainer((Set<Class<?>>) null) {
            @Override
            public void register(Class<?> endpoint) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void register(ServerEndpointConfig config) {
                throw new UnsupportedOperationException();
            }

            @Override
            public WebSocketEngine getWebSocketEngine() {
                throw new UnsupportedOperationException();
            }

            public Map<String, Object> getProperties() {
                return Map.of();
            }
        };
        RequestContext request = RequestContext.Builder.create().requestURI(URI.create("/parrot")).parameterMap(new HashMap<>()).build();
        request.getHeaders().putAll(Map.of("Upgrade", List.of("websocket"), "Connection", List.of("Upgrade"), "Host", List.of("localhost"),
                "Sec-WebSocket-Key", List.of("dGhlIHNhbXBsZSBub25jZQ=="), "Sec-WebSocket-Version", List.of("13")));
        return TyrusEndpoint.of(TyrusEndpoint.Environment.of(container, "", 1 << 20, ComponentProviderService.create()), config)
                .handshake(request, new OpeningHandshake.AcceptedHandshake("", List.of(), Optional.empty(), List.of(offered), Optional.empty()));
    }

    private static MemoryConnection connection(boolean ours) throws Exception {
        return MemoryConnection.of(handler(ours));
    }

    /** As in a container: the result of a send does not run on a thread that sends. */
    private static final ExecutorService RESULTS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "results");
        thread.setDaemon(true);
        return thread;
    });

    private static final SessionTimer TIMER = new SessionTimer(RESULTS);

    private static WebSocketHandler handler(boolean ours) throws Exception {
        return handler(MessageEchoEndpoint.class, ours, 1 << 20);
    }

    /**
     * @param ours    whether the version of Tyrus is known
     * @param longest the largest size of a message in bytes
     */
    static WebSocketHandler handler(Class<? extends Endpoint> endpoint, boolean ours, int longest) throws Exception {
        return handler(endpoint, ours, longest, SessionSettings.DEFAULT, SessionObserver.Listeners.NONE);
    }

    /** @param sendMax the number of bytes that may wait for the client */
    static WebSocketHandler handler(Class<? extends Endpoint> endpoint, boolean ours, int longest, int sendMax) throws Exception {
        return handler(endpoint, ours, longest, sendMax, SessionSettings.DEFAULT, SessionObserver.Listeners.NONE);
    }

    static WebSocketHandler handler(Class<? extends Endpoint> endpoint, boolean ours, int longest, SessionSettings sessions, SessionObserver.Listeners listeners) throws Exception {
        return handler(endpoint, ours, longest, 16 << 20, sessions, listeners);
    }

    private static WebSocketHandler handler(Class<? extends Endpoint> endpoint, boolean ours, int longest, int sendMax, SessionSettings sessions,
                                            SessionObserver.Listeners listeners) throws Exception {
        TyrusHandshake upgrade = upgrade(ServerEndpointConfig.Builder.create(endpoint, "/parrot").build());
        WebSocketLibrary.WebSocketSettings terms = new WebSocketLibrary.WebSocketSettings(SameOrigin.only(), HandshakePolicy.NOTHING, Compression.DEFAULT, longest, sendMax, sessions);
        return new WebSocketHandler(upgrade, ours ? TyrusHandshake.Sessions.KNOWN : Optional.empty(), Optional.empty(), terms,
                new WebSocketHandler.Shared(POOL, null, RESULTS, RESULTS, () -> TIMER, listeners), 0);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void nullSubprotocolIsIgnored() throws Exception {
        ServerEndpointConfig springs = ServerEndpointConfig.Builder.create(MessageEchoEndpoint.class, "/parrot").subprotocols(Collections.singletonList(null)).build();
        assertThat(upgrade(springs)).isNotNull();
    }

    @Test
    void configurationOfNullsIsEmpty() throws Exception {
        ServerEndpointConfig nulls = (ServerEndpointConfig) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ServerEndpointConfig.class}, (proxy, method, given) ->
                switch (method.getName()) {
                    case "getEndpointClass" -> MessageEchoEndpoint.class;
                    case "getPath" -> "/parrot";
                    case "hashCode" -> 1;
                    case "equals" -> proxy == given[0];
                    default -> null;
                });
        TyrusHandshake upgrade = upgrade(nulls);
        assertThat(upgrade.subprotocol()).isEmpty();
        assertThat(upgrade.extensions().agreed()).isEmpty();
    }

    @Test
    void nullParametersThrow() {
        HttpToWebSocketUpgrade controller = new HttpToWebSocketUpgrade(null, null, null);
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(MessageEchoEndpoint.class, "/parrot").build();
        assertThatThrownBy(() -> controller.upgrade(null, null, config, Collections.singletonMap("room", null))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("room");
        assertThatThrownBy(() -> controller.upgrade(null, null, null, null)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("ServerEndpointConfig");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void messagesAreEchoedExactly(boolean ours) throws Exception {
        try (MemoryConnection connection = connection(ours)) {
            connection.receive(Frames.text("héllo"));
            assertThat(hex(connection.sent())).isEqualTo("8106" + hex(utf8("héllo")));
            connection.receive(Frames.of(0x82, new byte[] {0, -1, 7})).receive(Frames.of(0x81, new byte[0])).receive(Frames.of(0x82, new byte[0]));
            assertThat(hex(connection.sent())).endsWith("8203" + "00ff07" + "8100" + "8200");
            for (int length : new int[] {125, 126, 65535, 65536}) {
                int before = connection.sent().length;
                connection.receive(Frames.text("a".repeat(length)));
                String header = length < 126 ? "817d" : length < 65536 ? "817e" + String.format("%04x", length) : "817f" + String.format("%016x", length);
                assertThat(hex(connection.sent()).substring(2 * before)).as("length %d", length).isEqualTo(header + "61".repeat(length));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fragmentsWithControlFramesBetweenAreOneMessage(boolean ours) throws Exception {
        try (MemoryConnection connection = connection(ours)) {
            byte[] split = utf8("é");
            connection.receive(Frames.of(0x01, new byte[] {split[0]})).receive(Frames.of(0x89, utf8("?"))).receive(Frames.of(0x80, new byte[] {split[1]}));
            connection.receive(Frames.text("x"));
            assertThat(hex(connection.sent())).isEqualTo("8a013f" + "8102" + hex(split) + "810178");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closeIsAnsweredAndEndsTheConnection(boolean ours) throws Exception {
        try (MemoryConnection connection = connection(ours)) {
            connection.receive(Frames.close(1000, "bye"));
            assertThat(hex(connection.sent())).isEqualTo("880503e8" + hex(utf8("bye")));
            assertThat(connection.ended()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sessionContinuesAfterEndpointFailures(boolean ours) throws Exception {
        try (MemoryConnection connection = connection(ours)) {
            connection.receive(Frames.text("fail")).receive(Frames.text("more"));
            assertThat(hex(connection.sent())).isEqualTo("8111" + hex(utf8("as it was told to")) + "8104" + hex(utf8("more")));
        }
    }

    @Test
    void fragmentsAreSentAtOnceWithWholeCharacters() throws Exception {
        try (MemoryConnection connection = connection(true)) {
            Session session = MessageEchoEndpoint.LAST.get();
            session.getBasicRemote().sendText("a\ud83d", false);
            session.getBasicRemote().sendText("", false);
            session.getBasicRemote().sendText("\ude00b", true);
            session.getBasicRemote().sendText("whole");
            session.getBasicRemote().sendBinary(ByteBuffer.wrap(new byte[] {1}), false);
            session.getBasicRemote().sendBinary(ByteBuffer.wrap(new byte[] {2, 3}), true);
            assertThat(hex(connection.sent())).isEqualTo("010161" + "0000" + "8005f09f988062" + "8105" + hex(utf8("whole")) + "020101" + "80020203");
        }
    }

    @Test
    void messageWaitsForTheEndOfFragments() throws Exception {
        try (MemoryConnection connection = connection(true)) {
            Session session = MessageEchoEndpoint.LAST.get();
            session.getBasicRemote().sendText("1", false);
            CompletableFuture<Void> whole = CompletableFuture.runAsync(() -> MessageEchoEndpoint.send(session, "whole"));
            assertThatThrownBy(() -> whole.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            session.getBasicRemote().sendText("2", true);
            whole.get(5, TimeUnit.SECONDS);
            assertThat(hex(connection.sent())).isEqualTo("010131" + "800132" + "8105" + hex(utf8("whole")));
        }
    }

    @Test
    void messageBetweenFragmentsOfTheSameThreadThrows() throws Exception {
        try (MemoryConnection connection = connection(true)) {
            Session session = MessageEchoEndpoint.LAST.get();
            session.getBasicRemote().sendText("1", false);
            assertThatThrownBy(() -> session.getBasicRemote().sendText("whole")).hasMessageContaining("send its last fragment");
            session.getBasicRemote().sendText("2", true);
            assertThat(hex(connection.sent())).isEqualTo("010131" + "800132");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asynchronousSendsReportTheirResults(boolean ours) throws Exception {
        try (MemoryConnection connection = connection(ours)) {
            Session session = MessageEchoEndpoint.LAST.get();
            List<SendResult> results = new CopyOnWriteArrayList<>();
            session.getAsyncRemote().sendText("1", results::add);
            session.getAsyncRemote().sendBinary(ByteBuffer.wrap(new byte[] {2}), results::add);
            session.getAsyncRemote().sendText("3").get(5, TimeUnit.SECONDS);
            awaitSize(results, 2);
            assertThat(results).hasSize(2).allMatch(SendResult::isOK);
            assertThat(hex(connection.sent())).isEqualTo("810131" + "820102" + "810133");
            connection.reset();
            assertThatThrownBy(() -> session.getAsyncRemote().sendText("4").get(5, TimeUnit.SECONDS)).isInstanceOfAny(ExecutionException.class, RuntimeException.class);
        }
    }

    @Test
    void closingAWriterOrStreamEndsTheMessage() throws Exception {
        try (MemoryConnection connection = connection(true)) {
            Session session = MessageEchoEndpoint.LAST.get();
            try (java.io.Writer writer = session.getBasicRemote().getSendWriter()) {
                writer.write("a\ud83d");
                writer.flush();
            }
            session.getBasicRemote().getSendWriter().close();
            try (OutputStream stream = session.getBasicRemote().getSendStream()) {
                stream.write(new byte[] {1, 2});
            }
            session.getBasicRemote().sendText("whole");
            String sent = hex(connection.sent());
            assertThat(sent).startsWith("010161" + "80013f").endsWith("8105" + hex(utf8("whole")));
            assertThat(sent).contains("80013f" + "8100" + "02020102" + "8000");
        }
    }

    @Test
    void startedSendCannotBeCancelled() throws Exception {
        try (MemoryConnection connection = MemoryConnection.slow(handler(true), 1)) {
            Future<Void> sent = MessageEchoEndpoint.LAST.get().getAsyncRemote().sendText("x");
            assertThat(sent.cancel(true)).isFalse();
            assertThat(sent.isCancelled()).isFalse();
            assertThat(hex(connection.takes(3).sent())).isEqualTo("810178");
            sent.get(5, TimeUnit.SECONDS);
        }
    }

    /**
     * A fragment waits for room in the queue, and incoming frames wait during this time. When the fragment is in the queue, the frames are
     * read, on any thread.
     */
    @Test
    void noFrameIsSentBetweenFragmentsAfterAWait() throws Exception {
        try (MemoryConnection connection = MemoryConnection.slow(handler(true), 3)) {
            Session session = MessageEchoEndpoint.LAST.get();
            session.getBasicRemote().sendText("abcdef", false);
            connection.receive(Frames.of(0x89, utf8("?"))).receive(Frames.text("x"));
            assertThat(connection.unread()).isPositive();
            CompletableFuture<Void> last = CompletableFuture.runAsync(() -> {
                try {
                    session.getBasicRemote().sendText("ghijkl", true);
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            });
            assertThatThrownBy(() -> last.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            connection.takes(1000);
            last.get(5, TimeUnit.SECONDS);
            assertThat(hex(connection.peer().readExactly(22))).isEqualTo("0106" + hex(utf8("abcdef")) + "8a013f" + "8006" + hex(utf8("ghijkl")) + "810178");
        }
    }

    @Test
    void closeIsSentBeforeSendsThatWaitForRoom() throws Exception {
        String first = "a".repeat(40);
        try (MemoryConnection connection = MemoryConnection.slow(handler(true), 20)) {
            Session session = MessageEchoEndpoint.LAST.get();
            session.getBasicRemote().sendText(first);
            CompletableFuture<Void> late = CompletableFuture.runAsync(() -> MessageEchoEndpoint.send(session, "late".repeat(10)));
            assertThatThrownBy(() -> late.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            session.close();
            assertThatThrownBy(() -> late.get(5, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
            assertThat(hex(connection.takes(1000).sent())).isEqualTo("8128" + hex(utf8(first)) + "880203e8");
        }
    }

    /** The connection monitor sends a Close frame to an idle client. It must not wait for one client. */
    @Test
    @Timeout(10)
    void closeFrameNeedsNoRoom() throws Exception {
        try (MemoryConnection connection = MemoryConnection.slow(handler(true), 3)) {
            Session session = MessageEchoEndpoint.LAST.get();
            session.getBasicRemote().sendText("abcdef");
            session.close();
            assertThat(hex(connection.takes(1000).end().sent())).isEqualTo("8106" + hex(utf8("abcdef")) + "880203e8");
            assertThat(connection.ended()).isPresent();
        }
    }

    /** A callback for the result of a send on one session sends on another session, and vice versa at the same time. */
    @Test
    void completionOfASendHoldsNoLock() throws Exception {
        try (MemoryConnection one = connection(true)) {
            Session first = MessageEchoEndpoint.LAST.get();
            try (MemoryConnection other = connection(true)) {
                Session second = MessageEchoEndpoint.LAST.get();
                CompletableFuture<Void> there = CompletableFuture.runAsync(() -> sendCrosswise(first, second));
                CompletableFuture<Void> back = CompletableFuture.runAsync(() -> sendCrosswise(second, first));
                CompletableFuture.allOf(there, back).get(30, TimeUnit.SECONDS);
                await(() -> one.sent().length + other.sent().length == 2 * 2 * ROUNDS * 3);
            }
        }
    }

    private static void awaitSize(List<?> list, int size) {
        await(() -> list.size() == size);
    }

    private static void await(BooleanSupplier condition) {
        for (long until = System.nanoTime() + 20_000_000_000L; !condition.getAsBoolean(); LockSupport.parkNanos(500_000)) {
            if (System.nanoTime() - until > 0) throw new AssertionError("It has not become so within 20 s");
        }
    }

    private static void sendCrosswise(Session from, Session to) {
        for (int i = 0; i < ROUNDS; i++) {
            from.getAsyncRemote().sendText("a", told -> to.getAsyncRemote().sendText("b", toldToo -> { }));
        }
    }

    /** RFC 6455 section 5.5.1. Another thread may be sending while a Close frame is sent. */
    @Test
    void noFrameFollowsACloseFrame() {
        List<Throwable> failures = new ArrayList<>();
        try (MemoryConnection connection = MemoryConnection.of((ConnectionHandler.Events) (open, bytes) -> { })) {
            FrameSender sender = new FrameSender(connection.connection(), new FrameWriter(Optional.empty(), POOL), () -> false, RESULTS, Runnable::run, reason -> { });
            TyrusWriter writer = new TyrusWriter(sender, new AsynchronousSends(sender, connection.connection(), 16 << 20, RESULTS, () -> TIMER));
            writer.write(ByteBuffer.wrap(new byte[] {(byte) 0x88, 0}), null);
            writer.write(OutgoingFrame.text("late").bytes(), new CompletionHandler<>() {
                @Override
                public void failed(Throwable failure) {
                    failures.add(failure);
                }
            });
            assertThat(hex(connection.sent())).isEqualTo("8800");
            assertThat(failures).singleElement().isInstanceOf(IOException.class);
        }
    }
}
