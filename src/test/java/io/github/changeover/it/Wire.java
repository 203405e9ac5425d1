package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** A client that sends and sees octets, nothing more. Every read has a deadline; text is ISO-8859-1. */
public final class Wire implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_HEAD = 256 * 1024;

    /** How the peer's side of the connection ended. */
    public enum End { FIN, RST, TIMEOUT }

    /** All that came, and why no more did. */
    public record Rest(byte[] octets, End end) {
        public String text() {
            return new String(octets, ISO_8859_1);
        }
    }

    private final Socket socket;
    private final InputStream input;
    private Duration patience = PATIENCE;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        this.input = socket.getInputStream();
    }

    /** By the scheme of the address, http or https, with any certificate. */
    public static Wire connect(URI server) throws IOException {
        return server.getScheme().equals("https")
                ? connectTls(server.getHost(), server.getPort()) : connect(server.getHost(), server.getPort());
    }

    public static Wire connect(String host, int port) throws IOException {
        return connect(host, port, 0);
    }

    /** With a receive buffer of this size (0: the system's), for a peer that is slow to take data. */
    public static Wire connect(String host, int port, int receiveBuffer) throws IOException {
        return new Wire(open(host, port, receiveBuffer));
    }

    public static Wire connectTls(String host, int port) throws IOException {
        Socket plain = open(host, port, 0);
        SSLSocket secure = (SSLSocket) AnyCertificate.context().getSocketFactory().createSocket(plain, host, port, true);
        secure.startHandshake();
        return new Wire(secure);
    }

    /** Goes on within TLS, with any certificate. */
    public Wire startTls() throws IOException {
        SSLSocket secure = (SSLSocket) AnyCertificate.context().getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        secure.startHandshake();
        return new Wire(secure);
    }

    private static Socket open(String host, int port, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port), (int) PATIENCE.toMillis());
        return socket;
    }

    /** Another deadline for each of the following reads. */
    public Wire patience(Duration each) {
        patience = each;
        return this;
    }

    public Wire send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    public Wire send(byte[] octets) throws IOException {
        return send(octets, 0, octets.length);
    }

    public Wire send(byte[] octets, int offset, int length) throws IOException {
        socket.getOutputStream().write(octets, offset, length);
        socket.getOutputStream().flush();
        return this;
    }

    /** Up to and with the empty line, not an octet further. Interim responses (100) are heads of their own. */
    public Head readHead() throws IOException {
        long deadline = deadline();
        StringBuilder head = new StringBuilder(256);
        while (!endsHead(head)) {
            int octet = read(deadline);
            if (octet < 0) {
                throw new AssertionError("the connection ended within a head: \"" + head + '"');
            }
            head.append((char) octet);
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

    public byte[] readExactly(int count) throws IOException {
        long deadline = deadline();
        byte[] octets = new byte[count];
        for (int have = 0; have < count;) {
            int n = read(octets, have, deadline);
            if (n < 0) {
                throw new AssertionError("the connection ended after " + have + " octets of " + count + ": \""
                        + new String(octets, 0, Math.min(have, 200), ISO_8859_1) + '"');
            }
            have += n;
        }
        return octets;
    }

    public String readText(int count) throws IOException {
        return new String(readExactly(count), ISO_8859_1);
    }

    /** Up to and with LF. */
    public String readLine() throws IOException {
        long deadline = deadline();
        StringBuilder line = new StringBuilder();
        while (line.length() == 0 || line.charAt(line.length() - 1) != '\n') {
            int octet = read(deadline);
            if (octet < 0) {
                throw new AssertionError("the connection ended within a line: \"" + line + '"');
            }
            line.append((char) octet);
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
        return rest.octets();
    }

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
        socket.shutdownOutput();
        return this;
    }

    /** RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** True when the peer ends the connection in time, by FIN or RST; octets that come before are dropped. */
    public boolean isClosedByPeer(Duration within) throws IOException {
        Duration before = patience;
        patience = within;
        try {
            return readToEnd().end() != End.TIMEOUT;
        } finally {
            patience = before;
        }
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    /** For what has no method here. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private long deadline() {
        return System.nanoTime() + patience.toNanos();
    }

    private int read(long deadline) throws IOException {
        limit(deadline);
        return input.read();
    }

    private int read(byte[] buffer, int offset, long deadline) throws IOException {
        limit(deadline);
        return input.read(buffer, offset, buffer.length - offset);
    }

    private void limit(long deadline) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("nothing more within " + patience);
        }
        socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
    }
}
