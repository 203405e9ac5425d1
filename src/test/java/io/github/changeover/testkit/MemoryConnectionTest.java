package io.github.changeover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryConnectionTest {
    /** Sends back the bytes that it receives. Closes when it receives a dot. */
    private static final class ClosingEchoHandler implements ConnectionHandler.Events {
        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            boolean last = bytes.get(bytes.limit() - 1) == '.';
            if (!connection.send(bytes)) connection.pause();
            if (last) connection.close();
        }

        @Override
        public void writable(SwitchedConnection connection) {
            connection.resume();
        }
    }

    private static ConnectionHandler.Blocking mirror() {
        return connection -> connection.input().transferTo(connection.output());
    }

    @Test
    void callbacksRunDuringTheCall() {
        MemoryConnection connection = MemoryConnection.of(new ClosingEchoHandler()).receive("a").receive("b.");
        assertThat(connection.text()).isEqualTo("ab.");
        assertThat(connection.ended()).contains(CloseCause.Kind.HANDLER);
    }

    @Test
    void slowPeerStopsReadingUntilItReads() {
        MemoryConnection connection = MemoryConnection.slow(new ClosingEchoHandler(), 2).receive("abc").receive("def");
        assertThat(connection.text()).isEmpty();
        assertThat(connection.unread()).isEqualTo(3);
        assertThat(connection.takes(2).text()).isEqualTo("ab");
        assertThat(connection.takes(4).text()).isEqualTo("abcdef");
        assertThat(connection.end().ended()).contains(CloseCause.Kind.PEER);
    }

    /** Reads nothing until the test allows it. */
    private static final class PausingHandler implements ConnectionHandler.Events {
        @Override
        public void opened(SwitchedConnection connection) {
            connection.pause();
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }

    @Test
    void pausedHandlerReceivesBytesAfterResume() {
        MemoryConnection connection = MemoryConnection.of(new PausingHandler()).receive("abc");
        assertThat(connection.unread()).isEqualTo(3);
        connection.connection().resume();
        assertThat(connection.text()).isEqualTo("abc");
    }

    @Test
    void resetIsReportedAsBroken() {
        assertThat(MemoryConnection.of(new ClosingEchoHandler()).receive("a").reset().ended()).contains(CloseCause.Kind.BROKEN);
    }

    @Test
    void handlerExceptionIsReportedAsHandlerFailed() {
        assertThat(MemoryConnection.of(new ThrowingHandler()).receive("a").ended()).contains(CloseCause.Kind.HANDLER_FAILED);
    }

    private static final class ThrowingHandler implements ConnectionHandler.Events {
        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    void drainEndsTheConnection() {
        assertThat(MemoryConnection.of(new ClosingEchoHandler()).drain(Duration.ofSeconds(1)).ended()).contains(CloseCause.Kind.DRAINED);
    }

    @Test
    void blockingHandlerServesABlockingPeer() throws IOException {
        try (MemoryConnection connection = MemoryConnection.of(mirror())) {
            assertThat(connection.peer().send("hello\n").readLine()).isEqualTo("hello\n");
            connection.peer().shutdownOutput();
            assertThat(connection.peer().readToEnd().end()).isEqualTo(Wire.End.FIN);
            assertThat(connection.awaitEnd()).isEqualTo(CloseCause.Kind.PEER);
        }
    }

    @Test
    void readOfThePeerTimesOut() throws IOException {
        try (MemoryConnection connection = MemoryConnection.of(mirror())) {
            Wire peer = connection.peer().timeout(Duration.ofMillis(20));
            assertThatThrownBy(() -> peer.readExactly(1)).isInstanceOf(SocketTimeoutException.class);
            assertThat(peer.readToEnd().end()).isEqualTo(Wire.End.TIMEOUT);
        }
    }

    @Test
    void abortIsAReset() throws IOException {
        MemoryConnection connection = MemoryConnection.of(new ClosingEchoHandler()).receive("a");
        connection.connection().abort();
        Wire.Rest rest = connection.peer().readToEnd();
        assertThat(rest.text()).isEqualTo("a");
        assertThat(rest.end()).isEqualTo(Wire.End.RST);
    }

    @Test
    void handlerSeesTheRequest() {
        assertThat(MemoryConnection.of(new GreetingHandler(), MemoryConnection.request("/lines/tea", Map.of("room", "tea"))).text()).isEqualTo("tea");
    }

    private static final class GreetingHandler implements ConnectionHandler.Events {
        @Override
        public void opened(SwitchedConnection connection) {
            connection.send(ByteBuffer.wrap(connection.request().pathParameter("room").getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
        }
    }
}
