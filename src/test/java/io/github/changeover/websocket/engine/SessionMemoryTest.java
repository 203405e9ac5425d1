package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.testkit.MemoryConnection;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory that a session holds for its client's messages: if the version of Tyrus is known, and if it is unknown. */
@Timeout(60)
class SessionMemoryTest {
    private static final int LONGEST = 4 << 20;
    private static final List<Object> GOT = new ArrayList<>();
    private static final AtomicReference<Session> SESSION = new AtomicReference<>();
    private static Consumer<Object> during = got -> { };
    private MemoryConnection connection;

    private static void received(Object message) {
        GOT.add(message);
        during.accept(message);
    }

    private abstract static class RecordingEndpoint extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            SESSION.set(session);
            register(session);
        }

        abstract void register(Session session);

        @Override
        public void onError(Session session, Throwable failure) {
            GOT.add("error " + failure.getClass().getSimpleName());
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            GOT.add("closed " + reason.getCloseCode().getCode());
        }
    }

    /** Receives complete messages. */
    public static final class WholeMessageEndpoint extends RecordingEndpoint {
        @Override
        void register(Session session) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) SessionMemoryTest::received);
            session.addMessageHandler(byte[].class, (MessageHandler.Whole<byte[]>) SessionMemoryTest::received);
        }
    }

    /** Receives partial messages. */
    public static final class PartialMessageEndpoint extends RecordingEndpoint {
        @Override
        void register(Session session) {
            session.addMessageHandler(String.class, (MessageHandler.Partial<String>) (part, last) -> received(part + (last ? "." : "")));
            session.addMessageHandler(byte[].class, (MessageHandler.Partial<byte[]>) (part, last) -> received(part.length + (last ? "." : "")));
        }
    }

    /** Receives messages as streams. */
    public static final class StreamEndpoint extends RecordingEndpoint {
        @Override
        void register(Session session) {
            session.addMessageHandler(Reader.class, (MessageHandler.Whole<Reader>) reader -> {
                try {
                    char[] some = new char[1 << 20];
                    received(new String(some, 0, Math.max(0, reader.read(some))));
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            });
            session.addMessageHandler(InputStream.class, (MessageHandler.Whole<InputStream>) stream -> {
                try {
                    received(stream.readAllBytes().length);
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            });
        }
    }

    @BeforeEach
    void begin() {
        GOT.clear();
        during = got -> { };
    }

    private MemoryConnection connect(Class<? extends Endpoint> endpoint, boolean ours) throws Exception {
        connection = MemoryConnection.of(MessageReaderTest.handler(endpoint, ours, LONGEST));
        return connection;
    }

    private MemoryConnection connect(Class<? extends Endpoint> endpoint, boolean ours, long memory) throws Exception {
        connection = MemoryConnection.withMemory(MessageReaderTest.handler(endpoint, ours, LONGEST), memory);
        return connection;
    }

    private static byte[] frame(int first, int size) {
        byte[] payload = new byte[size];
        Arrays.fill(payload, (byte) 'b');
        return Frames.of(first, payload);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private int closeCode() {
        byte[] sent = connection.sent();
        assertThat(sent.length).as("a Close frame").isGreaterThan(3);
        assertThat(sent[0] & 0xff).as("a Close frame").isEqualTo(0x88);
        return ByteBuffer.wrap(sent).getShort(2);
    }

    // ---- S3

    @ParameterizedTest(name = "S3: 100,000 fragments of one byte, each in its own read, known version of Tyrus: {0}")
    @ValueSource(booleans = {true, false})
    void oneByteFragmentsAreCounted(boolean ours) throws Exception {
        try (MemoryConnection connection = connect(WholeMessageEndpoint.class, ours)) {
            byte[] one = frame(0, 1);
            connection.receive(frame(2, 0));
            for (int i = 0; i < 50_000; i++) connection.receive(one);
            // if its version is unknown, Tyrus keeps an object for each fragment, which counts as more than 64 bytes
            if (ours) assertThat(connection.memoryUsed()).isBetween(50_000L, 200_000L);
            else assertThat(connection.memoryUsed()).isBetween(50_000L * 64, 50_000L * 128);
            for (int i = 0; i < 50_000 && connection.ended().isEmpty(); i++) connection.receive(one);
            if (ours) {
                connection.receive(frame(0x80, 0));
                assertThat(GOT).hasSize(1);
                assertThat((byte[]) GOT.get(0)).hasSize(100_000).containsOnly((byte) 'b');
            } else {
                assertThat(closeCode()).as("4 MiB at 64 bytes for each").isEqualTo(1009);
                connection.end();
                assertThat(connection.awaitEnd()).isEqualTo(CloseCause.Kind.HANDLER);
            }
            assertThat(connection.memoryUsed()).isZero();
        }
    }

    /** Each fragment is passed on when it has arrived and is not kept. */
    @Test
    @DisplayName("S3: fragments for a partial message handler are not held, and a message of too many fragments ends with 1009")
    void partialMessagesAreNotHeld() throws Exception {
        try (MemoryConnection connection = connect(PartialMessageEndpoint.class, true)) {
            connection.receive(concat(frame(2, 1), frame(0, 1), frame(0, 1)));
            assertThat(GOT).containsExactly("1", "1", "1");
            connection.receive(concat(Frames.of(0x89, utf8("?")), frame(0, 2), frame(0x80, 1)));
            assertThat(GOT).containsExactly("1", "1", "1", "2", "1.");
            connection.receive(Frames.of(1, new byte[] {(byte) 0xc3})).receive(concat(Frames.of(0, new byte[] {(byte) 0xa9}), Frames.of(0x80, utf8("x"))));
            assertThat(GOT).containsExactly("1", "1", "1", "2", "1.", "", "\u00e9", "x.");
            assertThat(connection.memoryUsed()).isZero();
            connection.receive(frame(2, 1));
            byte[] one = frame(0, 1);
            int sent = 0;
            while (connection.ended().isEmpty() && sent < LONGEST / 64 + 10) {
                connection.receive(one);
                sent++;
                if (connection.sent().length > 3) break;
            }
            assertThat(sent).isBetween(LONGEST / 64 - 2, LONGEST / 64 + 1);
        }
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) length += part.length;
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) all.put(part);
        return all.array();
    }

    /**
     * Tyrus alone runs such a handler on a separate thread, concurrently with other callbacks of the session, and discards the unread rest of a message
     * when the next one arrives.
     */
    @Test
    void streamHandlerIsCalledInOrderWithCompleteMessages() throws Exception {
        Thread[] thread = new Thread[1];
        during = got -> thread[0] = Thread.currentThread();
        try (MemoryConnection connection = connect(StreamEndpoint.class, true)) {
            connection.receive(Frames.of(1, utf8("hel"))).receive(frame(0x89, 0)).receive(Frames.of(0x80, utf8("lo")));
            connection.receive(frame(2, 70_000));
            assertThat(connection.memoryUsed()).isGreaterThan(70_000);
            connection.receive(frame(0x80, 10));
            assertThat(GOT).containsExactly("hello", 70_010);
            assertThat(thread[0]).isSameAs(Thread.currentThread());
            assertThat(connection.memoryUsed()).isZero();
        }
    }

    // ---- S5a

    @ParameterizedTest(name = "S5a: an unfinished message beyond the memory of the application is closed with 1013, known version of Tyrus: {0}")
    @ValueSource(booleans = {true, false})
    void withoutMemoryTheSessionClosesWith1013(boolean ours) throws Exception {
        try (MemoryConnection connection = connect(WholeMessageEndpoint.class, ours, 500_000)) {
            connection.receive(frame(0x82, 100)).receive(frame(1, 60_000));
            assertThat(connection.ended()).isEmpty();
            connection.receive(frame(0, 400_000)).receive(frame(0x80, 1)).receive(frame(0x82, 1));
            assertThat(closeCode()).isEqualTo(1013);
            connection.end();
            assertThat(connection.awaitEnd()).isEqualTo(CloseCause.Kind.MEMORY);
            assertThat(GOT).hasSize(2).endsWith("closed 1013");
            assertThat(connection.memoryUsed()).isZero();
        }
    }

    @ParameterizedTest(name = "S5a: the memory of a message is counted until its callback returns, known version of Tyrus: {0}")
    @ValueSource(booleans = {true, false})
    void memoryIsCountedDuringDelivery(boolean ours) throws Exception {
        List<Long> used = new ArrayList<>();
        during = got -> used.add(connection.memoryUsed());
        try (MemoryConnection connection = connect(WholeMessageEndpoint.class, ours)) {
            connection.receive(frame(0x82, 100));
            connection.receive(frame(0x82, 20_000));
            connection.receive(Frames.of(0x81, utf8("\u6f22".repeat(10_000))));
            byte[] late = frame(0x82, 50_000);
            connection.receive(Arrays.copyOf(late, 30_000)).receive(Arrays.copyOfRange(late, 30_000, late.length));
            connection.receive(frame(2, 20_000)).receive(frame(0x80, 20_000));
            if (ours) assertThat(used.get(0)).isZero();
            assertThat(used.get(1)).isGreaterThanOrEqualTo(20_000);
            assertThat(used.get(2)).isGreaterThanOrEqualTo(20_000);
            assertThat(used.get(3)).isGreaterThanOrEqualTo(100_000);
            assertThat(used.get(4)).isGreaterThanOrEqualTo(40_000);
            assertThat(GOT).hasSize(5);
            if (ours) assertThat(connection.memoryUsed()).isZero();
            else assertThat(connection.memoryUsed()).as("Tyrus perhaps keeps the fragments").isBetween(40_000L, 200_000L);
            connection.receive(Frames.close(1000, "")).end();
            connection.awaitEnd();
            assertThat(connection.memoryUsed()).isZero();
        }
    }

    @Test
    void messageBeyondTheMemoryIsNotDelivered() throws Exception {
        try (MemoryConnection connection = connect(WholeMessageEndpoint.class, true, 50_000)) {
            connection.receive(frame(0x82, 20_000)).receive(frame(0x82, 40_000)).receive(frame(0x82, 10));
            assertThat(closeCode()).isEqualTo(1013);
            connection.end();
            assertThat(connection.awaitEnd()).isEqualTo(CloseCause.Kind.MEMORY);
            assertThat(GOT).hasSize(2).endsWith("closed 1013");
            assertThat(connection.memoryUsed()).isZero();
        }
    }

    // ---- all ways to an end release the memory

    @ParameterizedTest
    @ValueSource(strings = {"reset", "end", "evict", "close", "fault", "endpoint closes", "endpoint fails", "error", "drain"})
    void memoryIsReleasedOnEveryPath(String path) throws Exception {
        for (boolean ours : new boolean[] {true, false}) {
            begin();
            during = got -> {
                try {
                    if (path.equals("endpoint closes")) SESSION.get().close();
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
                if (path.equals("endpoint fails")) throw new IllegalStateException("as it was told to");
                if (path.equals("error")) throw new StackOverflowError("as it was told to");
            };
            try (MemoryConnection connection = connect(WholeMessageEndpoint.class, ours)) {
                connection.receive(frame(2, 30_000)).receive(frame(0, 30_000)).receive(Arrays.copyOf(frame(0, 30_000), 1000));
                assertThat(connection.memoryUsed()).isGreaterThan(60_000);
                switch (path) {
                    case "reset" -> connection.reset();
                    case "end" -> connection.end();
                    case "evict" -> connection.connection().abort();
                    case "close" -> connection.connection().close();
                    case "fault" -> connection.receive(Arrays.copyOfRange(frame(0, 30_000), 1000, 30_008)).receive((byte) 0x81).receive((byte) 5);
                    case "drain" -> connection.drain(java.time.Duration.ofMillis(50));
                    default -> connection.receive(Arrays.copyOfRange(frame(0, 30_000), 1000, 30_008)).receive(frame(0x80, 1));
                }
                connection.end();
                connection.awaitEnd();
                assertThat(connection.memoryUsed()).as("%s, known Tyrus: %s", path, ours).isZero();
            }
        }
    }

    // ---- the behavior of Tyrus for fragmented messages

    @Test
    void fragmentedMessageIsLimitedByTheSession() throws Exception {
        try (MemoryConnection connection = connect(WholeMessageEndpoint.class, true)) {
            SESSION.get().setMaxTextMessageBufferSize(10);
            connection.receive(Frames.of(1, utf8("\u00e9\u00e9\u00e9\u00e9\u00e9"))).receive(Frames.of(0x80, utf8("\u00e9\u00e9\u00e9\u00e9\u00e9")));
            connection.receive(Frames.of(0x81, utf8("more than ten")));
            assertThat(GOT).containsExactly("\u00e9".repeat(10), "more than ten");
            connection.receive(concat(Frames.of(1, utf8("more than")), Frames.of(0x80, utf8(" ten"))));
            assertThat(closeCode()).isEqualTo(1009);
            connection.end();
            connection.awaitEnd();
            assertThat(GOT.subList(2, GOT.size())).containsExactlyInAnyOrder("error MessageTooBigException", "closed 1009");
            assertThat(connection.memoryUsed()).isZero();
        }
    }
}
