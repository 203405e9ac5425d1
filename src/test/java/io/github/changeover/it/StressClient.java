package io.github.changeover.it;

import io.github.changeover.testkit.TrustAllTls;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/** The client of one connection of {@link StressIT}: sends its own bytes, and checks every frame that arrives. */
final class StressClient {
    private static final int SENDERS = 4, LAST = 100, PATIENCE = 60_000;

    /** The ends, with the names that the application uses. */
    enum StressEnd { CLOSE, ABORT, END_OUTPUT, DRAIN, CLIENT_RESETS, CLIENT_ENDS }

    private final String at;
    private final int number;
    private final long seed;
    private final StressEnd end;
    private final String protocol;
    private final boolean quiet, mayBeReset, renewsKeys;
    private final int[] next = new int[SENDERS];
    private final SplittableRandom random;
    private Socket plain;
    private Socket socket;
    private volatile boolean finish, stop;      // for the writer: end its side, or stop
    private volatile long sent;
    private volatile Throwable writerFailure;
    private boolean last;
    private long received;

    /**
     * @param protocol   the TLS version, or null
     * @param quiet      whether nothing is sent
     * @param mayBeReset whether the connection may break off at any time
     * @param renewsKeys whether the client requests a key update once while it sends
     */
    StressClient(String at, int number, long seed, StressEnd end, String protocol, boolean quiet, boolean mayBeReset, boolean renewsKeys) {
        this.at = at;
        this.number = number;
        this.seed = seed;
        this.end = end;
        this.protocol = protocol;
        this.quiet = quiet;
        this.mayBeReset = mayBeReset;
        this.renewsKeys = renewsKeys;
        this.random = new SplittableRandom(~seed);
    }

    StressEnd end() {
        return end;
    }

    boolean mayBeReset() {
        return mayBeReset;
    }

    String protocol() {
        return protocol;
    }

    /** Whether the end of the client drops what the server has not sent yet, as before TLS 1.3 (RFC 5246 section 7.2.1). */
    boolean endsBothSides() {
        return protocol != null && !protocol.equals("TLSv1.3");
    }

    /** The number of bytes passed to the socket. */
    long sent() {
        return sent;
    }

    long received() {
        return received;
    }

    int framesOf(int sender) {
        return next[sender];
    }

    long frames() {
        return Arrays.stream(next).asLongStream().sum();
    }

    void run(URI server) throws Exception {
        plain = new Socket();
        plain.setReceiveBufferSize(random.nextInt(3) == 0 ? 8 * 1024 : 64 * 1024);
        plain.setSoTimeout(PATIENCE);
        try {
            plain.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            socket = protocol == null ? plain : startTls();
            socket.setSoTimeout(PATIENCE);
            exchange();
        } finally {
            plain.close();
        }
    }

    private Socket startTls() throws IOException {
        SSLSocket secure = (SSLSocket) TrustAllTls.context().getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        secure.setEnabledProtocols(new String[] {protocol});
        secure.startHandshake();
        return secure;
    }

    private void exchange() throws Exception {
        socket.getOutputStream().write(("GET " + at + "/talk/" + number + "/" + seed + "/" + end
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: stress\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 16 * 1024));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) head.append((char) in.readUnsignedByte());
        if (!head.toString().startsWith("HTTP/1.1 101")) throw new AssertionError("answered " + head);
        Thread writer = new Thread(this::write, "writer of " + number);
        if (!quiet) writer.start();
        try {
            read(in);
        } finally {
            stop = true;
            if (!finish) plain.close();         // the remaining bytes of the writer are not needed
            writer.join(PATIENCE);
        }
        if (writer.isAlive()) throw new AssertionError("the writer hangs at " + Arrays.toString(writer.getStackTrace()));
        if (finish && writerFailure != null) throw new AssertionError("the client could not send", writerFailure);
    }

    // ---- sending

    private void write() {
        SplittableRandom bytes = new SplittableRandom(~seed);
        SplittableRandom sizes = new SplittableRandom(seed + 77);
        byte[] ahead = new byte[256 * 40];
        int from = 0, to = 0;
        boolean renew = renewsKeys;
        try {
            OutputStream out = socket.getOutputStream();
            while (!finish && !stop) {
                int count = 1 + sizes.nextInt(sizes.nextInt(5) == 0 ? 8000 : 200);
                byte[] block = new byte[256];
                System.arraycopy(ahead, from, ahead, 0, to - from);
                to -= from;
                from = 0;
                while (to < count) {
                    bytes.nextBytes(block);
                    System.arraycopy(block, 0, ahead, to, block.length);
                    to += block.length;
                }
                sent += count;          // before the write, because the server may report before this thread continues
                out.write(ahead, 0, count);
                from = count;
                if (renew && sizes.nextInt(10) == 0) {
                    renew = false;
                    ((SSLSocket) socket).startHandshake();
                }
                if (sizes.nextInt(3) == 0) LockSupport.parkNanos(sizes.nextInt(3_000_000));
            }
            if (finish) socket.shutdownOutput();
        } catch (IOException | RuntimeException failure) {
            writerFailure = failure;
        }
    }

    // ---- receiving

    private void read(DataInputStream in) throws IOException {
        long leaveAt = System.nanoTime() + 1_000_000L * random.nextInt(5, 150);
        boolean leaves = end == StressEnd.CLIENT_RESETS || end == StressEnd.CLIENT_ENDS;
        try {
            for (int sender = in.read(); sender >= 0; sender = in.read()) {
                frame(in, sender);
                if (random.nextInt(100) == 0) LockSupport.parkNanos(random.nextInt(5_000_000));
                if (leaves && System.nanoTime() > leaveAt) {
                    leaves = false;
                    if (end == StressEnd.CLIENT_RESETS) {
                        plain.setSoLinger(true, 0);
                        plain.close();
                        return;
                    }
                    finish = true;
                }
            }
        } catch (SocketTimeoutException hangs) {
            throw hangs;
        } catch (IOException failure) {
            if (!mayBeTruncated()) throw failure;
        }
        if (end == StressEnd.END_OUTPUT && !last) throw new AssertionError("the last frame is missing");
    }

    /** Whether the connection may break off at any byte. */
    private boolean mayBeTruncated() {
        return mayBeReset && (finish || end != StressEnd.CLIENT_ENDS) || end == StressEnd.ABORT || end == StressEnd.CLIENT_RESETS || end == StressEnd.CLIENT_ENDS && finish && endsBothSides();
    }

    private void frame(DataInputStream in, int sender) throws IOException {
        int frame = in.readInt();
        int length = in.readUnsignedShort();
        if (last) throw new AssertionError("a frame of " + sender + " behind the last");
        if (sender == LAST ? end != StressEnd.END_OUTPUT || frame != 0 || length != 10 : sender >= SENDERS || frame != next[sender] || length >= 3000) {
            throw new AssertionError("after " + received + " bytes: sender " + sender + ", frame " + frame + ", length " + length + "; expected were "
                    + Arrays.toString(next));
        }
        byte[] content = new byte[length], expected = new byte[length];
        try {
            in.readFully(content);
        } catch (EOFException cut) {
            throw new IOException("cut off in frame " + frame + " of sender " + sender + ", after " + received + " bytes", cut);
        }
        new SplittableRandom(seed * 31 + sender * 1_000_003L + frame).nextBytes(expected);
        if (!Arrays.equals(content, expected)) throw new AssertionError("wrong content in frame " + frame + " of sender " + sender + ", after " + received + " bytes");
        received += 7 + length;
        if (sender == LAST) {
            last = true;
            finish = true;
        } else {
            next[sender]++;
        }
    }
}
