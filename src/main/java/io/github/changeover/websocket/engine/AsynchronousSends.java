package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.engine.FrameSender.EnqueueResult;
import io.github.changeover.websocket.engine.FrameSender.ListenerNotification;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.glassfish.tyrus.spi.CompletionHandler;

/**
 * The sends of one session that never wait. A send is accepted as long as the waiting bytes do not exceed a limit; otherwise only this send fails. It
 * completes when the container has received its last byte.
 *
 * <p>A message is deferred while another one is being sent in fragments, or while other messages are deferred. A message with a timeout is also deferred
 * while earlier bytes are unsent, so that it can be withdrawn.
 */
final class AsynchronousSends {
    /** The memory in bytes of a waiting message, in addition to its frame. */
    static final int OVERHEAD = 128;

    private final FrameSender sender;
    private final AdvancedConnection connection;
    private final long mostQueued;
    private final Executor threads;
    private final Supplier<SessionTimer> timer;
    private int waiting;        // messages not completed; changed under the send lock

    /**
     * @param mostQueued the largest number of bytes that may wait after a send
     * @param threads    the threads of the application
     * @param timer      for timeouts
     */
    AsynchronousSends(FrameSender sender, SwitchedConnection connection, long mostQueued, Executor threads, Supplier<SessionTimer> timer) {
        this.sender = sender;
        this.connection = connection.advanced();
        this.mostQueued = mostQueued;
        this.threads = threads;
        this.timer = timer;
    }

    /** A message. It completes when the container has received its last byte, when it fails, or when its timeout expires. */
    private final class AsynchronousMessage extends FrameSender.DeferredFrame implements SwitchedConnection.ImmediateCompletion {
        private final OutgoingFrame frame;
        private final CompletionHandler<ByteBuffer> done;       // may be null
        private final AtomicBoolean completed = new AtomicBoolean();
        private boolean counted, charged;   // changed under the send lock
        private volatile Future<?> timeout; // null if there is none

        AsynchronousMessage(OutgoingFrame frame, CompletionHandler<ByteBuffer> done) {
            super(sender, frame.size());
            this.frame = frame;
            this.done = done;
        }

        @Override
        OutgoingFrame frame() {
            return frame;
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

        /** Called under the send lock, or by {@link #timedOut}. */
        @Override
        public void done(Throwable failure) {
            if (!completed.compareAndSet(false, true)) return;
            connection.sendAtomically(() -> {
                if (counted) waiting--;
                if (charged) connection.release(OVERHEAD);
                counted = false;
                charged = false;
                return null;
            });
            Future<?> set = timeout;
            if (set != null) set.cancel(false);
            FrameSender.complete(done, failure);
        }

        /** Called under the send lock. */
        EnqueueResult begin(boolean timed, ListenerNotification notification) {
            if (!sender.acceptsMessages()) return EnqueueResult.CLOSED;
            if (connection.queued() + (long) OVERHEAD * waiting + bytes() > mostQueued) return EnqueueResult.NO_ROOM;
            EnqueueResult step;
            if (sender.defersMessages() || timed && (connection.isBehind() || connection.queued() > 0)) {
                step = connection.defer(this) ? EnqueueResult.DEFERRED : EnqueueResult.CLOSED;
            } else {
                step = sender.enqueue(frame, this, notification);
            }
            if (step == EnqueueResult.CLOSED || completed.get()) return step;
            counted = true;
            waiting++;
            charged = step == EnqueueResult.DEFERRED || connection.isBehind();      // not for frames that a callback buffers while the client reads fast enough
            if (charged) connection.charge(OVERHEAD);
            return step;
        }

        void setTimeout(long milliseconds, Runnable close) {
            if (completed.get()) return;
            try {
                timeout = timer.get().at(() -> timedOut(milliseconds, close), milliseconds);
            } catch (RejectedExecutionException stopped) {
                return;     // the application has stopped, and the session ends with it
            }
            if (completed.get()) timeout.cancel(false);
        }

        private void timedOut(long milliseconds, Runnable close) {
            String why = "The message was not sent within " + milliseconds + " ms (setSendTimeout, setAsyncSendTimeout): ";
            if (connection.withdraw(this)) {
                done(new SocketTimeoutException(why + "nothing of it was sent"));
            } else if (!completed.get() && !sender.closeSent()) {
                sender.acceptNoMoreMessages();      // before other timeouts expire: no other message may follow a withdrawn one
                done(new SocketTimeoutException(why + "the session is closed, because a part of it may have been sent"));
                connection.dropDeferred(new IOException("The message is not sent: the session is closed, because an earlier one was not sent within " + milliseconds + " ms"));
                if (!ApplicationExecutor.tryExecute(threads, close)) connection.close();
            }
        }
    }

    /**
     * Accepts a complete message or fails.
     *
     * @param done    completed when the container has received the last byte, or failed with the reason; must not run code of the application
     * @param timeout milliseconds from now until the send must be complete; 0 or less for no timeout
     * @param overdue runs on another thread if the send is not complete by then and cannot be withdrawn
     */
    void send(OutgoingFrame frame, CompletionHandler<ByteBuffer> done, long timeout, Runnable overdue) {
        AsynchronousMessage message = new AsynchronousMessage(frame, done);
        ListenerNotification notification = sender.notification();
        EnqueueResult step;
        try {
            step = sender.isDiscarding() ? EnqueueResult.CLOSED : connection.sendAtomically(() -> message.begin(timeout > 0, notification));
        } catch (RuntimeException wrong) {
            sender.closeIfBroken();
            FrameSender.complete(done, wrong);
            return;
        }
        FrameSender.run(notification);
        if (step == EnqueueResult.CLOSED) message.done(FrameSender.closed());
        else if (step == EnqueueResult.NO_ROOM) FrameSender.complete(done, noRoom(message.bytes()));
        else if (timeout > 0) message.setTimeout(timeout, overdue);
    }

    /**
     * Sends a control frame, also between the fragments of a message. A Close frame is always accepted, and accepted messages are sent before it.
     *
     * @param done as for {@link #send}; may be null
     */
    void sendControl(OutgoingFrame frame, CompletionHandler<ByteBuffer> done) {
        SwitchedConnection.ImmediateCompletion sent = done == null ? null : failure -> FrameSender.complete(done, failure);
        boolean close = frame.opcode() == Opcode.CLOSE;
        int bytes = frame.size();
        ListenerNotification notification = sender.notification();
        EnqueueResult step;
        try {
            step = sender.isDiscarding() ? EnqueueResult.CLOSED : connection.sendAtomically(() -> {
                if (sender.closeSent()) return EnqueueResult.CLOSED;
                if (close) sender.queueDeferred();
                return close || connection.queued() + bytes <= mostQueued ? sender.enqueue(frame, sent, notification) : EnqueueResult.NO_ROOM;
            });
        } catch (RuntimeException wrong) {
            FrameSender.complete(done, wrong);
            return;
        }
        FrameSender.run(notification);
        if (step == EnqueueResult.CLOSED) FrameSender.complete(done, FrameSender.closed());
        else if (step == EnqueueResult.NO_ROOM) FrameSender.complete(done, noRoom(bytes));
    }

    private IOException noRoom(int bytes) {
        return new IOException("This message of " + bytes + " bytes is not sent: " + mostQueued + " bytes may wait for a session (changeover.websocket.send.max), and "
                + (connection.queued() + (long) OVERHEAD * connection.sendAtomically(() -> waiting)) + " do already");
    }
}
