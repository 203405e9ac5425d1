package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.Frames;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.websocket.frames.OutgoingFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The results of messages from {@code getAsyncRemote()} if the client receives them late, in parts, or never. */
@Timeout(60)
class AsynchronousSendTest {
    private static final int MOST = 1000;
    private static final AtomicReference<Session> OPENED = new AtomicReference<>();
    private static volatile Consumer<String> during = text -> { };
    private final List<SendResult> results = new CopyOnWriteArrayList<>();
    private MemoryConnection connection;
    private Session session;

    /** Makes its session and its messages available to the test. */
    public static final class SendingEndpoint extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            OPENED.set(session);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> during.accept(text));
        }
    }

    @BeforeEach
    void begin() {
        during = text -> { };
    }

    @AfterEach
    void end() {
        if (connection != null) connection.close();
    }

    /** Connects a client that receives nothing until the test allows it. */
    private void connect(boolean ours, int most) throws Exception {
        connection = MemoryConnection.slow(MessageReaderTest.handler(SendingEndpoint.class, ours, 1 << 20, most), 1 << 20);
        session = OPENED.get();
    }

    /** Returns the bytes that the client has received, each as one character. */
    private String receivedHex() {
        return connection.text();
    }

    private static String message(String text) {
        return new String(OutgoingFrame.text(text).bytes().array(), StandardCharsets.ISO_8859_1);
    }

    private static String close(int code, String reason) {
        return "\u0088" + (char) (2 + reason.length()) + (char) (code >> 8) + (char) (code & 0xff) + reason;
    }

    private Throwable failure(Future<?> sent) throws Exception {
        try {
            sent.get(5, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException failed) {
            return failed.getCause();
        }
    }

    private SendResult result() throws Exception {
        for (long until = System.nanoTime() + 5_000_000_000L; results.isEmpty(); ) {
            if (System.nanoTime() > until) throw new TimeoutException("no result");
            Thread.onSpinWait();
        }
        return results.remove(0);
    }

    private void receiveAll() {
        connection.takes(Long.MAX_VALUE);
    }

    @ParameterizedTest(name = "W9: one send beyond the limit fails alone, known version of Tyrus: {0}")
    @ValueSource(booleans = {true, false})
    void sendBeyondTheLimitFails(boolean ours) throws Exception {
        connect(ours, MOST);
        String long600 = "a".repeat(600);
        Future<Void> first = session.getAsyncRemote().sendText(long600);
        assertThat(failure(session.getAsyncRemote().sendText(long600))).isInstanceOf(IOException.class)
                .hasMessageContaining("changeover.websocket.send.max").hasMessageContaining("1000").hasMessageContaining("604");
        session.getAsyncRemote().sendText(long600, results::add);
        SendResult refused = result();
        assertThat(refused.isOK()).isFalse();
        assertThat(refused.getException()).isInstanceOf(IOException.class).hasMessageContaining("changeover.websocket.send.max");
        Future<Void> fits = session.getAsyncRemote().sendText("fits");
        assertThat(session.isOpen()).isTrue();
        assertThat(first.isDone() || fits.isDone()).isFalse();
        receiveAll();
        assertThat(failure(first)).isNull();
        assertThat(failure(fits)).isNull();
        assertThat(failure(session.getAsyncRemote().sendText(long600.replace('a', 'b')))).isNull();
        assertThat(receivedHex()).as("nothing that was rejected, the rest in order").isEqualTo(message(long600) + message("fits") + message(long600.replace('a', 'b')));
        assertThat(connection.memoryUsed()).isZero();
    }

    @Test
    @DisplayName("W9: a message that needs more memory than its bytes counts for what it needs")
    void smallMessagesCountTheirOverhead() throws Exception {
        connect(true, MOST);
        int accepted = 0;
        Future<Void> sent;
        do {
            sent = session.getAsyncRemote().sendText("");
            accepted++;
        } while (!sent.isDone());
        assertThat(accepted).isBetween(MOST / (AsynchronousSends.OVERHEAD + 2), MOST / AsynchronousSends.OVERHEAD + 2);
        assertThat(connection.memoryUsed()).isGreaterThanOrEqualTo((accepted - 1L) * AsynchronousSends.OVERHEAD);
        receiveAll();
        assertThat(failure(session.getAsyncRemote().sendText("x"))).isNull();
        assertThat(connection.memoryUsed()).isZero();
    }

    @Test
    @DisplayName("W9: a send completes with its last byte, not earlier")
    void sendCompletesWithItsLastByte() throws Exception {
        connect(true, MOST);
        Future<Void> sent = session.getAsyncRemote().sendText("hello");
        session.getAsyncRemote().sendText("you", results::add);
        connection.takes(6);
        assertThat(sent.isDone()).isFalse();
        connection.takes(1);
        assertThat(failure(sent)).isNull();
        assertThat(results).isEmpty();
        connection.takes(5);
        assertThat(result().isOK()).isTrue();
        assertThat(receivedHex()).isEqualTo(message("hello") + message("you"));
    }

    @Test
    @DisplayName("W9: a send inside a callback also completes with its last byte, and the callback may wait for it")
    void sendInACallbackCompletesWithItsLastByte() throws Exception {
        connect(true, MOST);
        CountDownLatch sending = new CountDownLatch(1);
        CompletableFuture<Boolean> early = new CompletableFuture<>();
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        during = text -> {
            Future<Void> sent = session.getAsyncRemote().sendText("from the callback");
            early.complete(sent.isDone());
            sending.countDown();
            try {
                outcome.complete(failure(sent));
            } catch (Exception late) {
                outcome.complete(late);
            }
        };
        CompletableFuture<Void> receives = CompletableFuture.runAsync(() -> connection.receive(Frames.text("go")));
        assertThat(sending.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(early.get()).isFalse();
        assertThatThrownBy(() -> outcome.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        receiveAll();
        assertThat(outcome.get(5, TimeUnit.SECONDS)).isNull();
        receives.get(5, TimeUnit.SECONDS);
        assertThat(receivedHex()).isEqualTo(message("from the callback"));
    }

    @Test
    @DisplayName("W9: a send between the fragments of a message does not block: it is sent after the last one")
    void sendBetweenFragmentsIsQueuedBehindThem() throws Exception {
        connect(true, MOST);
        receiveAll();
        session.getBasicRemote().sendText("1", false);
        Future<Void> first = session.getAsyncRemote().sendText("first");
        Future<Void> second = session.getAsyncRemote().sendText("second");
        assertThat(first.isDone()).isFalse();
        assertThat(failure(session.getAsyncRemote().sendText("x".repeat(MOST)))).hasMessageContaining("changeover.websocket.send.max");
        session.getBasicRemote().sendText("2", true);
        assertThat(failure(first)).isNull();
        assertThat(failure(second)).isNull();
        session.getBasicRemote().sendText("third");
        assertThat(receivedHex()).isEqualTo("\u0001\u00011" + "\u0080\u00012" + message("first") + message("second") + message("third"));
        assertThat(connection.memoryUsed()).isZero();
    }

    @Test
    @DisplayName("W9: a close between fragments fails the sends that wait for the last one, and sends a Close frame")
    void closeBetweenFragmentsFailsQueuedSends() throws Exception {
        connect(true, MOST);
        receiveAll();
        session.getBasicRemote().sendText("1", false);
        Future<Void> sent = session.getAsyncRemote().sendText("first");
        session.close(new CloseReason(CloseCodes.NORMAL_CLOSURE, "bye"));
        assertThat(failure(sent)).isInstanceOf(IOException.class).hasMessageContaining("fragments");
        assertThat(receivedHex()).isEqualTo("\u0001\u00011" + close(1000, "bye"));
        assertThat(connection.memoryUsed()).isZero();
    }

    @Test
    @DisplayName("W9: a send that times out before its first byte is cancelled, and the session continues")
    void timeoutBeforeTheFirstByteCancelsTheSend() throws Exception {
        connect(true, MOST);
        Future<Void> before = session.getAsyncRemote().sendText("before");
        session.getAsyncRemote().setSendTimeout(30);
        Future<Void> overdue = session.getAsyncRemote().sendText("overdue");
        session.getAsyncRemote().sendText("overdue, too", results::add);
        assertThat(failure(overdue)).isInstanceOf(IOException.class).hasMessageContaining("30 ms").hasMessageContaining("setAsyncSendTimeout");
        assertThat(result().getException()).isInstanceOf(IOException.class).hasMessageContaining("30 ms");
        assertThat(session.isOpen()).isTrue();
        session.getAsyncRemote().setSendTimeout(0);
        Future<Void> after = session.getAsyncRemote().sendText("after");
        receiveAll();
        assertThat(failure(before)).isNull();
        assertThat(failure(after)).isNull();
        assertThat(receivedHex()).isEqualTo(message("before") + message("after"));
        assertThat(connection.memoryUsed()).isZero();
    }

    @Test
    @DisplayName("W9: a send that times out after its first byte closes the session with 1011, after the complete frame")
    void timeoutAfterTheFirstByteClosesTheSession() throws Exception {
        connect(true, MOST);
        session.getAsyncRemote().setSendTimeout(50);
        Future<Void> sent = session.getAsyncRemote().sendText("overdue");
        connection.takes(3);
        assertThat(failure(sent)).isInstanceOf(IOException.class).hasMessageContaining("50 ms");
        for (long until = System.nanoTime() + 5_000_000_000L; session.isOpen() && System.nanoTime() < until; ) connection.sent();
        assertThat(session.isOpen()).isFalse();
        receiveAll();
        assertThat(receivedHex()).isEqualTo(message("overdue") + close(1011, "A message was not sent within 50 ms."));
    }

    @Test
    @DisplayName("W9: after a send that times out after its first byte, only the Close frame is sent")
    void onlyTheCloseFrameFollowsATimedOutMessage() throws Exception {
        connect(true, MOST);
        session.getAsyncRemote().setSendTimeout(100);
        Future<Void> sent = session.getAsyncRemote().sendText("overdue");
        connection.takes(3);
        Future<Void> deferred = session.getAsyncRemote().sendText("deferred");
        session.getAsyncRemote().setSendTimeout(60_000);
        Future<Void> patient = session.getAsyncRemote().sendText("patient");
        assertThat(failure(sent)).isInstanceOf(IOException.class).hasMessageContaining("100 ms");
        assertThat(failure(deferred)).isInstanceOf(IOException.class).hasMessageContaining("100 ms");
        assertThat(failure(patient)).isInstanceOf(IOException.class).hasMessageContaining("an earlier one was not sent within 100 ms");
        for (long until = System.nanoTime() + 5_000_000_000L; session.isOpen() && System.nanoTime() < until; ) connection.sent();
        receiveAll();
        assertThat(receivedHex()).isEqualTo(message("overdue") + close(1011, "A message was not sent within 100 ms."));
        assertThat(connection.memoryUsed()).isZero();
    }

    @Test
    @DisplayName("W9: a send that completes in time no longer has a timeout")
    void completedSendHasNoTimeout() throws Exception {
        connect(true, MOST);
        session.getAsyncRemote().setSendTimeout(200);
        Future<Void> first = session.getAsyncRemote().sendText("first");
        Future<Void> second = session.getAsyncRemote().sendText("second");
        receiveAll();
        assertThat(failure(first)).isNull();
        assertThat(failure(second)).isNull();
        session.getAsyncRemote().setSendTimeout(30);
        assertThat(failure(session.getAsyncRemote().sendText("third"))).isNull();
        assertThat(receivedHex()).isEqualTo(message("first") + message("second") + message("third"));
        assertThat(session.isOpen()).isTrue();
    }

    @Test
    @DisplayName("W9: a blocking send follows the queued sends, and waits for them")
    void blockingSendFollowsQueuedSends() throws Exception {
        connect(true, MOST);
        session.getAsyncRemote().setSendTimeout(60_000);
        Future<Void> first = session.getAsyncRemote().sendText("first");
        Future<Void> second = session.getAsyncRemote().sendText("second");
        CompletableFuture<Void> blocking = CompletableFuture.runAsync(() -> {
            try {
                session.getBasicRemote().sendText("third");
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        });
        assertThatThrownBy(() -> blocking.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        receiveAll();
        blocking.get(5, TimeUnit.SECONDS);
        assertThat(failure(first)).isNull();
        assertThat(failure(second)).isNull();
        assertThat(receivedHex()).isEqualTo(message("first") + message("second") + message("third"));
    }

    @Test
    @DisplayName("W9: a Close frame follows all accepted sends")
    void closeFrameFollowsAcceptedSends() throws Exception {
        connect(true, MOST);
        session.getAsyncRemote().setSendTimeout(60_000);
        Future<Void> first = session.getAsyncRemote().sendText("first");
        Future<Void> second = session.getAsyncRemote().sendText("second");
        session.close(new CloseReason(CloseCodes.NORMAL_CLOSURE, ""));
        receiveAll();
        assertThat(failure(first)).isNull();
        assertThat(failure(second)).isNull();
        assertThat(receivedHex()).startsWith(message("first") + message("second") + "\u0088").hasSize(message("first").length() + message("second").length() + 4);
    }

    @ParameterizedTest(name = "W9: a reset fails all pending sends, with a timeout of {0} ms")
    @ValueSource(longs = {0, 60_000})
    void resetFailsPendingSends(long timeout) throws Exception {
        connect(true, MOST);
        session.getAsyncRemote().setSendTimeout(timeout);
        Future<Void> first = session.getAsyncRemote().sendText("first");
        Future<Void> second = session.getAsyncRemote().sendText("second");
        connection.reset();
        assertThat(failure(first)).isInstanceOf(IOException.class);
        assertThat(failure(second)).isInstanceOf(IOException.class);
        assertThat(connection.memoryUsed()).isZero();
    }
}
