package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Where Tyrus puts its frames. A send that blocks by contract waits for room in the queue, and is done when the queue has the
 * frame. An asynchronous send never waits: up to a limit of bytes that wait it is accepted, beyond it this one send fails; it is done when the
 * container has its last byte. It is deferred while a message is being sent in fragments, and, if it has a timeout, while the client is behind:
 * so it can be taken back. A Close frame is always accepted, and nothing follows it.
 */
final class FrameOutlet extends Writer {
    /** Bytes that a waiting asynchronous send costs beside its frame. */
    static final int OVERHEAD = 128;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** The connection is closed when its client takes too little for too long (changeover.stall), and that ends the waiting. */
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    /** The outlet whose deferred frames this thread, one of the application's, may give to extensions. */
    private static final ThreadLocal<FrameOutlet> ENCODES = new ThreadLocal<>();

    private final AdvancedConnection connection;
    private final FrameWriter frames;
    private final BooleanSupplier clientHasClosed;
    private final long mostQueued;
    private final Executor results;
    private final Supplier<SessionTimer> timer;
    private final Runnable onBroken;
    private int waiting;                    // asynchronous sends that are not done; this and the next two are changed while nobody else sends
    private volatile boolean sending;       // a frame is on its way into the queue
    private boolean handedOver;             // a thread of the application's is about to send what is deferred; likewise
    private boolean fragmented;             // a message is being sent in fragments, and its last is not sent
    private int bytesOfFrame;               // of the last one, as it was sent; likewise
    private boolean closeSent;              // nothing may follow a Close frame (RFC 6455 section 5.5.1); changed while nobody else sends
    private SessionObserver observer;       // null where nobody listens; set before anything is sent
    private volatile boolean silent;        // there is nobody to send to
    private volatile boolean overdue;       // a message took too long and cannot be taken back: no other may follow the gap; the session is being closed
    private volatile boolean broken;        // a frame could not be made, so that its message has a gap; changed while nobody else sends

    /**
     * @param clientHasClosed whether the client's Close frame has arrived
     * @param mostQueued      bytes that may wait after an asynchronous send
     * @param results         runs results of asynchronous sends, in their order
     * @param timer           for timeouts of asynchronous sends
     * @param onBroken        closes the session, because a part of a message could not be made; runs like a callback, perhaps more than once
     */
    FrameOutlet(SwitchedConnection connection, FrameWriter frames, BooleanSupplier clientHasClosed, long mostQueued, Executor results, Supplier<SessionTimer> timer,
                Runnable onBroken) {
        this.connection = connection.advanced();
        this.frames = frames;
        this.clientHasClosed = clientHasClosed;
        this.mostQueued = mostQueued;
        this.results = results;
        this.timer = timer;
        this.onBroken = onBroken;
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

    /** The application holds too much memory: what has not been offered to the client is not sent. */
    void dropDeferred() {
        connection.dropDeferred(new IOException("The message is not sent: the connections of this application hold too much memory (changeover.memory.max)"));
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

    /** For control frames, and for a Tyrus that makes its frames itself. */
    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        if (isControl(info)) sendControl(frame, done, info.getMessageType() == WriterInfo.MessageType.CLOSE);
        else if (isAsynchronous(info)) sendAsynchronously(frame, done == null ? null : later(done), 0, () -> { });
        else send(frame.remaining(), () -> frame, done);
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

    static boolean isAsynchronous(WriterInfo info) {
        return info != null && (info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.ASYNC || info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.BROADCAST);
    }

    /** Control frames are sent by Tyrus itself, too, inside callbacks: they must not wait. */
    private static boolean isControl(WriterInfo info) {
        if (info == null) return false;
        WriterInfo.MessageType type = info.getMessageType();
        return type == WriterInfo.MessageType.CLOSE || type == WriterInfo.MessageType.PING || type == WriterInfo.MessageType.PONG;
    }

    /** What became of a frame: it is in the queue; there was no room; others must send before; it is deferred; nothing may be sent any more. */
    private enum Step { DONE, NO_ROOM, NOT_ITS_TURN, DEFERRED, CLOSED }

    /** A frame that is sent when the client has taken those before it. */
    private abstract class Later implements AdvancedConnection.Deferred {
        private final int bytes;
        final Supplier<ByteBuffer> next;

        Later(int bytes, Supplier<ByteBuffer> next) {
            this.bytes = Math.max(1, bytes);
            this.next = next;
        }

        @Override
        public int bytes() {
            return bytes;
        }

        @Override
        public boolean send() {
            boolean over = silent || closeSent || broken || overdue;
            if (sending || fragmented && !over) return false;
            if (!over && frames.isExtended() && !encodes()) return false;
            if (over) {
                lost(closed());
                return true;
            }
            try {
                Told told = told();
                enqueue(next, completion(), told);
                if (told != null) result(told.listeners);
                enqueued();
            } catch (RuntimeException wrong) {
                lost(new IOException(wrong));
                if (broken) result(onBroken);
            }
            return true;
        }

        /** Called when the container has the last byte; or null. */
        abstract SwitchedConnection.ImmediateCompletion completion();

        abstract void enqueued();
    }

    /** What listeners must be told of a frame when nothing is held. */
    private static final class Told {
        private Runnable listeners = WebSocketListener.NOTHING;
    }

    /** Null where nobody listens. */
    private Told told() {
        return observer == null ? null : new Told();
    }

    private static void tell(Told told) {
        if (told != null) told.listeners.run();
    }

    /** Puts the frame into the queue, or throws what an extension throws: then nothing of it is sent, and no listener is told. While nobody else sends. */
    private Step enqueue(Supplier<ByteBuffer> next, SwitchedConnection.Completion sent, Told told) {
        ByteBuffer frame = next.get();
        if (frame == null) return Step.NOT_ITS_TURN;
        Runnable listeners = told == null ? null : observer.sending(frame);
        int first = frame.get(frame.position());
        boolean whole = (first & Opcode.FIN) != 0;
        boolean control = Opcode.isControl(first);
        boolean part = !whole || fragmented;
        boolean written = false;
        sending = true;
        try {
            closeSent = Opcode.isClose(first);
            bytesOfFrame = 0;
            frames.write(frame, some -> {
                bytesOfFrame += some.remaining();
                connection.trySend(some, null, Long.MAX_VALUE);
            });
            if (!control) fragmented = !whole;
            written = true;
            if (sent != null) connection.trySend(NOTHING.duplicate(), sent, Long.MAX_VALUE);
        } finally {
            sending = false;
            if (!written && !control && (part || !frames.isExtended())) broken = true;      // of one that was being compressed, a part may have been sent
        }
        if (told != null) told.listeners = listeners;
        return Step.DONE;
    }

    // ---- control frames: Tyrus sends them inside callbacks, too, so that they must not wait; they may stand between fragments

    private void sendControl(ByteBuffer frame, CompletionHandler<ByteBuffer> done, boolean close) {
        SwitchedConnection.ImmediateCompletion sent = done == null ? null : failure -> tell(done, failure);
        int bytes = frame.remaining();
        Told told = told();
        Step step;
        try {
            step = silent ? Step.CLOSED : connection.together(() -> {
                if (closeSent) return Step.CLOSED;
                if (close) beforeClose();
                return close || connection.queued() + bytes <= mostQueued ? enqueue(() -> frame, sent, told) : Step.NO_ROOM;
            });
        } catch (RuntimeException wrong) {
            tell(done, wrong);
            return;
        }
        tell(told);
        if (step == Step.CLOSED) tell(done, closed());
        else if (step == Step.NO_ROOM) tell(done, noRoom(bytes));
    }

    /** Nothing follows a Close frame: what was accepted goes out before it. */
    private void beforeClose() {
        if (connection.hasDeferred()) {
            encoding(() -> connection.queueDeferred(new IOException("The session was closed while another message was being sent in fragments: this one cannot be sent")));
        }
    }

    // ---- deferred frames become due on threads of ours, where no extension of the application may run

    private void encoding(Runnable step) {
        FrameOutlet before = ENCODES.get();
        ENCODES.set(this);
        try {
            step.run();
        } finally {
            if (before == null) ENCODES.remove();
            else ENCODES.set(before);
        }
    }

    /** Whether this thread may give a deferred frame to extensions; otherwise another one will. While nobody else sends. */
    private boolean encodes() {
        if (ENCODES.get() == this) return true;
        if (handedOver) return false;
        handedOver = true;
        if (!timer.get().run(() -> {
            connection.together(() -> handedOver = false);
            sendDeferred();
        })) handedOver = false;
        return false;
    }

    private void sendDeferred() {
        if (frames.isExtended() && connection.hasDeferred()) encoding(connection::sendDeferred);
        else connection.sendDeferred();
    }

    // ---- asynchronous sends

    /** One that was accepted. It is over when the container has its last byte, when it fails, or when its time is over. */
    private final class AsynchronousSend extends Later implements SwitchedConnection.ImmediateCompletion {
        private final CompletionHandler<ByteBuffer> done;       // or null
        private final AtomicBoolean over = new AtomicBoolean();
        private boolean counted, charged;   // changed while nobody else sends
        private volatile Future<?> alarm;   // null without a timeout

        AsynchronousSend(ByteBuffer frame, CompletionHandler<ByteBuffer> done) {
            super(frame.remaining(), () -> frame);
            this.done = done;
        }

        @Override
        SwitchedConnection.ImmediateCompletion completion() {
            return this;
        }

        @Override
        void enqueued() {
            // told when the container has it
        }

        @Override
        public void lost(IOException why) {
            done(why);
        }

        /** While nobody else sends, or by {@link #late}. */
        @Override
        public void done(Throwable failure) {
            if (!over.compareAndSet(false, true)) return;
            connection.together(() -> {
                if (counted) waiting--;
                if (charged) connection.release(OVERHEAD);
                counted = false;
                charged = false;
                return null;
            });
            Future<?> set = alarm;
            if (set != null) set.cancel(false);
            tell(done, failure);
        }

        /** While nobody else sends. */
        Step begin(boolean timed, Told told) {
            if (closeSent || broken || overdue) return Step.CLOSED;
            if (connection.queued() + (long) OVERHEAD * waiting + bytes() > mostQueued) return Step.NO_ROOM;
            Step step;
            if (fragmented || connection.hasDeferred() || timed && (connection.isBehind() || connection.queued() > 0)) {
                step = connection.defer(this) ? Step.DEFERRED : Step.CLOSED;
            } else {
                step = enqueue(next, this, told);
            }
            if (step == Step.CLOSED || over.get()) return step;
            counted = true;
            waiting++;
            charged = step == Step.DEFERRED || connection.isBehind();      // not what a callback gathers for a client that takes it
            if (charged) connection.charge(OVERHEAD);
            return step;
        }

        void setAlarm(long timeout, Runnable close) {
            if (over.get()) return;
            try {
                alarm = timer.get().at(() -> late(timeout, close), timeout);
            } catch (RejectedExecutionException stopped) {
                return;     // the application is, and with it the session
            }
            if (over.get()) alarm.cancel(false);
        }

        private void late(long timeout, Runnable close) {
            String why = "The message was not sent within " + timeout + " ms (setSendTimeout, setAsyncSendTimeout): ";
            if (connection.withdraw(this)) {
                done(new SocketTimeoutException(why + "nothing of it was sent"));
            } else if (!over.get() && !closeSent()) {
                FrameOutlet.this.overdue = true;        // before the others' time is over as well: none of them may follow one that was taken back
                done(new SocketTimeoutException(why + "the session is closed, because a part of it may have been sent"));
                connection.dropDeferred(new IOException("The message is not sent: the session is closed, because an earlier one was not sent within " + timeout + " ms"));
                if (!timer.get().run(close)) connection.close();
            }
        }
    }

    /**
     * Accepts a whole message, or fails; never waits.
     *
     * @param done    told when the container has its last byte, or why not; must not run code of the application
     * @param timeout milliseconds from now until it must be done; 0 or less for none
     * @param overdue runs on another thread when it is not done then and cannot be taken back
     */
    void sendAsynchronously(ByteBuffer frame, CompletionHandler<ByteBuffer> done, long timeout, Runnable overdue) {
        AsynchronousSend send = new AsynchronousSend(frame, done);
        Told told = told();
        Step step;
        try {
            step = silent ? Step.CLOSED : connection.together(() -> send.begin(timeout > 0, told));
        } catch (RuntimeException wrong) {
            closeBroken();
            tell(done, wrong);
            return;
        }
        tell(told);
        if (step == Step.CLOSED) send.done(closed());
        else if (step == Step.NO_ROOM) tell(done, noRoom(send.bytes()));
        else if (timeout > 0) send.setAlarm(timeout, overdue);
    }

    private IOException noRoom(int bytes) {
        return new IOException("This message of " + bytes + " bytes is not sent: " + mostQueued + " bytes may wait for a session (changeover.websocket.send.max), and "
                + (connection.queued() + (long) OVERHEAD * connection.together(() -> waiting)) + " do already");
    }

    // ---- sends that wait for room

    /** One that waits until those before it have been sent. */
    private final class BlockedSend extends Later {
        private final CountDownLatch decided = new CountDownLatch(1);
        private volatile IOException failure;

        BlockedSend(int bytes, Supplier<ByteBuffer> next) {
            super(bytes, next);
        }

        @Override
        SwitchedConnection.ImmediateCompletion completion() {
            return null;
        }

        @Override
        void enqueued() {
            decided.countDown();
        }

        @Override
        public void lost(IOException why) {
            failure = why;
            decided.countDown();
        }

        /** Returns why it was not sent, or null. */
        IOException await() throws InterruptedException {
            try {
                decided.await();
            } catch (InterruptedException interrupted) {
                if (connection.withdraw(this)) throw interrupted;
                Thread.currentThread().interrupt();     // it was sent before
            }
            return failure;
        }
    }

    /**
     * Sends a frame when there is room. {@code done} is called by the calling thread, when nothing is held; it must not run code of the application.
     *
     * @param bytes at most, of the frame
     * @param next  makes it, once and while nobody else sends; or returns null when it is not its turn
     * @return whether it was its turn
     */
    boolean send(int bytes, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done) {
        Step step = Step.NO_ROOM;
        Throwable failure = null;
        boolean full = connection.isFull();
        BlockedSend behind = null;
        Told told = told();
        try {
            sendDeferred();
            while (step == Step.NO_ROOM) {
                if (behind == null && connection.hasDeferred()) behind = new BlockedSend(bytes, next);
                BlockedSend later = behind;
                step = silent || !connection.awaitRoom(bytes, FOR_EVER) ? Step.CLOSED : connection.together(() -> {
                    if (closeSent || broken || overdue) return Step.CLOSED;
                    if (!hasRoom(bytes)) return Step.NO_ROOM;       // others may have filled the queue since this one waited for it
                    if (connection.hasDeferred() && !fragmented) {
                        if (later == null) return Step.NO_ROOM;     // deferred this moment
                        return connection.defer(later) ? Step.DEFERRED : Step.CLOSED;
                    }
                    return enqueue(next, null, told);
                });
            }
            if (step == Step.DEFERRED) failure = behind.await();
            else if (step == Step.CLOSED) failure = closed();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failure = interrupted;
        } catch (RuntimeException wrong) {
            failure = wrong;
        }
        if (failure != null) closeBroken();
        tell(told);
        sendDeferred();     // this may have been the last fragment
        if (full && !connection.isFull()) connection.resume();      // who has waited is told of the room instead of the handler
        if (failure != null || step != Step.NOT_ITS_TURN) tell(done, failure);
        return step != Step.NOT_ITS_TURN;
    }

    private void closeBroken() {
        if (broken && !silent) connection.execute(onBroken);
    }

    private static IOException closed() {
        return new IOException("The session is closed: it does not send frames any more");
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

    /**
     * Sends a Ping of the server's own: never behind bytes that the client does not take, nor behind a Close frame. Between the fragments of a message it does not wait
     * for what is deferred. An extension of the application's works on a thread of its own.
     *
     * @param next makes it, once and while nobody else sends, or never
     * @param sent told how many bytes were sent for it
     */
    void ping(Supplier<ByteBuffer> next, IntConsumer sent) {
        if (!frames.isExtended()) pingHere(next, sent);
        else if (!timer.get().run(() -> pingHere(next, sent))) sent.accept(0);
    }

    private void pingHere(Supplier<ByteBuffer> next, IntConsumer sent) {
        int bytes = 0;
        try {
            if (!silent) bytes = connection.together(() -> mayPing() && enqueue(next, null, null) == Step.DONE ? bytesOfFrame : 0);
        } finally {
            sent.accept(bytes);
        }
    }

    private boolean mayPing() {
        return !closeSent && (connection.queued() == 0 || fragmented && !connection.isBehind());
    }

    /** Sends a Close frame. What Tyrus sends then goes nowhere. */
    void close(ByteBuffer frame) {
        if (silent) return;
        connection.together(() -> {
            if (closeSent) return Step.CLOSED;
            beforeClose();
            return enqueue(() -> frame, null, told());
        });
    }

    /**
     * As {@link #close(ByteBuffer)}, then does what follows. From any thread, also while a callback runs: an extension of the application's works on a thread of its own.
     * What follows is done in any case.
     */
    void close(ByteBuffer frame, Runnable then) {
        Runnable both = () -> {
            try {
                close(frame);
            } finally {
                then.run();
            }
        };
        if (!frames.isExtended()) both.run();
        else if (!timer.get().run(both)) then.run();
    }

    /** Whether a part of a message could not be made, or was too late: the session is being closed, and no message can be sent any more. */
    boolean isBroken() {
        return broken || overdue;
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

    @Override
    public String toString() {
        return connection.toString();
    }
}
