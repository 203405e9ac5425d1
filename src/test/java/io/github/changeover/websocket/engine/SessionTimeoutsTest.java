package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.websocket.HandshakePolicy;
import io.github.changeover.websocket.ObservedSession;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.SameOrigin;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.Compression;
import io.github.changeover.websocket.frames.DeflaterPool;
import jakarta.servlet.ServletContext;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.glassfish.tyrus.core.ComponentProviderService;
import org.glassfish.tyrus.core.RequestContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timeouts, listeners and the message rate in sessions of Changeover: if the version of Tyrus is known, and if it is unknown. */
class SessionTimeoutsTest {
    private static final DeflaterPool POOL = new DeflaterPool();
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();

    /** Sets the timeout that its messages contain. */
    public static final class TimeoutSettingEndpoint extends Endpoint {
        private static Session last;

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            HEARD.add("open");
            last = session;
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                HEARD.add("message");
                if (text.startsWith("idle ")) session.setMaxIdleTimeout(Long.parseLong(text.substring(5)));
                try {
                    session.getBasicRemote().sendText(text);
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            });
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            HEARD.add("close " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    /** Receives partial messages. */
    public static final class PartialEndpoint extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Partial<String>) (text, last) -> HEARD.add(text.length() + " " + last));
        }
    }

    private final EndpointContainer container = container();

    @BeforeEach
    void clear() {
        HEARD.clear();
    }

    static EndpointContainer container() {
        Map<String, Object> attributes = new HashMap<>();
        ServletContext context = (ServletContext) Proxy.newProxyInstance(SessionTimeoutsTest.class.getClassLoader(), new Class<?>[] {ServletContext.class}, (proxy, method, given) ->
                switch (method.getName()) {
                    case "getContextPath" -> "";
                    case "setAttribute" -> attributes.put((String) given[0], given[1]);
                    case "getAttribute" -> attributes.get((String) given[0]);
                    case "addListener" -> null;
                    default -> throw new UnsupportedOperationException(method.toString());
                });
        EndpointContainer.install(Set.of(), context);
        return ContainerAttribute.ours(context).orElseThrow();
    }

    private WebSocketHandler handler(boolean ours, SessionSettings sessions, WebSocketListener... listeners) throws Exception {
        return handler(container, TimeoutSettingEndpoint.class, ours, sessions, listeners);
    }

    static WebSocketHandler handler(EndpointContainer container, Class<? extends Endpoint> endpoint, boolean ours, SessionSettings sessions, WebSocketListener... listeners) throws Exception {
        container.runOn(Runnable::run, () -> () -> () -> { }, () -> () -> { });
        RequestContext request = RequestContext.Builder.create().requestURI(URI.create("/timed")).parameterMap(new HashMap<>()).build();
        request.getHeaders().putAll(Map.of("Upgrade", List.of("websocket"), "Connection", List.of("Upgrade"), "Host", List.of("localhost"),
                "Sec-WebSocket-Key", List.of("dGhlIHNhbXBsZSBub25jZQ=="), "Sec-WebSocket-Version", List.of("13")));
        TyrusHandshake upgrade = TyrusEndpoint.of(TyrusEndpoint.Environment.of(container, "", 1 << 20, ComponentProviderService.create()), ServerEndpointConfig.Builder.create(endpoint, "/timed").build())
                .handshake(request, new OpeningHandshake.AcceptedHandshake("", List.of(), Optional.empty(), List.of(), Optional.empty()));
        return new WebSocketHandler(upgrade, ours ? TyrusHandshake.Sessions.KNOWN : Optional.empty(), Optional.empty(),
                new WebSocketLibrary.WebSocketSettings(SameOrigin.only(), HandshakePolicy.NOTHING, Compression.DEFAULT, 1 << 20, 1 << 20, sessions),
                new WebSocketHandler.Shared(POOL, null, Runnable::run, container.getExecutorService(), () -> null, SessionObserver.Listeners.of(List.of(listeners))), 0);
    }

    private static Duration idleTime(MemoryConnection connection) {
        return ((AdvancedConnection) connection.connection()).idleTime();
    }

    private static String hex(MemoryConnection connection) {
        return HexFormat.of().formatHex(connection.sent());
    }

    private static String close(int code, String reason) {
        byte[] words = reason.getBytes();
        return "88" + HexFormat.of().toHexDigits((byte) (2 + words.length)) + HexFormat.of().toHexDigits((short) code) + HexFormat.of().formatHex(words);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("W10: the idle timeout that a session sets is that of its connection, also if it is zero or negative")
    void sessionSetsTheIdleTimeOfItsConnection(boolean ours) throws Exception {
        try (MemoryConnection connection = MemoryConnection.of(handler(ours, SessionSettings.DEFAULT))) {
            assertThat(TimeoutSettingEndpoint.last.getMaxIdleTimeout()).isZero();
            assertThat(idleTime(connection)).isZero();
            connection.receive(Frames.text("idle 5000"));
            assertThat(idleTime(connection)).isEqualTo(Duration.ofSeconds(5));
            TimeoutSettingEndpoint.last.setMaxIdleTimeout(-1);
            assertThat(idleTime(connection)).isZero();
            assertThat(TimeoutSettingEndpoint.last.getMaxIdleTimeout()).isEqualTo(-1);
            TimeoutSettingEndpoint.last.setMaxIdleTimeout(7000);
            connection.receive(Frames.text("a message that begins it anew"));
            assertThat(idleTime(connection)).isEqualTo(Duration.ofSeconds(7));
            TimeoutSettingEndpoint.last.setMaxIdleTimeout(0);
            assertThat(idleTime(connection)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("W10: ServerContainer.setDefaultMaxSessionIdleTimeout is the initial value of later sessions")
    void defaultIdleTimeAppliesToNewSessions(boolean ours) throws Exception {
        try (MemoryConnection before = MemoryConnection.of(handler(ours, SessionSettings.DEFAULT))) {
            container.setDefaultMaxSessionIdleTimeout(9000);
            assertThat(container.getDefaultMaxSessionIdleTimeout()).isEqualTo(9000);
            try (MemoryConnection after = MemoryConnection.of(handler(ours, SessionSettings.DEFAULT))) {
                assertThat(TimeoutSettingEndpoint.last.getMaxIdleTimeout()).isEqualTo(9000);
                assertThat(idleTime(after)).isEqualTo(Duration.ofSeconds(9));
            }
            assertThat(idleTime(before)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("W10: an idle session is closed with 1001 for its client and 1006 for its endpoint, in both integrations of Tyrus")
    void idleSessionIsClosed(boolean ours) throws Exception {
        WebSocketHandler handler = handler(ours, SessionSettings.DEFAULT);
        try (MemoryConnection connection = MemoryConnection.of(handler)) {
            connection.connection().execute(() -> handler.idle(connection.connection()));
            assertThat(hex(connection)).isEqualTo(close(1001, "Nothing was sent or received for 0 ms."));
            connection.receive(Frames.close(1001, ""));
            assertThat(connection.ended()).contains(CloseCause.Kind.HANDLER);
            assertThat(HEARD).containsExactly("open", "close 1006 Nothing was sent or received for 0 ms.");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void expiredAndUnansweredSessionsAreClosed(boolean ours) throws Exception {
        for (Map.Entry<CloseCause.Kind, String> each : Map.of(CloseCause.Kind.EXPIRED, close(1008, "The validity period of this session is over."),
                CloseCause.Kind.UNANSWERED, close(1001, "Nothing was received for 20000 ms after a Ping (changeover.websocket.pong).")).entrySet()) {
            WebSocketHandler handler = handler(ours, SessionSettings.DEFAULT);
            try (MemoryConnection connection = MemoryConnection.of(handler)) {
                connection.connection().execute(() -> handler.rejected(connection.connection(), CloseCause.of(each.getKey(), "in a test")));
                assertThat(hex(connection)).isEqualTo(each.getValue());
            }
        }
        assertThat(HEARD.stream().filter(line -> line.startsWith("close")).map(line -> line.substring(0, 10))).containsExactlyInAnyOrder("close 1008", "close 1006");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tooManyMessagesCloseTheSession(boolean ours) throws Exception {
        try (MemoryConnection connection = MemoryConnection.of(handler(ours, new SessionSettings(Duration.ZERO, Duration.ofSeconds(20), 2)))) {
            byte[] one = Frames.text("x");
            connection.receive(one).receive(one).receive(one).receive(one);
            assertThat(hex(connection)).isEqualTo("810178".repeat(2) + close(1008, "More than 2 messages in a second (changeover.websocket.messages.max)."));
            assertThat(HEARD.stream().filter("message"::equals)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void smallFragmentsForAPartialHandlerAreCounted(boolean ours) throws Exception {
        byte[] small = Frames.of(0x00, new byte[1]);
        try (MemoryConnection connection = MemoryConnection.of(handler(container, PartialEndpoint.class, ours, new SessionSettings(Duration.ZERO, Duration.ofSeconds(20), 3)))) {
            connection.receive(Frames.of(0x01, new byte[1]));
            for (int i = 0; i < 5; i++) connection.receive(small);
            assertThat(hex(connection)).isEqualTo(close(1008, "More than 3 messages in a second (changeover.websocket.messages.max)."));
            assertThat(HEARD).containsExactly("1 false", "1 false", "1 false");
        }
        HEARD.clear();
        try (MemoryConnection connection = MemoryConnection.of(handler(container, PartialEndpoint.class, ours, new SessionSettings(Duration.ZERO, Duration.ofSeconds(20), 3)))) {
            for (int i = 0; i < 3; i++) {
                connection.receive(Frames.of(0x01, new byte[5000]));
                for (int j = 0; j < 20; j++) connection.receive(Frames.of(0x00, new byte[1024]));
                connection.receive(Frames.of(0x80, new byte[1]));
            }
            assertThat(hex(connection)).as("three long messages").isEmpty();
            assertThat(HEARD).hasSize(66);
        }
    }

    /** Records all calls, so that the test can check their order relative to the endpoint's calls. */
    private static final class RecordingSessionListener implements WebSocketListener {
        @Override
        public void opened(ObservedSession session) {
            session.attach(String.class, "kept");
            HEARD.add("opened " + session.handshake().path() + " " + session.subprotocol());
        }

        @Override
        public Runnable messageIn(ObservedSession session, boolean text, int bytes, boolean last) {
            HEARD.add("in " + text + " " + bytes + " " + last);
            return () -> HEARD.add("returned");
        }

        @Override
        public void messageOut(ObservedSession session, boolean text, int bytes, boolean last) {
            HEARD.add("out " + text + " " + bytes + " " + last);
        }

        @Override
        public void closed(ObservedSession session, int code, String reason) {
            HEARD.add("closed " + code + " " + reason + " " + session.attached(String.class));
        }
    }

    /** Throws an exception in every method. */
    private static final class FailingListener implements WebSocketListener {
        @Override
        public void opened(ObservedSession session) {
            throw new IllegalStateException("in a test");
        }

        @Override
        public Runnable messageIn(ObservedSession session, boolean text, int bytes, boolean last) {
            return () -> {
                throw new IllegalStateException("in a test");
            };
        }

        @Override
        public void messageOut(ObservedSession session, boolean text, int bytes, boolean last) {
            throw new IllegalStateException("in a test");
        }

        @Override
        public void closed(ObservedSession session, int code, String reason) {
            throw new IllegalStateException("in a test");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void listenersAreCalledAroundTheEndpointAndMayFail(boolean ours) throws Exception {
        try (MemoryConnection connection = MemoryConnection.of(handler(ours, SessionSettings.DEFAULT, new FailingListener(), new RecordingSessionListener()))) {
            connection.receive(Frames.text("héllo")).receive(Frames.of(0x89, new byte[0])).receive(Frames.close(1000, "bye")).end();
            assertThat(connection.ended()).isPresent();
        }
        assertThat(HEARD).containsExactly("opened /memory ", "open", "in true 6 true", "message", "out true 6 true", "returned", "close 1000 bye", "closed 1000 bye kept");
    }

    @Test
    void lostConnectionIsReportedAs1006() throws Exception {
        try (MemoryConnection connection = MemoryConnection.of(handler(true, SessionSettings.DEFAULT, new RecordingSessionListener()))) {
            connection.reset();
            assertThat(connection.ended()).isPresent();
        }
        assertThat(HEARD).last().isEqualTo("closed 1006  kept");
    }

    @Test
    void stoppedContainerStartsNoTimer() {
        container.stop();
        assertThat(container.timer().isShutdown()).isTrue();
        assertThat(container.timer()).isSameAs(container.timer());
    }
}
