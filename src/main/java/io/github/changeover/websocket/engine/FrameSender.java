package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.FrameOutput;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.glassfish.tyrus.spi.CompletionHandler;

/**
 * Sends the frames of one session in order. All sends of a session, blocking ones and {@link AsynchronousSends}, put their frames into the queue of the
 * connection by {@link #enqueue}.
 *
 * <p>A blocking send waits for room in the queue and completes when the queue contains the frame. No frame follows a Close frame, and no message follows a
 * message of which a part is missing.
 *
 * <p>Threading: "under the send lock" means inside {@code connection.sendAtomically}, which excludes all other senders of the connection.
 */
final class FrameSender {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** No timeout is needed. If the client receives too slowly for too long (changeover.stall), the connection is closed, and that ends the wait. */
    private static final Duration NO_TIMEOUT = ChronoUnit.FOREVER.getDuration();

    /** The sender whose deferred frames the current thread of the application may pass to extensions. */
    private static final ThreadLocal<FrameSender> ENCODING = new ThreadLocal<>();

    private final AdvancedConnection connection;
    private final FrameWriter frames;
    private final BooleanSupplier clientHasClosed;
    private final Executor threads;
    private final Executor results;
    private final Consumer<CloseReason> closeSession;
    private final FrameOutput output = new QueueOutput();
    private Thread receiving;               // the thread that delivers received bytes, or null. Not volatile: each thread compares it only with itself
    private volatile boolean sending;       // a frame is being put into the queue; changed under the send lock
    private boolean scheduled;             // a thread of the application is about to send the deferred frames; under the send lock
    private boolean fragmented;             // a message is being sent in fragments and its last one is not sent; under the send lock
    private int bytesOfFrame;               // size of the last frame as sent; under the send lock
    private boolean closeSent;              // no frame may follow a Close frame (RFC 6455 section 5.5.1); under the send lock
    private SessionObserver observer;       // null if there are no listeners; set before anything is sent
    private volatile boolean discarding;    // the connection has ended and frames are discarded
    private volatile boolean timedOut;       // a message timed out and cannot be withdrawn; no other may follow the gap; the session is being closed
    private volatile boolean broken;        // a frame could not be created, so its message has a gap; changed under the send lock

    /**
     * @param clientHasClosed whether the client's Close frame has arrived
     * @param threads         the threads of the application, for frames that extensions of the application process
     * @param results         runs the results of asynchronous sends in their order
     * @param closeSession    closes the session; called like a callback, and may be called more than once
     */
    FrameSender(SwitchedConnection connection, FrameWriter frames, BooleanSupplier clientHasClosed, Executor threads, Executor results, Consumer<CloseReason> closeSession) {
        this.connection = connection.advanced();
        this.frames = frames;
        this.clientHasClosed = clientHasClosed;
        this.threads = threads;
        this.results = results;
        this.closeSession = closeSession;
    }

    /** Sets the observer. Called before anything is sent. */
    void observe(SessionObserver by) {
        observer = by;
    }

    /** Called before and after received bytes are delivered. */
    void receiving(boolean begins) {
        receiving = begins ? Thread.currentThread() : null;
    }

    /** Whether the current thread delivers received bytes of this session, so that a send is probably a response for this session only. */
    boolean isReceiving() {
        return receiving == Thread.currentThread();
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
    void discardFrames() {
        discarding = true;
        connection.sendAtomically(() -> {
            frames.close();
            return null;
        });
    }

    boolean isDiscarding() {
        return discarding;
    }

    // ---- the order of frames, under the send lock

    /**
     * The result of an attempt to send a frame: it is in the queue; there is no room; another message must be sent first; it is deferred; the connection
     * is closed for sending.
     */
    enum EnqueueResult { DONE, NO_ROOM, MUST_WAIT, DEFERRED, CLOSED }

    /** Holds the notification of listeners about a frame, which runs after the send lock is released. */
    static final class ListenerNotification {
        private Runnable listeners = WebSocketListener.NOTHING;
    }

    /** Returns null if there are no listeners. */
    ListenerNotification notification() {
        return observer == null ? null : new ListenerNotification();
    }

    static void run(ListenerNotification notification) {
        if (notification != null) notification.listeners.run();
    }

    /** Whether a message may be sent. Called under the send lock. */
    boolean acceptsMessages() {
        return !(closeSent || isBroken());
    }

    /** Called if a message timed out and a part of it may have been sent. */
    void acceptNoMoreMessages() {
        timedOut = true;
    }

    /** Whether a part of a message could not be created, or a message timed out. The session is being closed, and no message can be sent any more. */
    boolean isBroken() {
        return broken || timedOut;
    }

    /** Whether a message can only be sent later, because others must be sent first. Called under the send lock. */
    boolean defersMessages() {
        return fragmented || connection.hasDeferred();
    }

    /** Whether the Close frame of the server is in the queue or sent. */
    boolean closeSent() {
        return connection.sendAtomically(() -> closeSent);
    }

    /**
     * Puts the frame into the queue. If an extension throws an exception, it is thrown to the caller, nothing of the frame is sent, and no listener is
     * notified. Called under the send lock.
     *
     * @param frame        null if another message must be sent first
     * @param sent         may be null
     * @param notification null if there are no listeners
     */
    EnqueueResult enqueue(OutgoingFrame frame, SwitchedConnection.Completion sent, ListenerNotification notification) {
        if (frame == null) return EnqueueResult.MUST_WAIT;
        Runnable listeners = notification == null ? null : observer.sending(frame);
        boolean control = frame.isControl();
        boolean part = !frame.isFinal() || fragmented;
        boolean written = false;
        sending = true;
        try {
            closeSent = frame.opcode() == Opcode.CLOSE;
            bytesOfFrame = 0;
            frames.write(frame, output);
            if (!control) fragmented = !frame.isFinal();
            written = true;
            if (sent != null) connection.trySend(NOTHING.duplicate(), sent, Long.MAX_VALUE);
        } finally {
            sending = false;
            if (!written && !control && (part || !frames.isExtended())) broken = true;      // a part of a frame that was being compressed may have been sent
        }
        if (notification != null) notification.listeners = listeners;
        return EnqueueResult.DONE;
    }

    /**
     * Sends a complete message now, or drops it because no more messages are accepted. Returns {@code false} if it must wait: for earlier bytes, for earlier
     * messages, or for a thread that may run extensions of the application. Called under the send lock.
     */
    boolean trySendNow(OutgoingFrame frame) {
        if (discarding || !acceptsMessages()) return true;
        if (defersMessages() || connection.isBehind() || frames.isExtended()) return false;
        ListenerNotification notification = notification();
        try {
            enqueue(frame, null, notification);
        } finally {
            closeIfBroken();
        }
        if (notification != null) result(notification.listeners);
        return true;
    }

    private final class QueueOutput implements FrameOutput {
        @Override
        public void write(ByteBuffer bytes) {
            bytesOfFrame += bytes.remaining();
            connection.trySend(bytes, null, Long.MAX_VALUE);
        }

        @Override
        public void write(SharedBytes bytes) {
            bytesOfFrame += bytes.size();
            connection.trySend(bytes, null, Long.MAX_VALUE);
        }
    }

    // ---- deferred frames

    /** A frame that is sent after the client has received the earlier ones. */
    abstract static class DeferredFrame implements AdvancedConnection.Deferred {
        private final FrameSender sender;
        private final int bytes;

        DeferredFrame(FrameSender sender, int bytes) {
            this.sender = sender;
            this.bytes = Math.max(1, bytes);
        }

        @Override
        public int bytes() {
            return bytes;
        }

        @Override
        public boolean send() {
            return sender.send(this);
        }

        /** Returns the frame, or null if another message must be sent first. Called at most once, under the send lock. */
        abstract OutgoingFrame frame();

        /** Returns the task that is called when the container has received the last byte, or null. */
        abstract SwitchedConnection.ImmediateCompletion completion();

        /** Called when the frame is in the queue. */
        abstract void enqueued();
    }

    private boolean send(DeferredFrame deferred) {
        boolean over = discarding || !acceptsMessages();
        if (sending || fragmented && !over) return false;
        if (!over && frames.isExtended() && !mayEncode()) return false;
        if (over) {
            deferred.lost(closed());
            return true;
        }
        try {
            ListenerNotification notification = notification();
            enqueue(deferred.frame(), deferred.completion(), notification);
            if (notification != null) result(notification.listeners);
            deferred.enqueued();
        } catch (RuntimeException wrong) {
            deferred.lost(new IOException(wrong));
            if (broken) result(this::closeBroken);
        }
        return true;
    }

    /** Sends the deferred messages, because no frame may follow the Close frame that is sent next. Called under the send lock. */
    void queueDeferred() {
        if (connection.hasDeferred()) {
            encoding(() -> connection.queueDeferred(new IOException("The session was closed while another message was being sent in fragments: this message cannot be sent")));
        }
    }

    // Deferred frames may become due on Changeover's own threads, where no extension of the application may run.

    private void encoding(Runnable step) {
        FrameSender before = ENCODING.get();
        ENCODING.set(this);
        try {
            step.run();
        } finally {
            if (before == null) ENCODING.remove();
            else ENCODING.set(before);
        }
    }

    /** Whether the current thread may pass a deferred frame to extensions. If not, a thread of the application does it later. Called under the send lock. */
    private boolean mayEncode() {
        if (ENCODING.get() == this) return true;
        if (scheduled) return false;
        scheduled = true;
        if (!ApplicationExecutor.tryExecute(threads, () -> {
            connection.sendAtomically(() -> scheduled = false);
            sendDeferred();
        })) scheduled = false;
        return false;
    }

    private void sendDeferred() {
        if (frames.isExtended() && connection.hasDeferred()) encoding(connection::sendDeferred);
        else connection.sendDeferred();
    }

    // ---- blocking sends

    /** A blocking send that waits until the deferred messages before it have been sent. */
    private final class BlockedSend extends DeferredFrame {
        private final Supplier<OutgoingFrame> next;
        private final CountDownLatch decided = new CountDownLatch(1);
        private volatile IOException failure;

        BlockedSend(int bytes, Supplier<OutgoingFrame> next) {
            super(FrameSender.this, bytes);
            this.next = next;
        }

        @Override
        OutgoingFrame frame() {
            return next.get();
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
    boolean send(int bytes, Supplier<OutgoingFrame> next, CompletionHandler<ByteBuffer> done) {
        EnqueueResult step = EnqueueResult.NO_ROOM;
        Throwable failure = null;
        boolean full = connection.isFull();
        BlockedSend blocked = null;
        ListenerNotification notification = notification();
        try {
            sendDeferred();
            while (step == EnqueueResult.NO_ROOM) {
                if (blocked == null && connection.hasDeferred()) blocked = new BlockedSend(bytes, next);
                BlockedSend blockedSend = blocked;
                step = discarding ? EnqueueResult.CLOSED : connection.sendAtomically(() -> sendOrDefer(bytes, next, blockedSend, notification));
                if (step == EnqueueResult.NO_ROOM && !connection.awaitWritable(bytes, NO_TIMEOUT)) step = EnqueueResult.CLOSED;
            }
            if (step == EnqueueResult.DEFERRED) failure = blocked.await();
            else if (step == EnqueueResult.CLOSED) failure = closed();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failure = interrupted;
        } catch (RuntimeException wrong) {
            failure = wrong;
        }
        if (failure != null) closeIfBroken();
        run(notification);
        sendDeferred();     // this may have been the last fragment
        if (full && !connection.isFull()) connection.resume();      // after a wait, writable() is not called for the handler, so resume here
        if (failure != null || step != EnqueueResult.MUST_WAIT) complete(done, failure);
        return step != EnqueueResult.MUST_WAIT;
    }

    /**
     * Called under the send lock, so that no other sender fills the queue between the check and the send.
     *
     * @param later null if there was no deferred message before
     */
    private EnqueueResult sendOrDefer(int bytes, Supplier<OutgoingFrame> next, BlockedSend later, ListenerNotification notification) {
        if (!acceptsMessages()) return EnqueueResult.CLOSED;
        if (!hasRoom(bytes)) return EnqueueResult.NO_ROOM;
        if (connection.hasDeferred() && !fragmented) {
            if (later == null) return EnqueueResult.NO_ROOM;     // a message was deferred in the meantime
            return connection.defer(later) ? EnqueueResult.DEFERRED : EnqueueResult.CLOSED;
        }
        return enqueue(next.get(), null, notification);
    }

    private boolean hasRoom(int bytes) {
        try {
            return connection.awaitWritable(bytes, Duration.ZERO);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("Interrupted although there was nothing to wait for", interrupted);
        }
    }

    void closeIfBroken() {
        if (broken && !discarding) connection.execute(this::closeBroken);
    }

    private void closeBroken() {
        closeSession.accept(new CloseReason(CloseCodes.UNEXPECTED_CONDITION, "A fragment of a message could not be sent."));
    }

    /** Closes the session like a callback, after a callback that may be running. */
    void closeSession(CloseReason reason) {
        connection.execute(() -> closeSession.accept(reason));
    }

    AdvancedConnection connection() {
        return connection;
    }

    static IOException closed() {
        return new IOException("The session is closed and sends no more frames");
    }

    static void complete(CompletionHandler<ByteBuffer> done, Throwable failure) {
        if (done == null) return;
        if (failure == null) done.completed(NOTHING);
        else done.failed(failure);
    }

    // ---- frames of the server itself

    /**
     * Sends a Ping of the server itself. It is not sent while earlier bytes are unsent, nor after a Close frame. Between the fragments of a message, it
     * does not wait for deferred messages. If extensions of the application process frames, it is sent on a thread of the application.
     *
     * @param next creates the frame; called at most once, under the send lock
     * @param sent receives the number of bytes that were sent for it; 0 if none was sent
     */
    void ping(Supplier<OutgoingFrame> next, IntConsumer sent) {
        if (!frames.isExtended()) pingNow(next, sent);
        else if (!ApplicationExecutor.tryExecute(threads, () -> pingNow(next, sent))) sent.accept(0);
    }

    private void pingNow(Supplier<OutgoingFrame> next, IntConsumer sent) {
        int bytes = 0;
        try {
            if (!discarding) bytes = connection.sendAtomically(() -> mayPing() && enqueue(next.get(), null, null) == EnqueueResult.DONE ? bytesOfFrame : 0);
        } finally {
            sent.accept(bytes);
        }
    }

    private boolean mayPing() {
        return !closeSent && (connection.queued() == 0 || fragmented && !connection.isBehind());
    }

    /** Sends a Close frame. Frames that Tyrus sends afterwards are discarded. */
    void close(OutgoingFrame frame) {
        if (discarding) return;
        connection.sendAtomically(() -> {
            if (closeSent) return EnqueueResult.CLOSED;
            queueDeferred();
            return enqueue(frame, null, notification());
        });
    }

    /**
     * Sends a Close frame as {@link #close(OutgoingFrame)} does, then runs the task. May be called from any thread, also while a callback runs. If extensions
     * of the application process frames, both are done on a thread of the application. The task runs in any case.
     */
    void close(OutgoingFrame frame, Runnable then) {
        Runnable both = () -> {
            try {
                close(frame);
            } finally {
                then.run();
            }
        };
        if (!frames.isExtended()) both.run();
        else if (!ApplicationExecutor.tryExecute(threads, both)) then.run();
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
