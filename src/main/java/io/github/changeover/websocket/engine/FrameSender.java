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
 * Receives the frames of Tyrus and sends them on the connection.
 *
 * <p>A blocking send waits for room in the queue and completes when the queue contains the frame. An asynchronous send never waits. It is accepted as long
 * as the waiting bytes do not exceed a limit; otherwise only this send fails. It completes when the container has received its last byte. An asynchronous
 * send is deferred while a message is being sent in fragments, or while other messages are deferred. A send with a timeout is also deferred while earlier
 * bytes are unsent, so that it can be withdrawn. A Close frame is always accepted, and no frame follows it.
 *
 * <p>Threading: "under the send lock" means inside {@code connection.sendAtomically}, which excludes all other senders of the connection.
 */
final class FrameSender extends Writer {
    /** The memory in bytes of a waiting asynchronous send, in addition to its frame. */
    static final int OVERHEAD = 128;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** No timeout is needed. If the client receives too slowly for too long (changeover.stall), the connection is closed, and that ends the wait. */
    private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

    /** The outlet whose deferred frames the current application thread may pass to extensions. */
    private static final ThreadLocal<FrameSender> ENCODES = new ThreadLocal<>();

    private final AdvancedConnection connection;
    private final FrameWriter frames;
    private final BooleanSupplier clientHasClosed;
    private final long mostQueued;
    private final Executor results;
    private final Supplier<SessionTimer> timer;
    private final Runnable onBroken;
    private int waiting;                    // asynchronous sends not completed; changed under the send lock
    private volatile boolean sending;       // a frame is being put into the queue; changed under the send lock
    private boolean handedOver;             // an application thread is about to send the deferred frames; under the send lock
    private boolean fragmented;             // a message is being sent in fragments and its last one is not sent; under the send lock
    private int bytesOfFrame;               // size of the last frame as sent; under the send lock
    private boolean closeSent;              // no frame may follow a Close frame (RFC 6455 section 5.5.1); under the send lock
    private SessionObserver observer;       // null if there are no listeners; set before anything is sent
    private volatile boolean silent;        // the connection has ended and frames are discarded
    private volatile boolean overdue;       // a message timed out and cannot be withdrawn; no other may follow the gap; the session is being closed
    private volatile boolean broken;        // a frame could not be created, so its message has a gap; changed under the send lock

    /**
     * @param clientHasClosed whether the client's Close frame has arrived
     * @param mostQueued      the largest number of bytes that may wait after an asynchronous send
     * @param results         runs the results of asynchronous sends in their order
     * @param timer           for timeouts of asynchronous sends
     * @param onBroken        closes the session because a part of a message could not be created; runs like a callback, and may run more than once
     */
    FrameSender(SwitchedConnection connection, FrameWriter frames, BooleanSupplier clientHasClosed, long mostQueued, Executor results, Supplier<SessionTimer> timer,
                Runnable onBroken) {
        this.connection = connection.advanced();
        this.frames = frames;
        this.clientHasClosed = clientHasClosed;
        this.mostQueued = mostQueued;
        this.results = results;
        this.timer = timer;
        this.onBroken = onBroken;
    }

    /** Sets the observer. Called before anything is sent. */
    void observe(SessionObserver by) {
        observer = by;
    }

    /** Whether the send queue is full. If so, nothing more should be read from the client. */
    boolean isFull() {
        return connection.isFull();
    }

    /** Runs a result of an asynchronous send after the earlier results. It may run concurrently with callbacks. */
    void result(Runnable result) {
        results.execute(result);
    }

    /** Starts a new CDI request scope for the next message, if there is CDI. Called in callbacks only. */
    void renewScope() {
        connection.renewScope();
    }

    /** Runs the task like a callback, after a callback that may be running. */
    void execute(Runnable task) {
        connection.execute(task);
    }

    /** Drops the messages that have not been offered to the client yet, because the application holds too much memory. */
    void dropDeferred() {
        connection.dropDeferred(new IOException("The message is not sent: the connections of this application hold too much memory (changeover.memory.max)"));
    }

    /** Called when the connection has ended. Tyrus then notifies the endpoint, and frames that it creates are discarded. */
    void silence() {
        silent = true;
        connection.sendAtomically(() -> {
            frames.close();
            return null;
        });
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done) {
        write(frame, done, null);
    }

    /** Sends control frames, and all frames of a Tyrus version whose sessions are unknown and which therefore creates its frames itself. */
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

    /** Tyrus also sends control frames inside callbacks. Therefore such a send must not wait. */
    private static boolean isControl(WriterInfo info) {
        if (info == null) return false;
        WriterInfo.MessageType type = info.getMessageType();
        return type == WriterInfo.MessageType.CLOSE || type == WriterInfo.MessageType.PING || type == WriterInfo.MessageType.PONG;
    }

    /**
     * The result of an attempt to send a frame: it is in the queue; there is no room; another message must be sent first; it is deferred; the connection
     * is closed for sending.
     */
    private enum Step { DONE, NO_ROOM, NOT_ITS_TURN, DEFERRED, CLOSED }

    /** A frame that is sent after the client has received the earlier ones. */
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
                ListenerNotification told = notification();
                enqueue(next, completion(), told);
                if (told != null) result(told.listeners);
                enqueued();
            } catch (RuntimeException wrong) {
                lost(new IOException(wrong));
                if (broken) result(onBroken);
            }
            return true;
        }

        /** Returns the task that is called when the container has received the last byte, or null. */
        abstract SwitchedConnection.ImmediateCompletion completion();

        abstract void enqueued();
    }

    /** Holds the notification of listeners about a frame, which runs after the send lock is released. */
    private static final class ListenerNotification {
        private Runnable listeners = WebSocketListener.NOTHING;
    }

    /** Returns null if there are no listeners. */
    private ListenerNotification notification() {
        return observer == null ? null : new ListenerNotification();
    }

    private static void complete(ListenerNotification told) {
        if (told != null) told.listeners.run();
    }

    /**
     * Puts the frame into the queue. If an extension throws an exception, it is thrown to the caller, nothing of the frame is sent, and no listener is
     * notified. Called under the send lock.
     */
    private Step enqueue(Supplier<ByteBuffer> next, SwitchedConnection.Completion sent, ListenerNotification told) {
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
            if (!written && !control && (part || !frames.isExtended())) broken = true;      // a part of a frame that was being compressed may have been sent
        }
        if (told != null) told.listeners = listeners;
        return Step.DONE;
    }

    // ---- control frames: Tyrus also sends them inside callbacks, so they must not wait; they may be sent between fragments

    private void sendControl(ByteBuffer frame, CompletionHandler<ByteBuffer> done, boolean close) {
        SwitchedConnection.ImmediateCompletion sent = done == null ? null : failure -> complete(done, failure);
        int bytes = frame.remaining();
        ListenerNotification told = notification();
        Step step;
        try {
            step = silent ? Step.CLOSED : connection.sendAtomically(() -> {
                if (closeSent) return Step.CLOSED;
                if (close) beforeClose();
                return close || connection.queued() + bytes <= mostQueued ? enqueue(() -> frame, sent, told) : Step.NO_ROOM;
            });
        } catch (RuntimeException wrong) {
            complete(done, wrong);
            return;
        }
        complete(told);
        if (step == Step.CLOSED) complete(done, closed());
        else if (step == Step.NO_ROOM) complete(done, noRoom(bytes));
    }

    /** No frame may follow a Close frame. Therefore accepted messages are sent before it. */
    private void beforeClose() {
        if (connection.hasDeferred()) {
            encoding(() -> connection.queueDeferred(new IOException("The session was closed while another message was being sent in fragments: this one cannot be sent")));
        }
    }

    // ---- deferred frames may become due on Changeover's own threads, where no extension of the application may run

    private void encoding(Runnable step) {
        FrameSender before = ENCODES.get();
        ENCODES.set(this);
        try {
            step.run();
        } finally {
            if (before == null) ENCODES.remove();
            else ENCODES.set(before);
        }
    }

    /** Whether the current thread may pass a deferred frame to extensions. If not, an application thread does it later. Called under the send lock. */
    private boolean encodes() {
        if (ENCODES.get() == this) return true;
        if (handedOver) return false;
        handedOver = true;
        if (!timer.get().run(() -> {
            connection.sendAtomically(() -> handedOver = false);
            sendDeferred();
        })) handedOver = false;
        return false;
    }

    private void sendDeferred() {
        if (frames.isExtended() && connection.hasDeferred()) encoding(connection::sendDeferred);
        else connection.sendDeferred();
    }

    // ---- asynchronous sends

    /** An accepted asynchronous send. It completes when the container has received its last byte, when it fails, or when its timeout expires. */
    private final class AsynchronousSend extends Later implements SwitchedConnection.ImmediateCompletion {
        private final CompletionHandler<ByteBuffer> done;       // may be null
        private final AtomicBoolean over = new AtomicBoolean();
        private boolean counted, charged;   // changed under the send lock
        private volatile Future<?> alarm;   // null if there is no timeout

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
            // completed when the container has received the last byte
        }

        @Override
        public void lost(IOException why) {
            done(why);
        }

        /** Called under the send lock, or by {@link #late}. */
        @Override
        public void done(Throwable failure) {
            if (!over.compareAndSet(false, true)) return;
            connection.sendAtomically(() -> {
                if (counted) waiting--;
                if (charged) connection.release(OVERHEAD);
                counted = false;
                charged = false;
                return null;
            });
            Future<?> set = alarm;
            if (set != null) set.cancel(false);
            complete(done, failure);
        }

        /** Called under the send lock. */
        Step begin(boolean timed, ListenerNotification told) {
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
            charged = step == Step.DEFERRED || connection.isBehind();      // not for frames that a callback collects while the client keeps up
            if (charged) connection.charge(OVERHEAD);
            return step;
        }

        void setAlarm(long timeout, Runnable close) {
            if (over.get()) return;
            try {
                alarm = timer.get().at(() -> late(timeout, close), timeout);
            } catch (RejectedExecutionException stopped) {
                return;     // the application has stopped, and the session ends with it
            }
            if (over.get()) alarm.cancel(false);
        }

        private void late(long timeout, Runnable close) {
            String why = "The message was not sent within " + timeout + " ms (setSendTimeout, setAsyncSendTimeout): ";
            if (connection.withdraw(this)) {
                done(new SocketTimeoutException(why + "nothing of it was sent"));
            } else if (!over.get() && !closeSent()) {
                FrameSender.this.overdue = true;        // set before other timeouts expire: no other message may follow a withdrawn one
                done(new SocketTimeoutException(why + "the session is closed, because a part of it may have been sent"));
                connection.dropDeferred(new IOException("The message is not sent: the session is closed, because an earlier one was not sent within " + timeout + " ms"));
                if (!timer.get().run(close)) connection.close();
            }
        }
    }

    /**
     * Accepts a complete message or fails. Never waits.
     *
     * @param done    completed when the container has received the last byte, or failed with the reason; must not run code of the application
     * @param timeout milliseconds from now until the send must be complete; 0 or less for no timeout
     * @param overdue runs on another thread if the send is not complete by then and cannot be withdrawn
     */
    void sendAsynchronously(ByteBuffer frame, CompletionHandler<ByteBuffer> done, long timeout, Runnable overdue) {
        AsynchronousSend send = new AsynchronousSend(frame, done);
        ListenerNotification told = notification();
        Step step;
        try {
            step = silent ? Step.CLOSED : connection.sendAtomically(() -> send.begin(timeout > 0, told));
        } catch (RuntimeException wrong) {
            closeBroken();
            complete(done, wrong);
            return;
        }
        complete(told);
        if (step == Step.CLOSED) send.done(closed());
        else if (step == Step.NO_ROOM) complete(done, noRoom(send.bytes()));
        else if (timeout > 0) send.setAlarm(timeout, overdue);
    }

    private IOException noRoom(int bytes) {
        return new IOException("This message of " + bytes + " bytes is not sent: " + mostQueued + " bytes may wait for a session (changeover.websocket.send.max), and "
                + (connection.queued() + (long) OVERHEAD * connection.sendAtomically(() -> waiting)) + " do already");
    }

    // ---- blocking sends

    /** A blocking send that waits until the deferred messages before it have been sent. */
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

        /** Waits for the result. Returns the reason why the frame was not sent, or null. */
        IOException await() throws InterruptedException {
            try {
                decided.await();
            } catch (InterruptedException interrupted) {
                if (connection.withdraw(this)) throw interrupted;
                Thread.currentThread().interrupt();     // it was already sent
            }
            return failure;
        }
    }

    /**
     * Waits for room and sends a frame. {@code done} is called on the calling thread after the send lock is released. It must not run code of the
     * application.
     *
     * @param bytes the maximum size of the frame
     * @param next  creates the frame; called at most once, under the send lock; returns null if another message must be sent first
     * @return false if {@code next} returned null; otherwise true
     */
    boolean send(int bytes, Supplier<ByteBuffer> next, CompletionHandler<ByteBuffer> done) {
        Step step = Step.NO_ROOM;
        Throwable failure = null;
        boolean full = connection.isFull();
        BlockedSend behind = null;
        ListenerNotification told = notification();
        try {
            sendDeferred();
            while (step == Step.NO_ROOM) {
                if (behind == null && connection.hasDeferred()) behind = new BlockedSend(bytes, next);
                BlockedSend later = behind;
                step = silent || !connection.awaitWritable(bytes, FOR_EVER) ? Step.CLOSED : connection.sendAtomically(() -> {
                    if (closeSent || broken || overdue) return Step.CLOSED;
                    if (!hasRoom(bytes)) return Step.NO_ROOM;       // other senders may have filled the queue after the wait
                    if (connection.hasDeferred() && !fragmented) {
                        if (later == null) return Step.NO_ROOM;     // a message was deferred in the meantime
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
        complete(told);
        sendDeferred();     // this may have been the last fragment
        if (full && !connection.isFull()) connection.resume();      // after a wait, writable() is not called for the handler, so resume here
        if (failure != null || step != Step.NOT_ITS_TURN) complete(done, failure);
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
            return connection.awaitWritable(bytes, Duration.ZERO);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("A wait of no time was interrupted", interrupted);
        }
    }

    private static void complete(CompletionHandler<ByteBuffer> done, Throwable failure) {
        if (done == null) return;
        if (failure == null) done.completed(NOTHING);
        else done.failed(failure);
    }

    /**
     * Sends a Ping of the server itself. It is not sent while the client is behind with earlier bytes, nor after a Close frame. Between the fragments of a
     * message, it does not wait for deferred messages. If extensions of the application process frames, it is sent on an application thread.
     *
     * @param next creates the frame; called at most once, under the send lock
     * @param sent receives the number of bytes that were sent for it; 0 if none was sent
     */
    void ping(Supplier<ByteBuffer> next, IntConsumer sent) {
        if (!frames.isExtended()) pingHere(next, sent);
        else if (!timer.get().run(() -> pingHere(next, sent))) sent.accept(0);
    }

    private void pingHere(Supplier<ByteBuffer> next, IntConsumer sent) {
        int bytes = 0;
        try {
            if (!silent) bytes = connection.sendAtomically(() -> mayPing() && enqueue(next, null, null) == Step.DONE ? bytesOfFrame : 0);
        } finally {
            sent.accept(bytes);
        }
    }

    private boolean mayPing() {
        return !closeSent && (connection.queued() == 0 || fragmented && !connection.isBehind());
    }

    /** Sends a Close frame. Frames that Tyrus sends afterwards are discarded. */
    void close(ByteBuffer frame) {
        if (silent) return;
        connection.sendAtomically(() -> {
            if (closeSent) return Step.CLOSED;
            beforeClose();
            return enqueue(() -> frame, null, notification());
        });
    }

    /**
     * Sends a Close frame as {@link #close(ByteBuffer)} does, then runs the task. May be called from any thread, also while a callback runs. If extensions
     * of the application process frames, both are done on an application thread. The task runs in any case.
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

    /** Whether a part of a message could not be created, or a message timed out. The session is being closed, and no message can be sent any more. */
    boolean isBroken() {
        return broken || overdue;
    }

    /** Whether the Close frame of the server is in the queue or sent. */
    boolean closeSent() {
        return connection.sendAtomically(() -> closeSent);
    }

    /** Called by Tyrus when it has finished: its Close frame is in the queue or sent. */
    @Override
    public void close() {
        if (!silent) end();
    }

    /**
     * Closes the connection after all queued bytes are sent. If both Close frames were exchanged, the server does not wait for the client to close: RFC
     * 6455 section 7.1.1.
     */
    void end() {
        if (clientHasClosed.getAsBoolean()) connection.closeWithoutLinger();
        else connection.close();
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
