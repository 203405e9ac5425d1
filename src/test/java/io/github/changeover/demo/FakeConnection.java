package io.github.changeover.demo;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A connection in memory. It takes {@code window} octets until {@link #drain}ed; a sender that does not heed
 * false is told with an IllegalStateException as soon as it sends again.
 */
final class FakeConnection implements SwitchedConnection {
    private final ConnectionHandler.Events handler;
    private final long window;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private long queued;
    private boolean told;       // send() answered false
    private boolean paused;
    private boolean ended;
    private boolean endTold;
    private CloseCause closed;

    FakeConnection(ConnectionHandler.Events handler, long window) {
        this.handler = handler;
        this.window = window;
        handler.opened(this);
    }

    /** Takes everything at once. */
    FakeConnection(ConnectionHandler.Events handler) {
        this(handler, Long.MAX_VALUE);
    }

    /** Octets from the peer; they wait while reading is paused. */
    FakeConnection receive(byte... octets) {
        arrived.add(octets);
        deliver();
        return this;
    }

    FakeConnection receive(String octets) {
        return receive(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The peer's half-close. */
    FakeConnection end() {
        ended = true;
        deliver();
        return this;
    }

    /** The peer takes what is queued. */
    FakeConnection drain() {
        queued = 0;
        if (told) {
            told = false;
            if (closed == null) handler.writable(this);
        }
        return this;
    }

    private void deliver() {
        while (!paused && closed == null && !arrived.isEmpty()) {
            byte[] octets = arrived.poll();
            handler.received(this, ByteBuffer.wrap(octets));
            Arrays.fill(octets, (byte) '#');     // the buffer was the handler's during the call only
        }
        if (!paused && closed == null && ended && !endTold && arrived.isEmpty()) {
            endTold = true;
            handler.ended(this);
        }
    }

    byte[] sent() {
        return sent.toByteArray();
    }

    String text() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    boolean paused() {
        return paused;
    }

    boolean isClosed() {
        return closed != null;
    }

    CloseCause cause() {
        return closed;
    }

    @Override
    public boolean send(ByteBuffer octets) {
        if (closed != null) return false;
        if (told) throw new IllegalStateException("send() answered false, and was called again");
        queued += octets.remaining();
        byte[] copy = new byte[octets.remaining()];
        octets.get(copy);
        sent.writeBytes(copy);
        told = queued > window;
        return !told;
    }

    @Override
    public boolean send(ByteBuffer octets, Completion done) {
        boolean more = send(octets);
        done.done(null);
        return more;
    }

    @Override
    public boolean awaitRoom(long octets, java.time.Duration atMost) {
        return true;
    }

    @Override
    public long queued() {
        return queued;
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
        deliver();
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void endOutput() {
    }

    @Override
    public void close() {
        close(CloseCause.of(endTold ? CloseCause.Kind.PEER : CloseCause.Kind.HANDLER, "closed"));
    }

    @Override
    public void close(CloseCause cause) {
        if (closed == null) closed = cause;
    }

    @Override
    public void evict() {
        close(CloseCause.of(CloseCause.Kind.EVICTED, "evicted"));
    }

    @Override
    public String id() {
        return "fake";
    }

    @Override
    public UpgradeRequest request() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ProtocolToken protocol() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream input() {
        throw new UnsupportedOperationException();
    }

    @Override
    public OutputStream output() {
        throw new UnsupportedOperationException();
    }
}
