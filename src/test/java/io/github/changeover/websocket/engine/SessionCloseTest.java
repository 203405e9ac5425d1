package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.Frames;
import io.github.changeover.testkit.MemoryConnection;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code Session.close}: one Close frame and one {@code @OnClose}, for every code that the application uses and every action of the client at the same time.
 */
@Timeout(60)
class SessionCloseTest {
    private static final AtomicReference<Session> OPENED = new AtomicReference<>();
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();
    private static volatile Consumer<Session> atClose = session -> { };
    private MemoryConnection connection;

    /** Makes its session available to the test. */
    public static final class ClosingEndpoint extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            OPENED.set(session);
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            atClose.accept(session);
            TOLD.add(reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    @BeforeEach
    void begin() {
        TOLD.clear();
        atClose = session -> { };
    }

    @AfterEach
    void end() {
        if (connection != null) connection.close();
    }

    private Session connect() throws Exception {
        connection = MemoryConnection.of(MessageReaderTest.handler(ClosingEndpoint.class, true, 1 << 20));
        return OPENED.get();
    }

    private void await(BooleanSupplier condition) {
        for (long until = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean(); LockSupport.parkNanos(10_000)) {
            connection.ended();     // this call runs pending callbacks
            if (System.nanoTime() - until > 0) throw new AssertionError("It has not become so within 10 s: " + TOLD);
        }
    }

    private static String frame(int code, String reason) {
        int length = 2 + reason.getBytes(StandardCharsets.UTF_8).length;
        return "\u0088" + (char) length + (char) (code >> 8) + (char) (code & 0xff) + new String(reason.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest(name = "another thread closes the session while the client disconnects, with a Close frame: {0}")
    @ValueSource(booleans = {true, false})
    void clientMayDisconnectDuringClose(boolean answers) throws Exception {
        for (int i = 0; i < 200; i++) {
            TOLD.clear();
            Session session = connect();
            MemoryConnection peer = connection;
            CompletableFuture<Void> closed = new CompletableFuture<>();
            Thread other = new Thread(() -> {
                try {
                    session.close(new CloseReason(() -> 4010, "kicked"));
                    closed.complete(null);
                } catch (IOException | RuntimeException failure) {
                    closed.completeExceptionally(failure);
                }
            });
            other.start();
            while (peer.sent().length == 0) Thread.onSpinWait();
            if (answers) peer.receive(Frames.close(4010, ""));
            else peer.reset();
            closed.join();
            await(() -> !TOLD.isEmpty());
            assertThat(TOLD).as("try %d", i).containsExactly("4010 kicked");
            assertThat(peer.text()).isEqualTo(frame(4010, "kicked"));
            peer.close();
        }
    }

    private static void closeAgain(Session session) {
        try {
            session.close();
            session.close();
        } catch (IOException failure) {
            TOLD.add(failure.toString());
        }
    }

    @ParameterizedTest(name = "an endpoint may close its session in @OnClose, after {0}: @OnClose is not called again, and the client gets its own code")
    @ValueSource(strings = {"88 4010", "88", "reset", "end", "wrong"})
    void closeInsideOnCloseIsIgnored(String by) throws Exception {
        atClose = SessionCloseTest::closeAgain;
        connect();
        switch (by) {
            case "88 4010" -> connection.receive(Frames.close(4010, "bye"));
            case "88" -> connection.receive(Frames.of(0x88, new byte[0]));
            case "reset" -> connection.reset();
            case "end" -> connection.end();
            default -> connection.receive(new byte[] {(byte) 0xff, (byte) 0x80, 0, 0, 0, 0});
        }
        await(() -> !TOLD.isEmpty());
        connection.ended();
        String sent = connection.text();
        switch (by) {
            case "88 4010" -> assertThat(List.of(sent, TOLD)).isEqualTo(List.of(frame(4010, "bye"), List.of("4010 bye")));
            case "88" -> assertThat(List.of(sent.substring(0, 4), TOLD.size(), TOLD.get(0).substring(0, 4))).isEqualTo(List.of("\u0088\u0002\u0003\u00e8", 1, "1005"));
            case "wrong" -> assertThat(List.of(sent.substring(2, 4), TOLD.size(), TOLD.get(0).substring(0, 4))).isEqualTo(List.of("\u0003\u00ea", 1, "1002"));
            default -> assertThat(List.of(sent, TOLD.size(), TOLD.get(0).substring(0, 4))).isEqualTo(List.of("", 1, "1006"));
        }
    }

    @ParameterizedTest(name = "{0} is never sent: the client and the endpoint get 1011, and the caller an exception that names the valid codes")
    @ValueSource(ints = {-1, 0, 999, 1004, 1016, 2999, 5000, 66536})
    void invalidCodesThrowAndCloseWith1011(int code) throws Exception {
        Session session = connect();
        assertThatThrownBy(() -> session.close(new CloseReason(() -> code, "x"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The session is closed with 1011. The code of a Close frame must be from 1000 to 1003, 1007 to 1014 or 3000 to 4999, not " + code);
        String reason = "The application closed the session with the code " + code + ", which must not be sent.";
        assertThat(connection.text()).isEqualTo(frame(1011, reason));
        await(() -> !TOLD.isEmpty());
        assertThat(TOLD).containsExactly("1011 " + reason);
    }

    @Test
    @DisplayName("1005, 1006 and 1015 mean no code: the client gets 1000, and the endpoint the code of the application")
    void reservedCodesCloseWith1000() throws Exception {
        for (CloseCodes code : List.of(CloseCodes.NO_STATUS_CODE, CloseCodes.CLOSED_ABNORMALLY, CloseCodes.TLS_HANDSHAKE_FAILURE)) {
            TOLD.clear();
            Session session = connect();
            session.close(new CloseReason(code, "x"));
            assertThat(connection.text()).isEqualTo(frame(1000, "x"));
            await(() -> !TOLD.isEmpty());
            assertThat(TOLD).containsExactly(code.getCode() + " x");
            connection.close();
        }
    }

    @Test
    void nullReasonIsANormalClosure() throws Exception {
        Session session = connect();
        session.close(null);
        assertThat(connection.text()).isEqualTo(frame(1000, ""));
        await(() -> !TOLD.isEmpty());
        assertThat(TOLD.get(0)).startsWith("1000 ");
    }

    @Test
    @DisplayName("A reason longer than 123 bytes is truncated after a complete character")
    void longReasonsAreTruncatedAtACharacter() throws Exception {
        for (String piece : List.of("r", "é", "漢", "a漢", "\uD83D\uDE00")) {
            TOLD.clear();
            Session session = connect();
            String reason = piece.repeat(130);
            session.close(reason(reason));
            String text = connection.text();
            assertThat(text.charAt(1)).as("%s", piece).isLessThanOrEqualTo((char) 125).isGreaterThan((char) 121);
            assertThat(text).hasSize(2 + text.charAt(1));
            String sent = new String(text.substring(4).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            assertThat(reason).startsWith(sent);
            await(() -> !TOLD.isEmpty());
            assertThat(TOLD).containsExactly("1000 " + sent);
            connection.close();
        }
    }

    /** Tomcat's API accepts such a reason. The API of the tests checks the length. */
    private static CloseReason reason(String text) {
        return new CloseReason(CloseCodes.NORMAL_CLOSURE, "") {
            @Override
            public String getReasonPhrase() {
                return text;
            }
        };
    }
}
