package io.github.changeover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client of the tests receives exactly the bytes that were sent, and detects how the connection ended. */
class WireTest {
    private static final Duration SOON = Duration.ofMillis(100);
    private ServerSocket listener;
    private Wire wire;
    private Socket peer;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        wire = Wire.connect("127.0.0.1", listener.getLocalPort());
        peer = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        wire.close();
        peer.close();
        listener.close();
    }

    private void peerSends(String text) throws IOException {
        peer.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void headIsReadExactly() throws IOException {
        peerSends("HTTP/1.1 101 \r\nUpgrade: a\r\nCONNECTION:Upgrade \r\nupgrade: b\r\n\r\n\r\n\r\n");
        Head head = wire.readHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.statusLine()).isEqualTo("HTTP/1.1 101 ");
        assertThat(head.fields()).extracting(Head.Field::name).containsExactly("Upgrade", "CONNECTION", "upgrade");
        assertThat(head.all("UPGRADE")).containsExactly("a", "b");
        assertThat(head.only("connection")).isEqualTo("Upgrade");
        assertThatThrownBy(() -> head.only("Upgrade")).isInstanceOf(AssertionError.class);
        assertThat(wire.readText(4)).isEqualTo("\r\n\r\n");
    }

    @Test
    void contentIsReadByItsFraming() throws IOException {
        peerSends("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2;x=y\r\nab\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest");
        assertThat(wire.readBodyText(wire.readHead())).isEqualTo("abc");
        assertThat(wire.readBodyText(wire.readHead())).isEqualTo("ab0123456789");
        peer.close();
        assertThat(wire.readBodyText(wire.readHead())).isEqualTo("rest");
    }

    @Test
    void finIsDistinguishedFromReset() throws IOException {
        peerSends("tail");
        peer.shutdownOutput();
        Wire.Rest rest = wire.readToEnd();
        assertThat(rest.text()).isEqualTo("tail");
        assertThat(rest.end()).isEqualTo(Wire.End.FIN);
    }

    @Test
    void resetIsDistinguishedFromFin() throws IOException {
        peer.setSoLinger(true, 0);
        peer.close();
        assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.RST);
    }

    @Test
    void silenceIsATimeout() throws IOException {
        wire.timeout(SOON);
        peerSends("some");
        Wire.Rest rest = wire.readToEnd();
        assertThat(rest.text()).isEqualTo("some");
        assertThat(rest.end()).isEqualTo(Wire.End.TIMEOUT);
        assertThat(wire.isClosedByPeer(SOON)).isFalse();
        assertThatThrownBy(() -> wire.readExactly(1)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void resetAndHalfCloseReachThePeer() throws IOException {
        wire.shutdownOutput();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
        wire.reset();
        assertThatThrownBy(() -> {
            for (int i = 0; i < 1000; i++) {
                peerSends("x");
            }
        }).isInstanceOf(IOException.class);
    }
}
