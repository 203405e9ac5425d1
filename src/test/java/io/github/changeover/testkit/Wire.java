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
 * A client that sends and sees bytes, nothing more. Every read has a deadline; text is ISO-8859-1. For one thread.
 * <pre>{@code
 * try (Wire wire = Wire.connect("127.0.0.1", port).send(Message.offering("/echo", "echo"))) {
 *     Expect.answer(wire.readHead()).switchesTo("echo");
 *     assertEquals("hello", wire.send("hello").readText(5));
 * }
 * }</pre>
 */
public final class Wire implements AutoCloseable {
    /** How long a read waits unless said otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_HEAD = 256 * 1024;

    /** How the peer's side of the connection ended. */
    public enum End { FIN, RST, TIMEOUT }

    /** All that came, and why no more did. */
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

    /** By the scheme of the address, http or https, with any certificate. */
    public static Wire connect(URI server) throws IOException {
        return server.getScheme().equals("https")
                ? connectTls(server.getHost(), server.getPort()) : connect(server.getHost(), server.getPort());
    }

    /** In clear. */
    public static Wire connect(String host, int port) throws IOException {
        return connect(host, port, 0);
    }

    /** With a receive buffer of this size (0: the system's), for a peer that is slow to take data. */
    public static Wire connect(String host, int port, int receiveBuffer) throws IOException {
        return new Wire(new SocketLine(SocketLine.open(host, port, receiveBuffer, DEFAULT_TIMEOUT)));
    }

    /** From this address of the loopback's, such as 127.0.0.2. */
    public static Wire connectFrom(String address, URI server) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.bind(new InetSocketAddress(address, 0));
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), (int) DEFAULT_TIMEOUT.toMillis());
        return new Wire(new SocketLine(socket));
    }

    /** Over TLS, with any certificate: this is no way to find out who the peer is. */
    public static Wire connectTls(String host, int port) throws IOException {
        Socket plain = SocketLine.open(host, port, 0, DEFAULT_TIMEOUT);
        SSLSocket secure = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(plain, host, port, true);
        secure.startHandshake();
        return new Wire(new SocketLine(secure));
    }

    /** Goes on within TLS, with any certificate. */
    public Wire startTls() throws IOException {
        Socket plain = socket();
        SSLSocket secure = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        secure.startHandshake();
        return new Wire(new SocketLine(secure));
    }

    /** Another deadline for each of the following reads. */
    public Wire timeout(Duration each) {
        timeout = each;
        return this;
    }

    /** Each character is a byte. */
    public Wire send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    /** A request, at once. */
    public Wire send(Message message) throws IOException {
        return send(message.bytes());
    }

    /** These bytes. */
    public Wire send(byte[] bytes) throws IOException {
        return send(bytes, 0, bytes.length);
    }

    /** Some of these bytes. */
    public Wire send(byte[] bytes, int offset, int length) throws IOException {
        line.write(bytes, offset, length);
        return this;
    }

    /** Up to and with the empty line, not a byte further. Interim responses (100) are heads of their own. */
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

    /** So many bytes; fails when the peer ends before. */
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

    /** So many bytes, as text. */
    public String readText(int count) throws IOException {
        return new String(readExactly(count), ISO_8859_1);
    }

    /** Up to and with LF. */
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

    /** Everything until the peer ends its side, or until the deadline. */
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

    /** The content that belongs to a head, by its framing; chunked content decoded, trailers dropped. */
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

    /** As {@link #readBody}, as text. */
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

    /** FIN, over TLS close_notify first; reading goes on. */
    public Wire shutdownOutput() throws IOException {
        line.endOutput();
        return this;
    }

    /** RST. */
    public void reset() throws IOException {
        line.reset();
    }

    /** True when the peer ends the connection in time, by FIN or RST; bytes that come before are dropped. */
    public boolean isClosedByPeer(Duration within) throws IOException {
        Duration before = timeout;
        timeout = within;
        try {
            return readToEnd().end() != End.TIMEOUT;
        } finally {
            timeout = before;
        }
    }

    /** The client's own port. TCP only. */
    public int localPort() {
        return socket().getLocalPort();
    }

    /** For what has no method here. TCP only. */
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
