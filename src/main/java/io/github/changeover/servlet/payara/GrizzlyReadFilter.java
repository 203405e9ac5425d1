package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.adapter.HalfCloseTlsEngine;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Processes the events of an upgraded connection before Grizzly's filter chain. It reads the channel instead of the chain and hides the client's
 * half-close from the chain: the FIN, and over TLS the close_notify. Grizzly would close the connection at either. Over TLS, one read ends with the
 * record. Later bytes stay in the kernel, and the selector calls again only when the reader has consumed the record and requests more.
 */
final class GrizzlyReadFilter {
    private static final long MAX_DISCARD_WAIT = 1_000_000_000;         // nanoseconds
    private static final int HEADER = 5, MAX_RECORD = HEADER + 16384 + 2048, ALERT = 21;

    private final GrizzlyMembers grizzly;
    private final Object connection, chain;
    private final SocketChannel channel;
    private final Runnable onPeerEnd, onClosing;
    private final HalfCloseTlsEngine tls;                               // null without TLS
    private final ByteBuffer header = ByteBuffer.allocate(HEADER);      // the bytes of the next record header that have arrived
    private int recordRemaining;                                        // bytes of the record that are still to come after its header
    private boolean inputEnded;                                         // the peer has ended its output
    private volatile boolean discarding;                                // all bytes that arrive are discarded
    private volatile Thread readingThread;                              // the thread that passes bytes through the chain; Grizzly allows only one

    private GrizzlyReadFilter(GrizzlyMembers grizzly, Object connection, Object chain, Runnable onPeerEnd, Runnable onClosing, HalfCloseTlsEngine tls)
            throws ReflectiveOperationException {
        this.grizzly = grizzly;
        this.connection = connection;
        this.chain = chain;
        channel = (SocketChannel) grizzly.call("channel", connection);
        this.onPeerEnd = onPeerEnd;
        this.onClosing = onClosing;
        this.tls = tls;
    }

    /**
     * Starts to read the connection. Must be called right before upgrade().
     *
     * @param onPeerEnd runs once, on a thread of the container, after all bytes before the peer's end were read
     * @param onClosing runs before the filters of Grizzly are notified that the connection closes
     */
    static GrizzlyReadFilter begin(GrizzlyMembers grizzly, Object connection, Object chain, Object states, Runnable onPeerEnd, Runnable onClosing)
            throws ReflectiveOperationException {
        SSLEngine engine = (SSLEngine) grizzly.call("engine", null, connection);
        if (engine != null && !grizzly.tls.isInstance(((List<?>) chain).get(1))) throw new NoSuchFieldException("the TLS filter is not the second filter of the chain");
        GrizzlyReadFilter filter = new GrizzlyReadFilter(grizzly, connection, chain, onPeerEnd, onClosing, engine == null ? null : new HalfCloseTlsEngine(engine));
        if (engine != null) {
            if (grizzly.call("stored", states, grizzly.read, 1) != null) {   // the first bytes of a record arrived with the request
                Object rest = grizzly.call("append", states, grizzly.read, 1, null);
                filter.skipHeld(((ByteBuffer) grizzly.call("bytes", rest)).slice());
                grizzly.call("store", states, grizzly.read, 1, true, rest, grizzly.appender);
            }
            grizzly.call("setEngine", null, connection, filter.tls);
        }
        grizzly.call("processor", connection, grizzly.proxy("Processor", filter::process));
        return filter;
    }

    /** Returns whether our output can end while the peer continues to send. */
    boolean supportsHalfClose() {
        return tls == null || tls.supportsHalfClose();
    }

    /**
     * Returns the bytes to send after all output before the channel is closed: close_notify, or nothing. Returns close_notify only once. Must be
     * called under the lock of the connection.
     */
    byte[] closeNotify() throws SSLException {
        if (tls == null) return new byte[0];
        ByteBuffer bytes = tls.closeNotify();
        return Arrays.copyOf(bytes.array(), bytes.limit());
    }

    /**
     * Discards all bytes that arrive from now on. Grizzly would parse them as the next request as soon as this request is completed, and a close
     * completes it. Therefore this method waits, for at most one second, until a thread that is passing bytes through the chain has finished. It does
     * not wait for a thread that is blocked on a monitor, because the caller may hold that monitor.
     */
    void discardInput() {
        discarding = true;
        Thread busy = readingThread;
        long end = System.nanoTime() + MAX_DISCARD_WAIT;
        while (busy != null && busy != Thread.currentThread() && readingThread == busy && busy.getState() != Thread.State.BLOCKED && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000);
        }
    }

    /** Gives Grizzly its own engine back. Called when the connection is closed. */
    void restoreEngine() throws ReflectiveOperationException {
        if (tls != null) grizzly.call("setEngine", null, connection, tls.delegate());
    }

    private Object process(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.getName().equals("obtainContext")) {
            Object context = method.invoke(chain, args);
            grizzly.call("contextProcessor", context, proxy);
            return context;
        }
        if (!method.getName().equals("process")) return method.invoke(chain, args);
        grizzly.call("contextProcessor", args[0], chain);
        String event = grizzly.call("event", args[0]).toString();
        if (event.equals("CLOSED")) onClosing.run();
        if (!event.equals("READ")) return method.invoke(chain, args);
        ByteBuffer bytes = ByteBuffer.allocate(tls == null ? 16384 : MAX_RECORD);
        int count;
        try {
            count = tls == null || inputEnded ? channel.read(bytes) : readRecord(bytes);
        } catch (IOException reset) {
            return method.invoke(chain, args);                    // Grizzly gets the same exception and closes
        }
        if (count < 0) {
            endInput();
            return grizzly.call("terminated", null);             // ends the event and stops reading
        }
        readingThread = Thread.currentThread();              // before the check: discardInput() sets its flag and then reads this field
        try {
            // Bytes after close_notify are ignored, but they must be read: otherwise our close would send a reset.
            return inputEnded || discarding || bytes.position() == 0 ? grizzly.call("completed", null) : passToChain(bytes, args, method);
        } finally {
            readingThread = null;
        }
    }

    private Object passToChain(ByteBuffer bytes, Object[] args, Method method) throws ReflectiveOperationException {
        Object context = grizzly.call("chainContext", args[0]);     // continues after the transport filter, which would read again
        grizzly.call("start", context, 0);
        grizzly.call("end", context, ((List<?>) chain).size());
        grizzly.call("index", context, 1);
        grizzly.call("message", context, grizzly.call("wrap", null, null, Arrays.copyOf(bytes.array(), bytes.position())));
        Object result = method.invoke(chain, args);
        if (tls != null && tls.closeNotifyReceived()) endInput();
        return result;
    }

    private void endInput() {
        if (inputEnded) return;
        inputEnded = true;
        onPeerEnd.run();
    }

    /** Reads the rest of the record, or the part of it that has arrived. An alert is discarded. */
    private int readRecord(ByteBuffer bytes) throws IOException {
        int count = 0;
        if (recordRemaining == 0) {
            int before = header.position();
            count = channel.read(header);
            if (count <= 0) return count;
            if (!isAlert()) bytes.put(header.array(), before, count);
            if (header.hasRemaining()) return count;
            startRecord();
        }
        bytes.limit(Math.min(bytes.capacity(), bytes.position() + recordRemaining));
        int more = channel.read(bytes);
        if (more > 0) recordRemaining -= more;
        if (isAlert()) {
            bytes.clear();
            if (recordRemaining == 0) endInput();
        }
        return count == 0 ? more : count + Math.max(more, 0);
    }

    /**
     * Returns whether the record is an alert. Before TLS 1.3 the type is correct and not encrypted. The engine must not see an alert, because it
     * would also close our output.
     */
    private boolean isAlert() {
        return header.get(0) == ALERT && !tls.supportsHalfClose();
    }

    private void startRecord() {
        recordRemaining = header.getShort(3) & 0xffff;
        header.clear();
    }

    /** Skips the bytes of records that Grizzly already holds. */
    private void skipHeld(ByteBuffer held) {
        while (held.hasRemaining()) {
            int skipped = Math.min(recordRemaining, held.remaining());
            held.position(held.position() + skipped);
            recordRemaining -= skipped;
            while (recordRemaining == 0 && held.hasRemaining()) {
                header.put(held.get());
                if (!header.hasRemaining()) startRecord();
            }
        }
    }
}
