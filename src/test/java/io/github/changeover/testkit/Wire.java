package io.github.changeover.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * A client that sends and receives bytes, over TCP or in memory. Each call of a reading method has a timeout ({@link #DEFAULT_TIMEOUT},
 * {@link #timeout}); after it, the method throws a {@link SocketTimeoutException}, unless its documentation states otherwise. Text is
 * ISO-8859-1: each character is one byte. Unexpected bytes cause an {@link AssertionError}. Not thread-safe.
 * <pre>{@code
 * try (Wire wire = Wire.connect("127.0.0.1", port).send(Message.offering("/echo", "echo"))) {
 *     Expect.answer(wire.readHead()).switchesTo("echo");
 *     assertEquals("hello", wire.send("hello").readText(5));
 * }
 * }</pre>
 */
public final class Wire implements AutoCloseable {
    /** The default timeout of reading methods. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_HEAD = 256 * 1024;

    /** How the output of the peer ended, or that it did not end before the timeout. */
    public enum End { FIN, RST, TIMEOUT }

    /** All bytes up to the end, and the kind of end. */
    public record Rest(byte[] bytes, End end) {
        public String text() {
            return new String(bytes, ISO_8859_1);
        }
    }

    private final ByteLine line;
    private Duration timeout = DEFAULT_TIMEOUT;

    Wire(ByteLine line) {
        this.line = line;
    }

    /** Connects to the host and port of this address, over TLS if its scheme is {@code https}. Accepts every certificate. */
    public static Wire connect(URI server) throws IOException {
        return server.getScheme().equals("https")
                ? connectTls(server.getHost(), server.getPort()) : connect(server.getHost(), server.getPort());
    }

    /** Connects without TLS. */
    public static Wire connect(String host, int port) throws IOException {
        return connect(host, port, 0);
    }

    /**
     * Connects without TLS, with a small receive buffer for a test of a slow client.
     * @param receiveBuffer the size in bytes; 0 for the default of the system
     */
    public static Wire connect(String host, int port, int receiveBuffer) throws IOException {
        return new Wire(new SocketLine(SocketLine.open(host, port, receiveBuffer, DEFAULT_TIMEOUT)));
    }

    /** Connects without TLS from this loopback address, such as {@code 127.0.0.2}. */
    public static Wire connectFrom(String address, URI server) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.bind(new InetSocketAddress(address, 0));
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), (int) DEFAULT_TIMEOUT.toMillis());
        return new Wire(new SocketLine(socket));
    }

    /** Connects over TLS. Accepts every certificate, so the identity of the server is not checked. */
    public static Wire connectTls(String host, int port) throws IOException {
        Socket plain = SocketLine.open(host, port, 0, DEFAULT_TIMEOUT);
        SSLSocket secure = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(plain, host, port, true);
        secure.startHandshake();
        return new Wire(new SocketLine(secure));
    }

    /** Starts TLS on this connection and returns the client for it. Accepts every certificate. TCP only. */
    public Wire startTls() throws IOException {
        Socket plain = socket();
        SSLSocket secure = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        secure.startHandshake();
        return new Wire(new SocketLine(secure));
    }

    /** Sets the timeout of all later calls of reading methods. Returns this client. */
    public Wire timeout(Duration each) {
        timeout = each;
        return this;
    }

    /** Sends the text, each character as one byte. */
    public Wire send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    /** Sends a complete request. */
    public Wire send(Message message) throws IOException {
        return send(message.bytes());
    }

    /** Sends these bytes. */
    public Wire send(byte[] bytes) throws IOException {
        return send(bytes, 0, bytes.length);
    }

    /** Sends a part of these bytes. */
    public Wire send(byte[] bytes, int offset, int length) throws IOException {
        line.write(bytes, offset, length);
        return this;
    }

    /** Reads a head including its empty line, and no byte after it. An interim response (100) is a separate head. */
    public Head readHead() throws IOException {
        long deadline = deadline();
        StringBuilder head = new StringBuilder(256);
        while (!endsHead(head)) {
            int b = read(deadline);
            if (b < 0) {
                throw new AssertionError("the connection ended within a head: \"" + head + '"');
            }
            head.append((char) b);
            if (head.length() > MAX_HEAD) {
                throw new AssertionError("a head without end");
            }
        }
        return Head.parse(head.toString());
    }

    private static boolean endsHead(StringBuilder head) {
        int length = head.length();
        return length >= 4 && head.charAt(length - 1) == '\n' && head.indexOf("\r\n\r\n", length - 4) >= 0;
    }

    /**
     * Reads this number of bytes.
     * @throws AssertionError if the peer ends its output before
     */
    public byte[] readExactly(int count) throws IOException {
        long deadline = deadline();
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;) {
            int n = read(bytes, have, deadline);
            if (n < 0) {
                throw new AssertionError("the connection ended after " + have + " bytes of " + count + ": \""
                        + new String(bytes, 0, Math.min(have, 200), ISO_8859_1) + '"');
            }
            have += n;
        }
        return bytes;
    }

    /** Reads this number of bytes as text. */
    public String readText(int count) throws IOException {
        return new String(readExactly(count), ISO_8859_1);
    }

    /** Reads a line including its LF. */
    public String readLine() throws IOException {
        long deadline = deadline();
        StringBuilder line = new StringBuilder();
        while (line.length() == 0 || line.charAt(line.length() - 1) != '\n') {
            int b = read(deadline);
            if (b < 0) {
                throw new AssertionError("the connection ended within a line: \"" + line + '"');
            }
            line.append((char) b);
        }
        return line.toString();
    }

    /**
     * Reads all bytes until the peer ends its output or resets the connection, or until the timeout. Does not throw for any of these.
     */
    public Rest readToEnd() throws IOException {
        long deadline = deadline();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int n = read(buffer, 0, deadline); n >= 0; n = read(buffer, 0, deadline)) {
                all.write(buffer, 0, n);
            }
            return new Rest(all.toByteArray(), End.FIN);
        } catch (SocketTimeoutException e) {
            return new Rest(all.toByteArray(), End.TIMEOUT);
        } catch (SocketException | SSLException e) {
            return new Rest(all.toByteArray(), End.RST);
        }
    }

    /**
     * Reads the content of the response with this head, according to its framing. Chunked content is decoded, and its trailer fields
     * are dropped. Not for the response to a HEAD.
     */
    public byte[] readBody(Head head) throws IOException {
        if (head.status() < 200 || head.status() == 204 || head.status() == 304) {
            return new byte[0];
        }
        String coding = head.only("Transfer-Encoding");
        if (coding != null) {
            return readChunked(coding);
        }
        String length = head.only("Content-Length");
        if (length != null) {
            return readExactly(Integer.parseInt(length));
        }
        Rest rest = readToEnd();
        if (rest.end() != End.FIN) {
            throw new AssertionError("content without a length was cut off by " + rest.end() + ": " + rest.text());
        }
        return rest.bytes();
    }

    /** Reads the content as {@link #readBody}, and returns it as text. */
    public String readBodyText(Head head) throws IOException {
        return new String(readBody(head), ISO_8859_1);
    }

    private byte[] readChunked(String coding) throws IOException {
        if (!coding.equalsIgnoreCase("chunked")) {
            throw new AssertionError("Transfer-Encoding: " + coding);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int size = readSize(); size > 0; size = readSize()) {
            all.write(readExactly(size));
            if (!readLine().equals("\r\n")) {
                throw new AssertionError("a chunk does not end where it should");
            }
        }
        while (!readLine().equals("\r\n")) {
            // a trailer
        }
        return all.toByteArray();
    }

    private int readSize() throws IOException {
        return Integer.parseInt(readLine().split("[;\r]", 2)[0].strip(), 16);
    }

    /** Ends the output with a FIN, over TLS with close_notify before it. Reading is still possible. */
    public Wire shutdownOutput() throws IOException {
        line.endOutput();
        return this;
    }

    /** Resets the connection. */
    public void reset() throws IOException {
        line.reset();
    }

    /** Returns whether the peer ends the connection within this time, by FIN or RST. Bytes that arrive before are dropped. */
    public boolean isClosedByPeer(Duration within) throws IOException {
        Duration before = timeout;
        timeout = within;
        try {
            return readToEnd().end() != End.TIMEOUT;
        } finally {
            timeout = before;
        }
    }

    /** Returns the local port of this client. TCP only. */
    public int localPort() {
        return socket().getLocalPort();
    }

    /**
     * Returns the socket, for operations that this class does not have.
     * @throws IllegalStateException if this is a connection in memory
     */
    public Socket socket() {
        if (line instanceof SocketLine tcp) return tcp.socket();
        throw new IllegalStateException("A connection in memory has no socket");
    }

    @Override
    public void close() throws IOException {
        line.close();
    }

    private long deadline() {
        return System.nanoTime() + timeout.toNanos();
    }

    private int read(long deadline) throws IOException {
        byte[] one = new byte[1];
        return line.read(one, 0, 1, deadline) < 0 ? -1 : one[0] & 0xff;
    }

    private int read(byte[] buffer, int offset, long deadline) throws IOException {
        return line.read(buffer, offset, buffer.length - offset, deadline);
    }
}
