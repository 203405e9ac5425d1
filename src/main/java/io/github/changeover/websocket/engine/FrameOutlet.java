package io.github.changeover.websocket.engine;

import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Where Tyrus puts its frames. A send that waits by contract waits for room in the queue and is done when the queue has the
 * frame; so is an asynchronous one inside a callback, which may wait for its result and would wait for itself. Elsewhere an
 * asynchronous send is done when the container has the octets.
 */
final class FrameOutlet extends Writer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** For ever: the watch evicts a peer that takes nothing, and that ends the waiting. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private final SwitchedConnection connection;
    private final FrameWriter frames;
    private final BooleanSupplier peerHasClosed;
    private final ReentrantLock order = new ReentrantLock();     // frames go out in the order in which they are compressed
    private boolean said;                   // a Close frame: nothing may follow it (RFC 6455 section 5.5.1)
    private volatile boolean full;          // a send was answered false
    private volatile boolean silent;        // there is nobody to send to
    private volatile boolean left;          // the connection is closed by others
    private volatile Thread inside;         // the one that is in a callback

    /** @param peerHasClosed whether the peer's Close frame has come */
    FrameOutlet(SwitchedConnection connection, FrameWriter frames, BooleanSupplier peerHasClosed) {
        this.connection = connection;
        this.frames = frames;
        this.peerHasClosed = peerHasClosed;
    }

    /** Whether the peer is behind: nothing more should be read from it. */
    boolean full() {
        return full;
    }

    void room() {
        full = false;
    }

    /** Runs a callback. */
    void during(Runnable callback) {
        inside = Thread.currentThread();
        try {
            callback.run();
        } finally {
            inside = null;
        }
    }

    /** Tyrus tells the endpoint of an end; frames of that go nowhere. */
    void silence() {
        silent = true;
        order.lock();
        try {
            frames.close();
        } finally {
            order.unlock();
        }
    }

    /** From now on {@link #close} leaves the connection to who closes it. */
    void leave() {
        left = true;
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done) {
        write(frame, done, null);
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        boolean asynchronous = info != null && info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.ASYNC;
        boolean waits = !asynchronous || inside == Thread.currentThread();
        try {
            if (silent || waits && !room(frame.remaining())) throw new IOException("The connection takes no more frames");
            send(frame, waits ? null : failure -> tell(done, frame, failure));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            tell(done, frame, interrupted);
            return;
        } catch (IOException | RuntimeException failure) {
            tell(done, frame, failure);
            return;
        }
        if (waits) tell(done, frame, null);
    }

    private boolean room(int octets) throws InterruptedException {
        boolean open = connection.awaitRoom(octets, PATIENCE);
        if (full) {         // who waited has taken the word of it from the handler
            full = false;
            connection.resume();
        }
        return open;
    }

    private void send(ByteBuffer frame, SwitchedConnection.Completion sent) throws IOException {
        order.lock();
        try {
            if (said) throw new IOException("The connection takes no more frames: its Close frame has been sent");
            said = Opcode.isClose(frame.get(frame.position()));
            frames.write(frame, octets -> {
                if (!connection.send(octets)) full = true;
            });
            if (sent != null) connection.send(NOTHING.duplicate(), sent);
        } finally {
            order.unlock();
        }
    }

    private static void tell(CompletionHandler<ByteBuffer> done, ByteBuffer frame, Throwable failure) {
        if (done == null) return;
        if (failure == null) done.completed(frame);
        else done.failed(failure);
    }

    /** Tyrus is done: the Close frame is on its way. */
    @Override
    public void close() {
        if (!left && !silent) end();
    }

    /** Closes the connection. After both Close frames the server is who closes, and waits for nothing: RFC 6455 section 7.1.1. */
    void end() {
        if (peerHasClosed.getAsBoolean()) connection.conclude();
        else connection.close();
    }
}
