package io.github.changeover.testkit;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * A switched connection in memory: your handler on it, and its peer in your hands. It is the connection that a container gets, over
 * bytes in memory: the same queue, order and ends. Only time does not pass: nothing is idle, and no peer stalls.
 * <pre>{@code
 * MemoryConnection connection = MemoryConnection.of(new Lines()).receive("hello\n");
 * assertEquals("hello\r\n", connection.text());
 * }</pre>
 * Callbacks of a {@link ConnectionHandler.Events} that the peer causes run inside the call that causes them, on the caller's thread. What a call
 * on {@link #connection()} from outside a callback leads to runs when the test next calls a method of this class, as it would later on another
 * thread in a container. A {@link ConnectionHandler.Blocking} has a thread of its own: read from {@link #peer()}, which waits, and {@link #awaitEnd}.
 */
public final class MemoryConnection implements AutoCloseable {
    private final MemoryTransport transport = new MemoryTransport();
    private final PendingCallbacks callbacks = new PendingCallbacks();
    private final ApplicationResources application;
    private final TransportConnection connection;
    private final Wire peer = new Wire(new MemoryLine(transport));

    private MemoryConnection(ConnectionHandler handler, UpgradeRequest request, int queue, boolean slow, long memory) {
        application = application(queue, callbacks, memory);
        if (handler instanceof ConnectionHandler.Blocking) application.blocking().reserve();
        connection = new TransportConnection(application, request, ProtocolToken.of("memory"), EarlyData.DELIVER, handler, () -> { });
        if (slow) transport.window(0);
        transport.whileWaiting(callbacks::run).open(connection);
        callbacks.run();
    }

    /** One whose connections never wait for time to pass. */
    static ApplicationResources application(int queue, Executor callbacks) {
        return application(queue, callbacks, MemoryBudget.defaultMax());
    }

    private static ApplicationResources application(int queue, Executor callbacks, long memory) {
        ConnectionLimits usual = ConnectionLimits.DEFAULT;
        ConnectionLimits still = new ConnectionLimits(queue, Duration.ZERO, usual.stall(), usual.closing(), Duration.ZERO, usual.drain(), Duration.ZERO, usual.earlyData());
        return new ApplicationResources(still, callbacks, BlockingHandlerThreads.of(16, null), new MemoryBudget(memory), Thread.currentThread().getContextClassLoader(),
                ApplicationResources.CallbackScope.NONE, ConnectionListener.NONE);
    }

    /** Opened, with a peer that takes everything at once. */
    public static MemoryConnection of(ConnectionHandler handler) {
        return of(handler, request("/memory", Map.of()));
    }

    /** The same, of a request that the handler may look at. */
    public static MemoryConnection of(ConnectionHandler handler, UpgradeRequest request) {
        return new MemoryConnection(handler, request, ConnectionLimits.DEFAULT.queue(), false, MemoryBudget.defaultMax());
    }

    /**
     * Opened, with a peer that takes nothing until it {@link #takes}.
     *
     * @param queue bytes that may wait before {@code send} answers false: {@code changeover.queue.max}, at least 1
     */
    public static MemoryConnection slow(ConnectionHandler handler, int queue) {
        return new MemoryConnection(handler, request("/memory", Map.of()), queue, true, MemoryBudget.defaultMax());
    }

    /**
     * Opened, in an application that has little memory for what its clients make it hold.
     *
     * @param memory bytes: {@code changeover.memory.max}, at least 1
     */
    public static MemoryConnection withMemory(ConnectionHandler handler, long memory) {
        return new MemoryConnection(handler, request("/memory", Map.of()), ConnectionLimits.DEFAULT.queue(), false, memory);
    }

    /** A GET of a path, without fields, with values for the variables of the path's template. */
    public static UpgradeRequest request(String path, Map<String, String> pathParameters) {
        return UpgradeRequest.builder().path(path).pathParameters(pathParameters).build();
    }

    // ---- the peer

    /** Bytes from the peer. They wait while the handler has paused reading. */
    public MemoryConnection receive(byte... bytes) {
        transport.peerSends(bytes);
        return run();
    }

    private MemoryConnection run() {
        callbacks.run();
        return this;
    }

    /** The same; each character is a byte. */
    public MemoryConnection receive(String bytes) {
        return receive(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The peer sends no more. */
    public MemoryConnection end() {
        transport.peerEnds();
        return run();
    }

    /** The peer takes so many bytes more. */
    public MemoryConnection takes(long bytes) {
        transport.peerReads(bytes);
        return run();
    }

    /** The peer vanishes. */
    public MemoryConnection reset() {
        transport.peerResets();
        return run();
    }

    /** The peer as a client that waits for what it reads. */
    public Wire peer() {
        return peer;
    }

    /** What the peer has taken so far. */
    public byte[] sent() {
        callbacks.run();
        return transport.peerReceived();
    }

    /** The same as text, each byte a character. */
    public String text() {
        callbacks.run();
        return transport.text();
    }

    /** The peer's bytes that wait because the handler has paused reading. */
    public int unread() {
        callbacks.run();
        return transport.unread();
    }

    // ---- the application

    /** As when the application goes: the handler may say goodbye for so long, then the connection ends. */
    public MemoryConnection drain(Duration grace) {
        drain(application, callbacks, grace);
        return this;
    }

    /** Callbacks run on this thread meanwhile. */
    static void drain(ApplicationResources application, PendingCallbacks callbacks, Duration grace) {
        application.registry().startDraining(grace);
        for (long until = System.nanoTime() + grace.toNanos(); !application.registry().live().isEmpty() && System.nanoTime() - until < 0; LockSupport.parkNanos(100_000)) {
            callbacks.run();
        }
        callbacks.run();
        application.registry().drain(Duration.ZERO);
        callbacks.run();
    }

    /** What the handler has. */
    public SwitchedConnection connection() {
        return connection;
    }

    /** Bytes that count against {@code changeover.memory.max} now. */
    public long memoryUsed() {
        return application.memory().used();
    }

    /** The kind of end; empty while the connection lives. */
    public Optional<CloseCause.Kind> ended() {
        callbacks.run();
        for (CloseCause.Kind kind : CloseCause.Kind.values()) {
            if (application.registry().closed(kind) > 0) return Optional.of(kind);
        }
        return Optional.empty();
    }

    /** Waits for the end. */
    public CloseCause.Kind awaitEnd() {
        for (long until = System.nanoTime() + Wire.DEFAULT_TIMEOUT.toNanos(); System.nanoTime() < until; LockSupport.parkNanos(1_000_000)) {
            if (ended().isPresent()) return ended().get();
        }
        throw new AssertionError("The connection has not ended within " + Wire.DEFAULT_TIMEOUT.toSeconds() + " s; the peer has read \"" + text() + '"');
    }

    /** Ends what still lives. */
    @Override
    public void close() {
        connection.abort();
        callbacks.run();
        application.blocking().close();
        application.close();
    }

    /** The peer's end of a transport. */
    record MemoryLine(MemoryTransport transport) implements ByteLine {
        @Override
        public int read(byte[] bytes, int offset, int length, long deadline) throws IOException {
            return transport.awaitPeerReceived(bytes, offset, length, deadline);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            transport.peerSends(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void endOutput() {
            transport.peerEnds();
        }

        @Override
        public void reset() {
            transport.peerResets();
        }

        @Override
        public void close() {
            transport.peerEnds();
        }
    }
}
