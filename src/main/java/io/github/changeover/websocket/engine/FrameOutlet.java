package io.github.changeover.websocket.engine;

import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Where Tyrus puts its frames. A send that waits by contract waits for room in the queue and is done when the queue has the
 * frame; so is an asynchronous one inside a callback, which may wait for its result and would wait for itself. Elsewhere an
 * asynchronous send is done when the container has the octets. A Close frame waits for nothing: it goes before messages that
 * other threads have in hand and that wait for a slow peer, and these fail; where it has no room the connection closes without it.
 */
final class FrameOutlet extends Writer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** For ever: the watch evicts a peer that takes nothing, and that ends the waiting. The watch itself says goodbye, so that does not wait. */
    private static final Duration PATIENCE = Duration.ofDays(1);

    private final SwitchedConnection connection;
    private final FrameWriter frames;
    private final BooleanSupplier peerHasClosed;
    private boolean said;                   // a Close frame: nothing may follow it (RFC 6455 section 5.5.1); changed while nobody else sends
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
        connection.together(() -> {
            frames.close();
            return null;
        });
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
        write(frame.remaining(), () -> frame, done, info);
    }

    /** What became of a frame: it is in the queue; there was no room; others must send before; nothing may be sent any more. */
    private enum Step { DONE, NO_ROOM, NOT_ITS_TURN, CLOSED }

    /**
     * Sends a frame. Who is told of it, and what has waited for it, runs when the frame has its place and nothing is held: it may
     * send on, on this connection and on others.
     *
     * @param octets at most, of the frame
     * @param next   makes it, once and while nobody else sends; or answers null when it is not its turn
     * @return whether it was its turn
     */
    boolean write(int octets, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        boolean asynchronous = info != null && info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.ASYNC;
        boolean waits = !asynchronous || inside == Thread.currentThread();
        Duration patience = info != null && info.getMessageType() == WriterInfo.MessageType.CLOSE ? Duration.ZERO : PATIENCE;
        Step step = Step.NO_ROOM;
        boolean waited = false;
        Throwable failure = null;
        try {
            while (step == Step.NO_ROOM) {
                boolean open = !silent && (!waits || connection.awaitRoom(octets, patience));
                if (waits && full) {        // who waited has taken the word of it from the handler
                    waited = true;
                    full = false;
                }
                step = open ? connection.together(() -> step(octets, next, waits ? null : told -> tell(done, told))) : Step.CLOSED;
            }
            if (step == Step.CLOSED) failure = new IOException("The connection takes no more frames");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failure = interrupted;
        } catch (RuntimeException wrong) {
            failure = wrong;
        }
        if (waited && !full) connection.resume();       // now, for what is read then is told on this thread
        if (failure != null || waits && step == Step.DONE) tell(done, failure);
        return step != Step.NOT_ITS_TURN;
    }

    private Step step(int octets, Supplier<ByteBuffer> next, SwitchedConnection.Completion sent) {
        if (said) return Step.CLOSED;
        if (sent == null && !hasRoom(octets)) return Step.NO_ROOM;
        ByteBuffer frame = next.get();
        if (frame == null) return Step.NOT_ITS_TURN;
        said = Opcode.isClose(frame.get(frame.position()));
        frames.write(frame, some -> {
            if (!connection.send(some)) full = true;
        });
        if (sent != null) connection.send(NOTHING.duplicate(), sent);
        return Step.DONE;
    }

    /** Others may have filled the queue since this one waited for it. */
    private boolean hasRoom(int octets) {
        try {
            return connection.awaitRoom(octets, Duration.ZERO);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("Not to wait is not to be interrupted", interrupted);
        }
    }

    private static void tell(CompletionHandler<ByteBuffer> done, Throwable failure) {
        if (done == null) return;
        if (failure == null) done.completed(NOTHING);
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
