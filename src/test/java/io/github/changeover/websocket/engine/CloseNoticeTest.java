package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.CallbackExecutor;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.ConnectionMonitor;
import io.github.changeover.connection.DrainOptions;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.it.Frames;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.testkit.MemoryTransport;
import io.github.changeover.websocket.frames.OutgoingFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.glassfish.tyrus.core.frame.Frame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session must end while one of its callbacks runs for a long time. The client must receive exactly one Close frame. */
@Timeout(30)
class CloseNoticeTest {
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();
    private static final String EXPIRED = close(1008, "The validity period of this session is over.");
    private static volatile SessionAction during;

    private interface SessionAction {
        void run(Session session) throws Exception;
    }

    /** Performs the action of the test when it receives its first message. */
    public static final class ScriptedEndpoint extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                try {
                    during.run(session);
                } catch (Exception failure) {
                    HEARD.add(failure.toString());
                }
                HEARD.add("returned");
            });
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            HEARD.add("close " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    private final MemoryTransport transport = new MemoryTransport().withoutCallbacks();
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private final CallbackExecutor callbacks = CallbackExecutor.of(4, null, getClass().getClassLoader());
    private Duration closing = Duration.ofSeconds(20);
    private ApplicationResources application;
    private ConnectionMonitor monitor;
    private TransportConnection connection;

    CloseNoticeTest() {
        HEARD.clear();
    }

    @AfterEach
    void stop() {
        goesOn.countDown();
        connection.abort();
        monitor.close();
        application.close();
        callbacks.close();
    }

    private static String close(int code, String reason) {
        return "\u0088" + (char) (2 + reason.length()) + (char) (code >> 8) + (char) (code & 0xff) + reason;
    }

    private static String message(String text) {
        return new String(OutgoingFrame.text(text).bytes().array(), StandardCharsets.ISO_8859_1);
    }

    private static void expire(Session session) {
        session.getUserProperties().put(SessionExpiry.VALID_UNTIL, Instant.now());
    }

    private static void await(BooleanSupplier condition) {
        for (long until = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean(); LockSupport.parkNanos(200_000)) {
            if (System.nanoTime() - until > 0) throw new AssertionError("It has not become so within 10 s");
        }
    }

    private void awaitEnd(CloseCause.Kind kind) {
        await(() -> application.registry().closed(kind) == 1);
    }

    private void connect(Duration idle, WebSocketHandler handler) {
        ConnectionLimits limits = new ConnectionLimits(1 << 16, idle, Duration.ofSeconds(20), closing, Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ZERO, ConnectionLimits.ANY);
        application = new ApplicationResources(limits, callbacks, BlockingHandlerThreads.of(1, null), new MemoryBudget(MemoryBudget.defaultMax()), getClass().getClassLoader(),
                ApplicationResources.CallbackScope.NONE, ConnectionListener.NONE);
        monitor = new ConnectionMonitor(application.registry(), limits, getClass().getClassLoader());
        connection = new TransportConnection(application, MemoryConnection.request("/given", Map.of()), ProtocolToken.of("websocket"), EarlyData.DELIVER, handler, () -> { });
        transport.open(connection);
    }

    private void connect(Duration idle, boolean ours) throws Exception {
        connect(idle, SessionTimeoutsTest.handler(SessionTimeoutsTest.container(), ScriptedEndpoint.class, ours, SessionSettings.DEFAULT));
    }

    private void connect(Duration idle) throws Exception {
        connect(idle, true);
    }

    /** The endpoint performs this action in a callback, which then blocks until the test releases it. */
    private void blockInCallback(SessionAction action) {
        CountDownLatch begun = new CountDownLatch(1);
        during = session -> {
            action.run(session);
            begun.countDown();
            goesOn.await();
        };
        transport.peerSends(Frames.text("go"));
        await(() -> begun.getCount() == 0);
    }

    private void releaseCallback() {
        goesOn.countDown();
        await(() -> HEARD.stream().anyMatch(line -> line.startsWith("close")));
    }

    @ParameterizedTest(name = "expired: 1008 for the client and the endpoint, known version of Tyrus: {0}")
    @ValueSource(booleans = {true, false})
    void expiryClosesWith1008(boolean ours) throws Exception {
        connect(Duration.ZERO, ours);
        blockInCallback(CloseNoticeTest::expire);
        await(transport::outputEnded);
        assertThat(transport.text()).isEqualTo(EXPIRED);
        awaitEnd(CloseCause.Kind.EXPIRED);
        assertThat(HEARD).isEmpty();
        releaseCallback();
        assertThat(HEARD).containsExactly("returned", "close 1008 The validity period of this session is over.");
        assertThat(transport.text()).isEqualTo(EXPIRED);
    }

    @Test
    @DisplayName("Idle timeout: 1001 for the client, 1006 for the endpoint")
    void idleTimeoutClosesWith1001() throws Exception {
        connect(Duration.ofMillis(100));
        blockInCallback(session -> { });
        await(transport::outputEnded);
        assertThat(transport.text()).isEqualTo(close(1001, "Nothing was sent or received for 100 ms."));
        awaitEnd(CloseCause.Kind.IDLE);
        releaseCallback();
        assertThat(HEARD).containsExactly("returned", "close 1006 Nothing was sent or received for 100 ms.");
    }

    @ParameterizedTest(name = "the application drains, by stop(): {0}")
    @ValueSource(booleans = {true, false})
    void drainClosesWith1001(boolean stops) throws Exception {
        connect(Duration.ZERO);
        blockInCallback(session -> { });
        Thread ending = new Thread(() -> {
            if (stops) application.registry().stop(Duration.ZERO);
            else application.registry().drain(Duration.ZERO);
        });
        ending.start();
        ending.join();
        assertThat(transport.text()).isEqualTo(close(1001, "The server is closing the connection."));
        awaitEnd(CloseCause.Kind.DRAINED);
    }

    @Test
    @DisplayName("The Close frame has its time even for a client that reads nothing yet, also if the monitor closes")
    void monitorAllowsTheCloseFrameItsTime() throws Exception {
        connect(Duration.ZERO);
        blockInCallback(session -> { });
        transport.window(0);
        Thread ending = new Thread(() -> application.registry().drain(Duration.ofMillis(1)));
        ending.start();
        await(() -> connection.queued() > 0);
        long since = System.nanoTime();
        ending.join();
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThan(Duration.ofMillis(250));
    }

    @Test
    void drainByAnOperatorClosesWith1001() throws Exception {
        connect(Duration.ZERO);
        blockInCallback(session -> { });
        application.registry().startDraining(Duration.ZERO);
        awaitEnd(CloseCause.Kind.DRAINED);
        assertThat(transport.text()).isEqualTo(close(1001, "The server is closing the connection."));
    }

    private static final String RESTARTS = close(1012, "The server is restarting.");

    @Test
    void restartClosesWith1012() throws Exception {
        connect(Duration.ZERO);
        application.registry().startDraining(Duration.ofSeconds(10), true);
        await(transport::outputEnded);
        assertThat(transport.text()).isEqualTo(RESTARTS);
        await(() -> HEARD.contains("close 1012 The server is restarting."));
    }

    @ParameterizedTest(name = "a callback blocks, and the application restarts: by {0}")
    @ValueSource(strings = {"stop", "drain", "startDraining"})
    void restartDuringACallbackClosesWith1012(String how) throws Exception {
        connect(Duration.ZERO);
        application.registry().drainOptions(new DrainOptions(0, true));
        blockInCallback(session -> { });
        switch (how) {
            case "stop" -> application.registry().stop(Duration.ZERO);
            case "drain" -> application.registry().drain(Duration.ZERO);
            default -> application.registry().startDraining(Duration.ZERO);
        }
        awaitEnd(CloseCause.Kind.DRAINED);
        assertThat(transport.text()).isEqualTo(RESTARTS);
    }

    @Test
    void closeOfOneConnectionIsNotARestart() throws Exception {
        connect(Duration.ZERO);
        application.registry().drainOptions(new DrainOptions(0, true));
        connection.drain(CloseCause.of(CloseCause.Kind.LIFETIME, "a test"));
        await(transport::outputEnded);
        assertThat(transport.text()).isEqualTo(close(1001, "The server is closing the connection."));
    }

    @Test
    @DisplayName("Between fragments: the Close frame follows a complete fragment, and sends that wait for the rest fail")
    void closeBetweenFragmentsFollowsACompleteFragment() throws Exception {
        connect(Duration.ZERO);
        CompletableFuture<Future<Void>> waiting = new CompletableFuture<>();
        blockInCallback(session -> {
            session.getBasicRemote().sendText("1", false);
            waiting.complete(session.getAsyncRemote().sendText("later"));
            expire(session);
        });
        await(transport::outputEnded);
        assertThat(transport.text()).isEqualTo("\u0001\u00011" + EXPIRED);
        assertThatThrownBy(() -> waiting.get().get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    }

    @Test
    @DisplayName("A callback blocks in a send to a client that has read a part of a frame: the Close frame follows the complete frame")
    void closeDuringABlockedSendFollowsTheCompleteFrame() throws Exception {
        transport.window(10);
        connect(Duration.ZERO);
        String large = "a".repeat(1 << 17);
        CountDownLatch begun = new CountDownLatch(1);
        during = session -> {
            session.getBasicRemote().sendText(large);
            expire(session);
            begun.countDown();
            session.getBasicRemote().sendText(large);
        };
        transport.peerSends(Frames.text("go"));
        await(() -> begun.getCount() == 0);
        await(() -> !HEARD.isEmpty());      // the second send, which was waiting for room, has ended
        assertThat(HEARD.get(0)).contains("IOException");
        transport.peerReads(Long.MAX_VALUE);
        await(transport::outputEnded);
        assertThat(transport.text()).isEqualTo(message(large) + EXPIRED);
        awaitEnd(CloseCause.Kind.EXPIRED);
    }

    @Test
    @DisplayName("A client that reads nothing gets the usual close time, and no more")
    void closeForAClientThatReadsNothingIsTimeLimited() throws Exception {
        closing = Duration.ofMillis(300);
        transport.window(0);
        connect(Duration.ZERO);
        blockInCallback(CloseNoticeTest::expire);
        awaitEnd(CloseCause.Kind.STALLED);
        assertThat(transport.text()).isEmpty();
        assertThat(transport.aborts()).isPositive();
    }

    @Test
    @DisplayName("If the endpoint has closed before, its Close frame is the only one")
    void closeOfTheEndpointIsTheOnlyCloseFrame() throws Exception {
        connect(Duration.ofMillis(100));
        blockInCallback(session -> {
            session.close(new CloseReason(CloseCodes.NORMAL_CLOSURE, "bye"));
            expire(session);
        });
        releaseCallback();
        awaitEnd(CloseCause.Kind.HANDLER);
        assertThat(transport.text()).isEqualTo(close(1000, "bye"));
    }

    @Test
    @DisplayName("If the endpoint closes and sends afterwards, nothing follows the Close frame")
    void nothingFollowsTheCloseFrame() throws Exception {
        connect(Duration.ZERO);
        during = session -> {
            expire(session);
            await(transport::outputEnded);
            session.close(new CloseReason(CloseCodes.NORMAL_CLOSURE, "bye"));
        };
        transport.peerSends(Frames.text("go"));
        await(() -> HEARD.size() == 2);
        assertThat(transport.text()).isEqualTo(EXPIRED);
        assertThat(HEARD).containsExactly("returned", "close 1000 bye");
    }

    /** Reverses payloads and records the threads on which it runs. */
    private static final class ReversingExtension extends ExtensionStub {
        private final List<String> threads = new CopyOnWriteArrayList<>();

        ReversingExtension() {
            super("turning");
        }

        @Override
        public Frame processOutgoing(ExtensionContext context, Frame frame) {
            threads.add(Thread.currentThread().getName());
            byte[] payload = new StringBuilder(new String(frame.getPayloadData(), StandardCharsets.ISO_8859_1)).reverse().toString().getBytes(StandardCharsets.ISO_8859_1);
            return Frame.builder(frame).payloadData(payload).build();
        }
    }

    @Test
    @DisplayName("If an extension of the application processes frames, it gets the Close frame, on a thread of the application")
    void closeFramePassesThroughExtensions() throws Exception {
        ReversingExtension turning = new ReversingExtension();
        connect(Duration.ofMillis(100), ExtensionChainTest.handler(ScriptedEndpoint.class, turning));
        blockInCallback(session -> { });
        await(transport::outputEnded);
        String frame = close(1001, "Nothing was sent or received for 100 ms.");
        String payload = frame.substring(2);
        assertThat(transport.text()).isEqualTo(frame.substring(0, 2) + new StringBuilder(payload).reverse());
        assertThat(turning.threads).hasSize(1).noneMatch(name -> name.startsWith("changeover-housekeeping"));
    }
}
