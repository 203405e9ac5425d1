package io.github.changeover.connection;

import io.github.changeover.spi.AdvancedConnection.Deferred;
import io.github.changeover.spi.SwitchedConnection.Completion;
import io.github.changeover.spi.SwitchedConnection.ImmediateCompletion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The bytes of a connection on their way out, in order. What a callback sends is gathered for a short time, so that small sends
 * leave together. Any thread may send; one writes at a time.
 */
final class OutputQueue {
    /** What became of an attempt to write. */
    enum Progress { EMPTY, WAITING }

    /** What became of bytes: accepted, and more or no more may come; accepted, and the connection broke; no room; not accepted any more. */
    enum Accepted { MORE, FULL, BROKEN, NO_ROOM, CLOSED }

    private record Mark(long position, Completion completion) {
    }

    static final int DIRECT = 8 * 1024;    // from here on a copy costs more than a write of its own
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final long NO_LIMIT = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Chunks pool;
    private final MemoryAccount memory;
    private final int limit;
    private Transport transport;
    private ArrayDeque<ByteBuffer> chunks;      // each ready for reading, the last open for more behind its limit
    private ArrayDeque<Mark> immediates;        // null while there are none
    private ArrayDeque<Deferred> deferred;      // messages that are sent behind the chunks; null while there are none
    private boolean sendsDeferred;              // the call of the first of them is running
    /** Filled under the lock; emptied without it, so that who runs completions never waits for a write. Null before the first. */
    private volatile Queue<Mark> marks;
    private long accepted;
    private volatile long written;              // changed under the lock only, as all that is volatile here
    private volatile long queued;
    private volatile long deferredBytes;
    private volatile boolean deferredFull;      // more of them wait for the client than the limit
    private volatile long overflowAt = Long.MAX_VALUE;   // set while the sender has been told to wait
    private volatile boolean awaitingRoom;
    private volatile long fullSince;            // nanoseconds; of use while awaitingRoom
    private volatile boolean refused;           // the transport took less than it was given
    private volatile boolean armed;             // it was asked to call; set under the lock only
    private volatile boolean closed;            // nothing more is accepted
    private volatile boolean endRequested, closeRequested, outputEnded, endSent;
    private boolean endTried;                   // for a close
    private volatile IOException failure;
    private boolean shut;

    OutputQueue(Chunks pool, MemoryAccount memory, int limit) {
        this.pool = pool;
        this.memory = memory;
        this.limit = limit;
    }

    void attach(Transport edge) {
        atomically(() -> transport = edge);
    }

    /** Bytes accepted and not yet given to the container. */
    long queued() {
        return queued + deferredBytes;
    }

    /** Of these, the bytes that the client could have taken: not those that the application holds back. */
    long queuedForClient() {
        return refused ? queued() : queued;
    }

    long written() {
        return written;
    }

    /** Runs this while nobody else sends or writes. */
    <T> T atomically(Supplier<T> sends) {
        lock.lock();
        try {
            return sends.get();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the calling thread is inside the transport, where some containers call back, or in {@link #atomically}. */
    boolean heldByCaller() {
        return lock.isHeldByCurrentThread();
    }

    /**
     * Accepts the bytes, and writes them unless they are to be gathered.
     *
     * @throws IllegalStateException when the sender went on long after it was told to wait; nothing was accepted
     */
    Accepted send(ByteBuffer bytes, Completion completion, boolean gather) {
        return accept(bytes, completion, gather, NO_LIMIT);
    }

    /** The same for a sender with a limit of its own: nothing is accepted when more than {@code mostQueued} bytes would wait then. */
    Accepted send(ByteBuffer bytes, Completion completion, boolean gather, long mostQueued) {
        return accept(bytes, completion, gather, mostQueued);
    }

    private Accepted accept(ByteBuffer bytes, Completion completion, boolean gather, long mostQueued) {
        lock.lock();
        try {
            if (closed || failure != null) return Accepted.CLOSED;
            long after = accepted - written + bytes.remaining();
            if (mostQueued >= 0 && after > mostQueued) return Accepted.NO_ROOM;
            if (mostQueued < 0 && after > overflowAt) {
                throw new IllegalStateException("send() returned false and " + (after - limit) + " more bytes were sent: wait for writable() before "
                        + "sending on (the limit is " + limit + " bytes; changeover.queue.max)");
            }
            accepted += bytes.remaining();
            if (completion != null) mark(completion);
            if (!gather) {
                writeChunks();
                if (!hasChunks()) write(bytes);
            }
            if (bytes.hasRemaining()) append(bytes);
            queued = accepted - written;
            if (immediates != null) completeImmediates();       // of no bytes, behind bytes that were written before
            if (queued > limit && !awaitingRoom) {
                overflowAt = queued + limit;
                fullSince = System.nanoTime();
                awaitingRoom = true;
            }
            return awaitingRoom ? Accepted.FULL : Accepted.MORE;
        } catch (IOException broken) {
            bytes.position(bytes.limit());
            return Accepted.BROKEN;
        } finally {
            lock.unlock();
        }
    }

    private void mark(Completion completion) {
        if (completion instanceof ImmediateCompletion) {
            if (immediates == null) immediates = new ArrayDeque<>();
            immediates.addLast(new Mark(accepted, completion));
        } else {
            if (marks == null) marks = new ConcurrentLinkedQueue<>();
            marks.add(new Mark(accepted, completion));
        }
    }

    /** What failed once is never tried again: bytes behind a gap must not be sent. */
    private void write(ByteBuffer bytes) throws IOException {
        if (failure != null) throw failure;
        if (transport == null || refused) return;
        int before = bytes.remaining();
        try {
            refused = !transport.write(bytes);
            written += before - bytes.remaining();
        } catch (IOException broken) {
            throw fail(broken);
        } catch (RuntimeException | Error odd) {
            throw fail(new IOException("The container failed to write: " + odd, odd));
        }
        if (immediates != null) completeImmediates();
    }

    private IOException fail(IOException broken) {
        failure = broken;
        return broken;
    }

    /** They run no handler code and do not block: so they run here, on whichever thread wrote their last byte. */
    private void completeImmediates() {
        for (Mark first = immediates.peekFirst(); first != null && first.position() <= written; first = immediates.peekFirst()) {
            immediates.pollFirst();
            Completions.complete(first.completion(), null);
        }
        if (immediates.isEmpty()) immediates = null;
    }

    private boolean hasChunks() {
        return chunks != null && !chunks.isEmpty();
    }

    /** All of the bytes, or the connection breaks: part of them in the queue would be a gap in the stream. */
    private void append(ByteBuffer bytes) throws IOException {
        try {
            if (chunks == null) chunks = new ArrayDeque<>(4);
            while (bytes.hasRemaining()) {
                ByteBuffer last = chunks.peekLast();
                if (last == null || last.limit() == last.capacity()) {
                    last = pool.take().limit(0);
                    chunks.addLast(last);                // from here on shut() gives it back
                    memory.charge(Chunks.SIZE);
                }
                int start = last.limit();
                int count = Math.min(bytes.remaining(), last.capacity() - start);
                last.limit(start + count);
                last.put(start, bytes, bytes.position(), count);
                bytes.position(bytes.position() + count);
            }
        } catch (OutOfMemoryError none) {
            throw fail(new IOException("No memory for bytes that wait for the client", none));
        }
    }

    private void give(ByteBuffer chunk) {
        pool.give(chunk);
        memory.release(Chunks.SIZE);
    }

    /**
     * Writes what waits.
     *
     * @param retry whether to try although the transport has refused bytes and not called since
     */
    Progress flush(boolean retry) throws IOException {
        if (!retry && queued() == 0 && !refused && failure == null) return Progress.EMPTY;
        lock.lock();
        try {
            if (retry && !shut) {
                refused = false;
                if (!hasChunks()) write(NOTHING.duplicate());        // the transport may hold the last bytes itself
            }
            writeChunks();
            return queued == 0 && !refused ? Progress.EMPTY : Progress.WAITING;
        } finally {
            lock.unlock();
        }
    }

    private void writeChunks() throws IOException {
        if (shut) return;
        if (failure != null) throw failure;
        if (!hasChunks() && deferred == null) return;       // without a word about bytes that are just being accepted: others would wait for the lock
        while (!refused && transport != null && (hasChunks() || sendFirstDeferred())) {
            if (!hasChunks()) continue;
            ByteBuffer first = chunks.peekFirst();
            write(first);
            if (!first.hasRemaining()) give(chunks.pollFirst());
        }
        if (chunks != null && chunks.isEmpty()) chunks = null;
        queued = accepted - written;
    }

    /** Whether messages are deferred. */
    boolean hasDeferred() {
        return deferredBytes > 0;
    }

    /** The message is sent behind all others, unless nothing is accepted any more. */
    boolean defer(Deferred message) {
        lock.lock();
        try {
            if (closed || failure != null) return false;
            if (deferred == null) deferred = new ArrayDeque<>();
            deferred.addLast(message);
            deferredBytes += message.bytes();
            if (refused && deferredBytes > limit && !isFull()) {
                fullSince = System.nanoTime();
                deferredFull = true;
            }
            memory.charge(message.bytes());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the message back; returns whether it was still deferred. */
    boolean withdraw(Deferred message) {
        return atomically(() -> {
            boolean removed = deferred != null && deferred.remove(message);
            if (removed) noLongerDeferred(message);
            return removed;
        });
    }

    private void noLongerDeferred(Deferred message) {
        deferredBytes -= message.bytes();
        memory.release(message.bytes());
        if (deferred != null && deferred.isEmpty()) deferred = null;
    }

    /** Calls the first deferred message: it sends itself by this queue. Returns whether it is done with. */
    private boolean sendFirstDeferred() {
        if (deferred == null || sendsDeferred) return false;
        Deferred first = deferred.pollFirst();
        sendsDeferred = true;
        boolean done;
        try {
            done = first.send();
        } finally {
            sendsDeferred = false;
        }
        if (done || deferred == null) noLongerDeferred(first);
        else deferred.addFirst(first);
        return done;
    }

    /** Puts the deferred messages into the queue, whether or not the client takes anything; what may not be sent now is lost. */
    void queueDeferred(IOException why) {
        lock.lock();
        try {
            while (sendFirstDeferred()) Thread.onSpinWait();
            dropDeferred(why);
        } finally {
            lock.unlock();
        }
    }

    /** The deferred messages are lost. */
    void dropDeferred(IOException why) {
        lock.lock();
        try {
            while (deferred != null && !sendsDeferred) {
                Deferred first = deferred.pollFirst();
                noLongerDeferred(first);
                first.lost(why);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The transport has called. Without the lock: a container may call while it holds what a writer waits for. */
    void transportReady() {
        armed = false;
    }

    /** Whether the transport has refused bytes. */
    boolean isRefused() {
        return refused;
    }

    /** Has the transport call once it takes more, when it refused bytes and was not asked yet. */
    void requestWritable() throws IOException {
        if (!refused || armed) return;
        lock.lock();
        try {
            if (!refused || armed || shut) return;
            armed = true;
            transport.requestWritable();
        } catch (RuntimeException odd) {
            throw fail(new IOException("The container has closed the connection", odd));
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing is accepted; what is queued is still sent. */
    void close() {
        if (closed) return;
        atomically(() -> {
            if (deferred != null) queueDeferred(new IOException("The connection is closing while another message is being sent in fragments"));
            return closed = true;
        });
    }

    /** Whether nothing is accepted any more. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Nothing is accepted any more, and the client is told so behind what is queued: by {@link #tryEndOutput}.
     *
     * @param closing whether nothing that the client sends is of use any more
     */
    void requestEnd(boolean closing) {
        close();
        if (closing) closeRequested = true;
        endRequested = true;
    }

    /** Ends the output if that was requested and everything has been written; returns whether it has ended. */
    boolean tryEndOutput() throws IOException {
        if (!endRequested) return false;
        if (outputEnded && (endSent || !closeRequested)) return true;
        lock.lock();
        try {
            boolean closing = closeRequested;
            boolean done = outputEnded && (endSent || !closing || endTried);
            if (done || shut || transport == null || refused || hasChunks()) return outputEnded;
            if (failure != null) throw failure;
            Transport.EndOutput end = transport.endOutput(closing);
            if (end == Transport.EndOutput.WAITING) {
                refused = true;
                return false;
            }
            endSent = end == Transport.EndOutput.SENT;
            endTried = closing;
            outputEnded = true;
            return true;
        } catch (RuntimeException odd) {
            throw fail(new IOException("The container has closed the connection", odd));
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything has been written, and the client told so where the container can do that. */
    boolean outputEnded() {
        return outputEnded;
    }

    /** Whether the client sees the end of the output before the connection closes. */
    boolean endSent() {
        return endSent;
    }

    /** Why a write failed, when one did. */
    IOException failure() {
        return failure;
    }

    /** Whether that many more bytes can be sent without an exception; any number when the sender was not told to wait. */
    boolean fits(long bytes) {
        return !awaitingRoom || queued + bytes <= overflowAt;
    }

    /** Whether the sender was told to wait. */
    boolean isFull() {
        return awaitingRoom || deferredFull;
    }

    /** Whether the sender was told to wait and there is room again. */
    boolean hasRoomAgain() {
        return awaitingRoom && queued <= limit / 2 || deferredFull && deferredBytes <= limit / 2;
    }

    /** As {@link #hasRoomAgain}, once for every wait: returns the nanoseconds since the limit was exceeded, or -1. */
    long takeRoomAgain() {
        if (!hasRoomAgain()) return -1;
        lock.lock();
        try {
            if (!hasRoomAgain()) return -1;
            if (queued <= limit / 2) {
                awaitingRoom = false;
                overflowAt = Long.MAX_VALUE;
            }
            if (deferredBytes <= limit / 2) deferredFull = false;
            return isFull() ? -1 : Math.max(0, System.nanoTime() - fullSince);
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #pollCompleted} has something to return. */
    boolean hasCompleted() {
        Mark first = firstMark();
        return first != null && first.position() <= written;
    }

    /** Bytes written behind those of the first completion that has not run. */
    long writtenSinceCompleted() {
        Mark first = firstMark();
        return first == null ? 0 : written - first.position();
    }

    private Mark firstMark() {
        Queue<Mark> waiting = marks;
        return waiting == null ? null : waiting.peek();
    }

    /** The next completion whose bytes have been written, to be run outside the lock; null when there is none. For one thread at a time. */
    Completion pollCompleted() {
        return hasCompleted() ? marks.poll().completion() : null;
    }

    /** Ends the queue: nothing more is accepted or written, and what waits is dropped. Immediate completions of it fail now. */
    void shut(IOException why) {
        lock.lock();
        try {
            shut = true;
            closed = true;
            if (chunks != null) chunks.forEach(this::give);
            chunks = null;
            dropDeferred(why);
            if (immediates != null) immediates.forEach(mark -> Completions.complete(mark.completion(), why));
            immediates = null;
        } finally {
            lock.unlock();
        }
    }

    /** After {@link #shut}: the completions that have not run. For one thread at a time, the one that polled. */
    List<Completion> takeLost() {
        Queue<Mark> waiting = marks;
        if (waiting == null) return List.of();
        List<Completion> lost = waiting.stream().map(Mark::completion).toList();
        waiting.clear();
        return lost;
    }
}
