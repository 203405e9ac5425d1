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
 * A switched connection in memory with the handler under test. The test controls the peer. It is the same connection as in a container, with the same
 * queue, order and kinds of end, but it transports the bytes in memory. There are no timeouts: the connection is never idle, and the peer is never
 * too slow.
 * <pre>{@code
 * MemoryConnection connection = MemoryConnection.of(new Lines()).receive("hello\n");
 * assertEquals("hello\r\n", connection.text());
 * }</pre>
 * Threading: callbacks of a {@link ConnectionHandler.Events} that the peer causes run inside the call of the test that causes them, on the thread of
 * the test. Callbacks that result from a call on {@link #connection()} outside a callback run when the test calls the next method of this class; in a
 * container they run later on another thread. A {@link ConnectionHandler.Blocking} runs on a separate thread: use {@link #peer()}, whose reads wait,
 * and {@link #awaitEnd}. Use an object of this class on one thread.
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

    /** Returns an application without timeouts. */
    static ApplicationResources application(int queue, Executor callbacks) {
        return application(queue, callbacks, MemoryBudget.defaultMax());
    }

    private static ApplicationResources application(int queue, Executor callbacks, long memory) {
        ConnectionLimits usual = ConnectionLimits.DEFAULT;
        ConnectionLimits still = new ConnectionLimits(queue, Duration.ZERO, usual.stall(), usual.closing(), Duration.ZERO, usual.drain(), Duration.ZERO, usual.earlyData());
        return new ApplicationResources(still, callbacks, BlockingHandlerThreads.of(16, null), new MemoryBudget(memory), Thread.currentThread().getContextClassLoader(),
                ApplicationResources.CallbackScope.NONE, ConnectionListener.NONE);
    }

    /** Opens a connection whose peer reads all bytes immediately. */
    public static MemoryConnection of(ConnectionHandler handler) {
        return of(handler, request("/memory", Map.of()));
    }

    /**
     * Opens a connection whose peer reads all bytes immediately.
     * @param request the upgrade request that the handler gets
     */
    public static MemoryConnection of(ConnectionHandler handler, UpgradeRequest request) {
        return new MemoryConnection(handler, request, ConnectionLimits.DEFAULT.queue(), false, MemoryBudget.defaultMax());
    }

    /**
     * Opens a connection whose peer reads nothing until {@link #takes} is called.
     *
     * @param queue the queue limit in bytes ({@code changeover.queue.max}), at least 1: above it, {@code send} returns false
     */
    public static MemoryConnection slow(ConnectionHandler handler, int queue) {
        return new MemoryConnection(handler, request("/memory", Map.of()), queue, true, MemoryBudget.defaultMax());
    }

    /**
     * Opens a connection in an application with a small memory budget. Its peer reads all bytes immediately.
     *
     * @param memory the memory limit in bytes ({@code changeover.memory.max}), at least 1
     */
    public static MemoryConnection withMemory(ConnectionHandler handler, long memory) {
        return new MemoryConnection(handler, request("/memory", Map.of()), ConnectionLimits.DEFAULT.queue(), false, memory);
    }

    /**
     * Returns a GET request without header fields.
     * @param pathParameters the values of the variables of the path template
     */
    public static UpgradeRequest request(String path, Map<String, String> pathParameters) {
        return UpgradeRequest.builder().path(path).pathParameters(pathParameters).build();
    }

    // ---- the peer

    /** Sends these bytes from the peer to the handler. They wait while the handler has paused reading. */
    public MemoryConnection receive(byte... bytes) {
        transport.peerSends(bytes);
        return run();
    }

    private MemoryConnection run() {
        callbacks.run();
        return this;
    }

    /** Sends this text from the peer to the handler, each character as one byte (ISO-8859-1). */
    public MemoryConnection receive(String bytes) {
        return receive(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Ends the output of the peer (half-close). */
    public MemoryConnection end() {
        transport.peerEnds();
        return run();
    }

    /** Lets the peer read this many more bytes. */
    public MemoryConnection takes(long bytes) {
        transport.peerReads(bytes);
        return run();
    }

    /** Breaks the connection, as a reset of the peer does. */
    public MemoryConnection reset() {
        transport.peerResets();
        return run();
    }

    /** Returns the peer as a client whose reads wait for bytes. */
    public Wire peer() {
        return peer;
    }

    /** Returns all bytes that the peer has read. */
    public byte[] sent() {
        callbacks.run();
        return transport.peerReceived();
    }

    /** Returns all bytes that the peer has read, each as one character (ISO-8859-1). */
    public String text() {
        callbacks.run();
        return transport.text();
    }

    /** Returns the number of bytes from the peer that wait because the handler has paused reading. */
    public int unread() {
        callbacks.run();
        return transport.unread();
    }

    // ---- the application

    /**
     * Drains the connection, as when the application stops: calls {@code drain} of the handler, waits at most {@code grace} for the end,
     * and then closes the connection.
     */
    public MemoryConnection drain(Duration grace) {
        drain(application, callbacks, grace);
        return this;
    }

    /** Drains all connections. Callbacks run on the calling thread while it waits. */
    static void drain(ApplicationResources application, PendingCallbacks callbacks, Duration grace) {
        application.registry().startDraining(grace);
        for (long until = System.nanoTime() + grace.toNanos(); !application.registry().live().isEmpty() && System.nanoTime() - until < 0; LockSupport.parkNanos(100_000)) {
            callbacks.run();
        }
        callbacks.run();
        application.registry().drain(Duration.ZERO);
        callbacks.run();
    }

    /** Returns the connection as the handler gets it. */
    public SwitchedConnection connection() {
        return connection;
    }

    /** Returns the number of bytes that count against {@code changeover.memory.max} now. */
    public long memoryUsed() {
        return application.memory().used();
    }

    /** Returns the kind of end; empty while the connection is open. */
    public Optional<CloseCause.Kind> ended() {
        callbacks.run();
        for (CloseCause.Kind kind : CloseCause.Kind.values()) {
            if (application.registry().closed(kind) > 0) return Optional.of(kind);
        }
        return Optional.empty();
    }

    /**
     * Waits at most {@link Wire#DEFAULT_TIMEOUT} for the end of the connection and returns its kind.
     * @throws AssertionError if the connection does not end in time
     */
    public CloseCause.Kind awaitEnd() {
        for (long until = System.nanoTime() + Wire.DEFAULT_TIMEOUT.toNanos(); System.nanoTime() < until; LockSupport.parkNanos(1_000_000)) {
            if (ended().isPresent()) return ended().get();
        }
        throw new AssertionError("The connection has not ended within " + Wire.DEFAULT_TIMEOUT.toSeconds() + " s; the peer has read \"" + text() + '"');
    }

    /** Aborts the connection if it is open, and ends all threads. */
    @Override
    public void close() {
        connection.abort();
        callbacks.run();
        application.blocking().close();
        application.close();
    }

    /** The peer's side of a transport in memory. */
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
