package io.github.changeover.it;

import io.github.changeover.testkit.TrustAllTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** A TLS client that distinguishes close_notify from a FIN without one. The socket of the JDK does not. */
final class TlsTestClient implements AutoCloseable {
    private final Socket socket;
    private final SSLEngine engine;
    private final ByteBuffer arrived = ByteBuffer.allocate(64 * 1024).limit(0);
    private final ByteBuffer clear = ByteBuffer.allocate(64 * 1024);
    private int withoutBytes;

    /** How the server's side ended: close_notify, only a FIN, a reset, or not in time. */
    enum TlsEnd { CLOSE_NOTIFY, FIN, RST, TIMEOUT }

    /** The bytes before the end. */
    record TlsRest(byte[] bytes, TlsEnd end) {
    }

    private TlsTestClient(Socket socket, String protocol) throws IOException {
        this.socket = socket;
        this.engine = TrustAllTls.context().createSSLEngine("localhost", socket.getPort());
        engine.setUseClientMode(true);
        if (protocol != null) engine.setEnabledProtocols(new String[] {protocol});
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) handshake();
    }

    /** @param receiveBuffer in bytes; 0 means the default of the system */
    static TlsTestClient to(URI server, String protocol, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) socket.setReceiveBufferSize(receiveBuffer);
        socket.setSoTimeout(10_000);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        return new TlsTestClient(socket, protocol);
    }

    /** Starts TLS on a connection that has exchanged bytes in cleartext. */
    static TlsTestClient over(Socket socket) throws IOException {
        return new TlsTestClient(socket, null);
    }

    private void handshake() throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
            case NEED_TASK -> {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) task.run();
            }
            default -> {
                if (unwrap() == null) throw new IOException("the server ended the handshake");
            }
        }
    }

    private void wrap(ByteBuffer bytes) throws IOException {
        ByteBuffer records = ByteBuffer.allocate(bytes.remaining() + bytes.remaining() / 10 + 64 * 1024);
        do {
            if (engine.wrap(bytes, records).getStatus() != SSLEngineResult.Status.OK) break;
        } while (bytes.hasRemaining());
        socket.getOutputStream().write(records.array(), 0, records.position());
    }

    TlsTestClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    TlsTestClient send(byte[] bytes) throws IOException {
        wrap(ByteBuffer.wrap(bytes));
        return this;
    }

    /** Updates the keys of the client, and requests that the server updates its keys (RFC 8446 section 4.6.3). */
    TlsTestClient updateKeys() throws IOException {
        engine.beginHandshake();
        wrap(ByteBuffer.allocate(0));
        return this;
    }

    /** The number of records so far without application bytes: handshake, tickets and key updates. */
    int recordsWithoutBytes() {
        return withoutBytes;
    }

    /** Sends the bytes and close_notify in one write. */
    TlsTestClient sendLast(byte[] bytes) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        ByteBuffer records = ByteBuffer.allocate(bytes.length * 2 + 64 * 1024);
        while (from.hasRemaining()) engine.wrap(from, records);
        engine.closeOutbound();
        while (!engine.isOutboundDone()) engine.wrap(ByteBuffer.allocate(0), records);
        socket.getOutputStream().write(records.array(), 0, records.position());
        return this;
    }

    /** Decrypted bytes, possibly none. Null after close_notify. */
    private ByteBuffer unwrap() throws IOException {
        while (true) {
            SSLEngineResult result = engine.unwrap(arrived, clear.clear());
            switch (result.getStatus()) {
                case CLOSED -> {
                    return null;
                }
                case BUFFER_UNDERFLOW -> {
                    arrived.compact();
                    InputStream in = socket.getInputStream();
                    int count = 0;
                    try {
                        count = in.read(arrived.array(), arrived.position(), arrived.remaining());
                    } finally {
                        arrived.position(arrived.position() + Math.max(0, count)).flip();
                    }
                    if (count < 0) throw new Fin();
                }
                default -> {
                    if (result.bytesConsumed() == 0) throw new IOException("the server goes on with a handshake: " + engine.getHandshakeStatus());
                    if (result.bytesProduced() == 0) withoutBytes++;
                    return clear.flip();
                }
            }
        }
    }

    private static final class Fin extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** Reads up to the record that contains the end of a head. */
    String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) head.append(read(1));
        return head.toString();
    }

    /** Reads at least this many bytes. Returns them as text. */
    String read(int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < count) {
            ByteBuffer some = unwrap();
            if (some == null) throw new IOException("close_notify after " + all);
            all.write(some.array(), 0, some.limit());
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads until the server ends its side, or until no byte has arrived for this many milliseconds. */
    TlsRest readToEnd(int patience) throws IOException {
        socket.setSoTimeout(patience);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (ByteBuffer some = unwrap(); some != null; some = unwrap()) all.write(some.array(), 0, some.limit());
            return new TlsRest(all.toByteArray(), TlsEnd.CLOSE_NOTIFY);
        } catch (Fin fin) {
            return new TlsRest(all.toByteArray(), TlsEnd.FIN);
        } catch (SocketTimeoutException late) {
            return new TlsRest(all.toByteArray(), TlsEnd.TIMEOUT);
        } catch (SocketException reset) {
            return new TlsRest(all.toByteArray(), TlsEnd.RST);
        } finally {
            socket.setSoTimeout(10_000);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
