package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Where Tyrus puts its frames. A send that blocks by contract waits for room in the queue, and is done when the queue has the
 * frame. An asynchronous send never waits: up to a limit of bytes that wait it is accepted, beyond it this one send fails; it is done when the
 * container has its last byte. A Close frame is always accepted, and nothing follows it.
 */
final class FrameOutlet extends Writer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** The connection is closed when its client takes too little for too long (changeover.stall), and that ends the waiting. */
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    private final AdvancedConnection connection;
    private final FrameWriter frames;
    private final BooleanSupplier clientHasClosed;
    private final long mostQueued;
    private final Executor results;
    private boolean closeSent;              // nothing may follow a Close frame (RFC 6455 section 5.5.1); changed while nobody else sends
    private SessionObserver observer;       // null where nobody listens; set before anything is sent
    private volatile boolean silent;        // there is nobody to send to

    /**
     * @param clientHasClosed whether the client's Close frame has arrived
     * @param mostQueued      bytes that may wait after an asynchronous send
     * @param results         runs results of asynchronous sends, in their order
     */
    FrameOutlet(SwitchedConnection connection, FrameWriter frames, BooleanSupplier clientHasClosed, long mostQueued, Executor results) {
        this.connection = connection.advanced();
        this.frames = frames;
        this.clientHasClosed = clientHasClosed;
        this.mostQueued = mostQueued;
        this.results = results;
    }

    /** Before anything is sent. */
    void observe(SessionObserver by) {
        observer = by;
    }

    /** Whether the client is behind: nothing more should be read from it. */
    boolean isFull() {
        return connection.isFull();
    }

    /** Runs a result of an asynchronous send after those before it, beside callbacks. */
    void result(Runnable result) {
        results.execute(result);
    }

    /** Before a message: it gets a request scope of its own, where there is CDI. In callbacks only. */
    void renewScope() {
        connection.renewScope();
    }

    /** Runs the task like a callback, after the one that may be running. */
    void execute(Runnable task) {
        connection.execute(task);
    }

    /** Tyrus tells the endpoint of an end; frames of that go nowhere. */
    void silence() {
        silent = true;
        connection.together(() -> {
            frames.close();
            return null;
        });
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done) {
        write(frame, done, null);
    }

    /** For a Tyrus that makes its frames itself. */
    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        CompletionHandler<ByteBuffer> told = isAsynchronous(info) && done != null ? later(done) : done;
        write(frame.remaining(), () -> frame, told, info);
    }

    private CompletionHandler<ByteBuffer> later(CompletionHandler<ByteBuffer> done) {
        return new CompletionHandler<>() {
            @Override
            public void completed(ByteBuffer frame) {
                result(() -> done.completed(frame));
            }

            @Override
            public void failed(Throwable failure) {
                result(() -> done.failed(failure));
            }
        };
    }

    private static boolean isAsynchronous(WriterInfo info) {
        return info != null && (info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.ASYNC || info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.BROADCAST);
    }

    /** Control frames are sent by Tyrus itself, too, inside callbacks: they must not wait. */
    private static boolean isControl(WriterInfo info) {
        if (info == null) return false;
        WriterInfo.MessageType type = info.getMessageType();
        return type == WriterInfo.MessageType.CLOSE || type == WriterInfo.MessageType.PING || type == WriterInfo.MessageType.PONG;
    }

    /** What became of a frame: it is in the queue; there was no room; others must send before; nothing may be sent any more. */
    private enum Step { DONE, NO_ROOM, NOT_ITS_TURN, CLOSED }

    /**
     * Sends a frame. {@code done} is called when nothing is held: for a send that waits by the calling thread, else by the one that writes the last
     * byte; it must not run code of the application.
     *
     * @param bytes at most, of the frame
     * @param next  makes it, once and while nobody else sends; or returns null when it is not its turn
     * @return whether it was its turn
     */
    boolean write(int bytes, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        if (observer == null) return writeFrame(bytes, next, done, info);
        Runnable[] told = {WebSocketListener.NOTHING};
        boolean turn = writeFrame(bytes, () -> {
            ByteBuffer frame = next.get();
            if (frame != null) told[0] = observer.sending(frame);
            return frame;
        }, done, info);
        told[0].run();
        return turn;
    }

    private boolean writeFrame(int bytes, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        return isAsynchronous(info) || isControl(info) ? writeAtOnce(bytes, next, done, info) : writePatiently(bytes, next, done);
    }

    private boolean writeAtOnce(int bytes, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        boolean close = info.getMessageType() == WriterInfo.MessageType.CLOSE;
        SwitchedConnection.ImmediateCompletion sent = done == null ? null : failure -> tell(done, failure);
        Step step;
        try {
            step = silent ? Step.CLOSED : connection.together(() -> {
                if (closeSent) return Step.CLOSED;
                return close || connection.queued() + bytes <= mostQueued ? send(next, sent) : Step.NO_ROOM;
            });
        } catch (RuntimeException wrong) {
            tell(done, wrong);
            return true;
        }
        if (step == Step.CLOSED) tell(done, closed());
        else if (step == Step.NO_ROOM) tell(done, new IOException("The client is too slow: " + mostQueued + " bytes may wait for a session (changeover.websocket.send.max), and "
                + connection.queued() + " do already. Nothing of this message was sent"));
        return step != Step.NOT_ITS_TURN;
    }

    private boolean writePatiently(int bytes, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done) {
        Step step = Step.NO_ROOM;
        Throwable failure = null;
        boolean full = connection.isFull();
        try {
            while (step == Step.NO_ROOM) {
                step = silent || !connection.awaitRoom(bytes, FOR_EVER) ? Step.CLOSED : connection.together(() -> {
                    if (closeSent) return Step.CLOSED;
                    return hasRoom(bytes) ? send(next, null) : Step.NO_ROOM;     // others may have filled the queue since this one waited for it
                });
            }
            if (step == Step.CLOSED) failure = closed();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failure = interrupted;
        } catch (RuntimeException wrong) {
            failure = wrong;
        }
        if (full && !connection.isFull()) connection.resume();      // who has waited is told of the room instead of the handler
        if (failure != null || step == Step.DONE) tell(done, failure);
        return step != Step.NOT_ITS_TURN;
    }

    private static IOException closed() {
        return new IOException("The session is closed: it does not send frames any more");
    }

    private Step send(Supplier<ByteBuffer> next, SwitchedConnection.Completion sent) {
        ByteBuffer frame = next.get();
        if (frame == null) return Step.NOT_ITS_TURN;
        closeSent = Opcode.isClose(frame.get(frame.position()));
        frames.write(frame, some -> connection.trySend(some, null, Long.MAX_VALUE));
        if (sent != null) connection.trySend(NOTHING.duplicate(), sent, Long.MAX_VALUE);
        return Step.DONE;
    }

    private boolean hasRoom(int bytes) {
        try {
            return connection.awaitRoom(bytes, Duration.ZERO);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("A wait of no time was interrupted", interrupted);
        }
    }

    private static void tell(CompletionHandler<ByteBuffer> done, Throwable failure) {
        if (done == null) return;
        if (failure == null) done.completed(NOTHING);
        else done.failed(failure);
    }

    /** Sends a Ping of the server's own: never behind bytes that wait, nor behind a Close frame. Returns whether it was sent. */
    boolean ping(ByteBuffer frame) {
        return !silent && connection.together(() -> !closeSent && connection.queued() == 0 && send(() -> frame, null) == Step.DONE);
    }

    /** Sends a Close frame. What Tyrus sends then goes nowhere. */
    void close(ByteBuffer frame) {
        if (silent) return;
        if (observer != null) observer.sending(frame);
        connection.together(() -> closeSent ? Step.CLOSED : send(() -> frame, null));
    }

    /** Whether the Close frame of this side is on its way. */
    boolean closeSent() {
        return connection.together(() -> closeSent);
    }

    /** Tyrus is done: the Close frame is on its way. */
    @Override
    public void close() {
        if (!silent) end();
    }

    /** Closes the connection. After both Close frames the server closes, and waits for nothing: RFC 6455 section 7.1.1. */
    void end() {
        if (clientHasClosed.getAsBoolean()) connection.conclude();
        else connection.close();
    }
}
