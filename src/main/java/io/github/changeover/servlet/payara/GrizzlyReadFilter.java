package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.edge.HalfCloseTlsEngine;
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
 * Processes the events of a connection before its filter chain. It reads the channel in place of the chain, and hides the peer's end from it: FIN,
 * and over TLS close_notify. Over TLS, one read ends with the record. Later bytes stay in the kernel, and the selector calls again only when the
 * reader has consumed the record and requests more.
 */
final class GrizzlyReadFilter {
    private static final long LONGEST_WAY = 1_000_000_000;   // nanoseconds
    private static final int HEADER = 5, RECORD = HEADER + 16384 + 2048, ALERT = 21;

    private final GrizzlyMembers n;
    private final Object connection, chain;
    private final SocketChannel channel;
    private final Runnable ended, closing;
    private final HalfCloseTlsEngine tls;                                // null without TLS
    private final ByteBuffer header = ByteBuffer.allocate(HEADER);   // the bytes of the next record header that have arrived
    private int left;                                        // bytes of the record that are still to come after its header
    private boolean over;                                    // the peer has ended
    private volatile boolean dropping;                       // all bytes that arrive are discarded
    private volatile Thread reading;                         // the thread that passes bytes through the chain; Grizzly allows only one

    private GrizzlyReadFilter(GrizzlyMembers names, Object connection, Object chain, Runnable ended, Runnable closing, HalfCloseTlsEngine tls) throws ReflectiveOperationException {
        n = names;
        this.connection = connection;
        this.chain = chain;
        channel = (SocketChannel) n.call("channel", connection);
        this.ended = ended;
        this.closing = closing;
        this.tls = tls;
    }

    /** Starts the guard. Must be called right before upgrade(). {@code closing} runs before the filters of Grizzly are notified that the connection closes. */
    static GrizzlyReadFilter begin(GrizzlyMembers n, Object connection, Object chain, Object states, Runnable ended, Runnable closing) throws ReflectiveOperationException {
        SSLEngine engine = (SSLEngine) n.call("engine", null, connection);
        if (engine != null && !n.tls.isInstance(((List<?>) chain).get(1))) throw new NoSuchFieldException("TLS elsewhere than behind the transport");
        GrizzlyReadFilter guard = new GrizzlyReadFilter(n, connection, chain, ended, closing, engine == null ? null : new HalfCloseTlsEngine(engine));
        if (engine != null) {
            if (n.call("stored", states, n.read, 1) != null) {   // the first bytes of a record arrived with the request
                Object rest = n.call("take", states, n.read, 1, null);
                guard.skip(((ByteBuffer) n.call("bytes", rest)).slice());
                n.call("store", states, n.read, 1, true, rest, n.appender);
            }
            n.call("setEngine", null, connection, guard.tls);
        }
        n.call("processor", connection, n.proxy("Processor", guard::event));
        return guard;
    }

    /** Returns whether our output can end while the peer continues to send. */
    boolean halves() { return tls == null || tls.halves(); }

    /**
     * Returns the bytes to send after all output before the channel is closed: close_notify, or nothing. Returns close_notify only once. Must be
     * called under the lock of the connection.
     */
    byte[] farewell() throws SSLException {
        if (tls == null) return new byte[0];
        ByteBuffer b = tls.close();
        return Arrays.copyOf(b.array(), b.limit());
    }

    /**
     * Discards all bytes that arrive from now on. Grizzly would parse them as the next request as soon as this request is completed, and a close
     * completes it. Therefore this method waits, for at most one second, until a thread that is passing bytes through the chain has finished. It does
     * not wait for a thread that is blocked on a monitor, because the caller may hold that monitor.
     */
    void drop() {
        dropping = true;
        Thread busy = reading;
        long end = System.nanoTime() + LONGEST_WAY;
        while (busy != null && busy != Thread.currentThread() && reading == busy && busy.getState() != Thread.State.BLOCKED && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000);
        }
    }

    /** Gives Grizzly its own engine back. Called when the connection is closed. */
    void release() throws ReflectiveOperationException {
        if (tls != null) n.call("setEngine", null, connection, tls.inner());
    }

    private Object event(Object proxy, Method m, Object[] args) throws Throwable {
        if (m.getName().equals("obtainContext")) {
            Object c = m.invoke(chain, args);
            n.call("contextProcessor", c, proxy);
            return c;
        }
        if (!m.getName().equals("process")) return m.invoke(chain, args);
        n.call("contextProcessor", args[0], chain);
        String event = n.call("event", args[0]).toString();
        if (event.equals("CLOSED")) closing.run();
        if (!event.equals("READ")) return m.invoke(chain, args);
        ByteBuffer b = ByteBuffer.allocate(tls == null ? 16384 : RECORD);
        int count;
        try {
            count = tls == null || over ? channel.read(b) : readRecord(b);
        } catch (IOException reset) {
            return m.invoke(chain, args);                    // Grizzly gets the same exception and closes
        }
        if (count < 0) {
            end();
            return n.call("terminated", null);               // ends the event and stops reading
        }
        reading = Thread.currentThread();                    // before the check: drop() sets its flag and then reads this field
        try {
            // Bytes after close_notify are ignored, but they must be read: otherwise our close would send a reset.
            return over || dropping || b.position() == 0 ? n.call("completed", null) : pass(b, args, m);
        } finally {
            reading = null;
        }
    }

    private Object pass(ByteBuffer b, Object[] args, Method m) throws ReflectiveOperationException {
        Object c = n.call("chainContext", args[0]);          // continues after the transport filter, which would read again
        n.call("start", c, 0);
        n.call("end", c, ((List<?>) chain).size());
        n.call("index", c, 1);
        n.call("message", c, n.call("wrap", null, null, Arrays.copyOf(b.array(), b.position())));
        Object result = m.invoke(chain, args);
        if (tls != null && tls.ended()) end();
        return result;
    }

    private void end() {
        if (over) return;
        over = true;
        ended.run();
    }

    /** Reads the rest of the record, or the part of it that has arrived. An alert is discarded. */
    private int readRecord(ByteBuffer b) throws IOException {
        int count = 0;
        if (left == 0) {
            int had = header.position();
            count = channel.read(header);
            if (count <= 0) return count;
            if (!alert()) b.put(header.array(), had, count);
            if (header.hasRemaining()) return count;
            begun();
        }
        b.limit(Math.min(b.capacity(), b.position() + left));
        int more = channel.read(b);
        if (more > 0) left -= more;
        if (alert()) {
            b.clear();
            if (left == 0) end();
        }
        return count == 0 ? more : count + Math.max(more, 0);
    }

    /**
     * Returns whether the record is an alert. Before TLS 1.3 the type is correct and not encrypted. The engine must not see an alert, because it
     * would also close our output.
     */
    private boolean alert() { return header.get(0) == ALERT && !tls.halves(); }

    private void begun() {
        left = header.getShort(3) & 0xffff;
        header.clear();
    }

    /** Skips the bytes of records that Grizzly already holds. */
    private void skip(ByteBuffer held) {
        while (held.hasRemaining()) {
            int past = Math.min(left, held.remaining());
            held.position(held.position() + past);
            left -= past;
            while (left == 0 && held.hasRemaining()) {
                header.put(held.get());
                if (!header.hasRemaining()) begun();
            }
        }
    }
}
