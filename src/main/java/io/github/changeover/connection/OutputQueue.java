package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.spi.AdvancedConnection.Deferred;
import io.github.changeover.spi.SwitchedConnection.Completion;
import io.github.changeover.spi.SwitchedConnection.ImmediateCompletion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The queue of bytes that a connection sends, in order. Small sends of a callback are buffered for a short time, so that they are
 * written together. Any thread may send. One thread at a time writes.
 */
final class OutputQueue {
    /** The result of an attempt to write: all bytes are written, or bytes wait. */
    enum FlushProgress { EMPTY, WAITING }

    /**
     * The result of a send. MORE: accepted, more may be sent. FULL: accepted, the sender should wait. BROKEN: accepted, but the connection broke. NO_ROOM:
     * not accepted, because of the limit of the sender. CLOSED: not accepted, because the queue is closed.
     */
    enum SendResult { MORE, FULL, BROKEN, NO_ROOM, CLOSED }

    private record PendingCompletion(long position, Completion completion) {
    }

    /** Compared by identity. With it, any of many messages is withdrawn in the same short time. */
    private record DeferredMessage(Deferred message) {
        @Override
        public boolean equals(Object other) {
            return other instanceof DeferredMessage that && that.message == message;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(message);
        }
    }

    static final int DIRECT = 8 * 1024;    // bytes; for larger sends a copy costs more than a separate write
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    static final long NO_LIMIT = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final BufferPool pool;
    private final MemoryAccount memory;
    private final int limit;
    private Transport transport;
    /** Each is ready for reading. A read-only buffer is shared with other connections; any other is of the pool, and the last one may be appended to after its limit. */
    private ArrayDeque<ByteBuffer> buffers;
    private ArrayDeque<PendingCompletion> immediates;        // null while there are none
    private LinkedHashSet<DeferredMessage> deferred;     // messages that are sent after all queued bytes, in order; null while there are none
    private Deferred sending;                   // the first deferred message while its send() runs; otherwise null
    /** Added to under the lock; removed from without it, so that a thread that runs completions never waits for a write. Null before the first one. */
    private volatile Queue<PendingCompletion> pendingCompletions;
    private long accepted;
    private volatile long written;              // the volatile fields are changed only under the lock, unless stated otherwise
    private volatile long queued;
    private volatile long deferredBytes;
    private volatile long fillingBytes;         // part of deferredBytes that counts for deferredFull
    private volatile boolean deferredFull;      // the deferred messages exceeded the limit because the client does not read
    private volatile long overflowAt = Long.MAX_VALUE;   // smaller while awaitingRoom: more queued bytes than this are an overflow
    private volatile boolean awaitingRoom;      // the sender should wait, and has not been notified of room yet
    private volatile long fullSince;            // nanoseconds; valid while awaitingRoom or deferredFull
    private volatile boolean writeIncomplete;           // the last write was incomplete
    private volatile boolean writableRequested;             // a call of the transport was requested; set under the lock, cleared without it
    private volatile boolean closed;            // no more bytes are accepted
    private volatile boolean endRequested, closeRequested, outputEnded, endSent;    // the first two are set without the lock
    private boolean endTried;                   // the end of the output was tried for a close
    private volatile IOException failure;
    private boolean isShut;

    OutputQueue(BufferPool pool, MemoryAccount memory, int limit) {
        this.pool = pool;
        this.memory = memory;
        this.limit = limit;
    }

    void attach(Transport transport) {
        atomically(() -> this.transport = transport);
    }

    /** The bytes that were accepted and are not yet written to the container, including deferred messages. */
    long queued() {
        return queued + deferredBytes;
    }

    /** The queued bytes that wait because of the client. Deferred messages count only if the last write was incomplete. */
    long queuedForClient() {
        return writeIncomplete ? queued() : queued;
    }

    long written() {
        return written;
    }

    /** Runs this while no other thread sends or writes. */
    <T> T atomically(Supplier<T> sends) {
        lock.lock();
        try {
            return sends.get();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the calling thread holds the lock: it is in {@link #atomically}, or inside a call of the transport, from which some containers call back. */
    boolean heldByCaller() {
        return lock.isHeldByCurrentThread();
    }

    /** Sends as the other {@code send}, without a separate limit; the bytes are not shared. */
    SendResult send(ByteBuffer bytes, Completion completion, boolean gather) {
        return send(bytes, completion, gather, false, NO_LIMIT);
    }

    /**
     * Accepts the bytes, and writes them unless they are to be buffered.
     *
     * @param gather     whether to buffer the bytes
     * @param shared     whether the buffer is read-only, its bytes never change, and it is not used again: then the queue may keep it instead of a copy
     * @param mostQueued a separate limit of the sender: nothing is accepted if more bytes would then wait. {@link #NO_LIMIT} for none
     * @throws IllegalStateException without a separate limit, if the sender did not wait after FULL and the queue would exceed the overflow limit; then
     *                               nothing was accepted
     */
    SendResult send(ByteBuffer bytes, Completion completion, boolean gather, boolean shared, long mostQueued) {
        lock.lock();
        try {
            if (closed || failure != null) return SendResult.CLOSED;
            long after = accepted - written + bytes.remaining();
            if (mostQueued >= 0 && after > mostQueued) return SendResult.NO_ROOM;
            if (mostQueued < 0 && after > overflowAt) {
                throw new IllegalStateException("send() returned false and " + (after - limit) + " more bytes were sent: wait for writable() before "
                        + "sending more (the limit is " + limit + " bytes; changeover.queue.max)");
            }
            accepted += bytes.remaining();
            if (completion != null) addPendingCompletion(completion);
            if (!gather) {
                writeBuffers();
                if (!hasBuffers()) write(bytes);
            }
            if (bytes.hasRemaining()) append(bytes, shared && !gather);
            queued = accepted - written;
            if (immediates != null) completeImmediates();       // an empty send is complete if all earlier bytes are written
            if (queued > limit && !awaitingRoom) {
                overflowAt = queued + limit;
                fullSince = System.nanoTime();
                awaitingRoom = true;
            }
            return awaitingRoom ? SendResult.FULL : SendResult.MORE;
        } catch (IOException broken) {
            bytes.position(bytes.limit());
            return SendResult.BROKEN;
        } finally {
            lock.unlock();
        }
    }

    private void addPendingCompletion(Completion completion) {
        if (completion instanceof ImmediateCompletion) {
            if (immediates == null) immediates = new ArrayDeque<>();
            immediates.addLast(new PendingCompletion(accepted, completion));
        } else {
            if (pendingCompletions == null) pendingCompletions = new ConcurrentLinkedQueue<>();
            pendingCompletions.add(new PendingCompletion(accepted, completion));
        }
    }

    /** Writes to the transport. After a failure there are no more writes, because the stream would have a gap. */
    private void write(ByteBuffer bytes) throws IOException {
        if (failure != null) throw failure;
        if (transport == null || writeIncomplete) return;
        int before = bytes.remaining();
        try {
            writeIncomplete = !transport.write(bytes);
            written += before - bytes.remaining();
        } catch (IOException broken) {
            throw fail(broken);
        } catch (RuntimeException | Error unexpected) {
            throw fail(new IOException("The container failed to write: " + unexpected, unexpected));
        }
        if (immediates != null) completeImmediates();
    }

    private IOException fail(IOException broken) {
        failure = broken;
        return broken;
    }

    /** Runs immediate completions on the thread that wrote their last byte. This is possible because they run no handler code and do not block. */
    private void completeImmediates() {
        for (PendingCompletion first = immediates.peekFirst(); first != null && first.position() <= written; first = immediates.peekFirst()) {
            immediates.pollFirst();
            Completions.complete(first.completion(), null);
        }
        if (immediates.isEmpty()) immediates = null;
    }

    private boolean hasBuffers() {
        return buffers != null && !buffers.isEmpty();
    }

    /** Appends all of the bytes. If this fails the connection breaks, because a part of them would leave a gap in the stream. */
    private void append(ByteBuffer bytes, boolean shared) throws IOException {
        try {
            if (buffers == null) buffers = new ArrayDeque<>(4);
            if (shared && bytes.remaining() > roomInLast()) {       // if there is room, the memory is already held, and fewer writes are needed
                ByteBuffer rest = bytes.slice();
                buffers.addLast(rest);
                memory.charge(rest.capacity());
                bytes.position(bytes.limit());
            }
            while (bytes.hasRemaining()) {
                ByteBuffer last = buffers.peekLast();
                if (roomInLast() == 0) {
                    last = pool.take().limit(0);
                    buffers.addLast(last);                // before charge(), so that shut() returns it to the pool
                    memory.charge(pool.size());
                }
                int start = last.limit();
                int count = Math.min(bytes.remaining(), last.capacity() - start);
                last.limit(start + count);
                last.put(start, bytes, bytes.position(), count);
                bytes.position(bytes.position() + count);
            }
        } catch (OutOfMemoryError none) {
            throw fail(new IOException("Not enough memory to queue bytes for the client", none));
        }
    }

    private int roomInLast() {
        ByteBuffer last = buffers.peekLast();
        return last == null || last.isReadOnly() ? 0 : last.capacity() - last.limit();
    }

    private void releaseBuffer(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            memory.release(buffer.capacity());
        } else {
            pool.give(buffer);
            memory.release(pool.size());
        }
    }

    /** If several small shared buffers are first, copies them into one of the pool: a write of each would cost more. */
    private void joinSmallShared() {
        if (buffers.size() == 1 || !isSmallShared(buffers.peekFirst())) return;
        Iterator<ByteBuffer> inOrder = buffers.iterator();
        inOrder.next();
        if (!isSmallShared(inOrder.next())) return;
        ByteBuffer joined;
        try {
            joined = pool.take();
        } catch (OutOfMemoryError none) {
            return;
        }
        memory.charge(pool.size());
        for (ByteBuffer first = buffers.peekFirst(); first != null && isSmallShared(first) && first.remaining() <= joined.remaining(); first = buffers.peekFirst()) {
            joined.put(first);
            releaseBuffer(buffers.pollFirst());
        }
        buffers.addFirst(joined.flip());
    }

    private static boolean isSmallShared(ByteBuffer buffer) {
        return buffer.isReadOnly() && buffer.remaining() < DIRECT;
    }

    /**
     * Writes queued bytes.
     *
     * @param retry whether to write also if the last write was incomplete and the transport has not reported since then that it is writable
     */
    FlushProgress flush(boolean retry) throws IOException {
        if (!retry && isWritten()) return FlushProgress.EMPTY;
        lock.lock();
        try {
            if (retry && !isShut) {
                writeIncomplete = false;
                if (!hasBuffers()) write(NOTHING.duplicate());        // the transport may hold the last bytes in its own buffer
            }
            writeBuffers();
            return queued == 0 && !writeIncomplete ? FlushProgress.EMPTY : FlushProgress.WAITING;
        } finally {
            lock.unlock();
        }
    }

    private void writeBuffers() throws IOException {
        if (isShut) return;
        if (failure != null) throw failure;
        if (!hasBuffers() && deferred == null) return;       // queued stays: it would count bytes that are being accepted, and others would lock
        while (!writeIncomplete && transport != null && (hasBuffers() || sendFirstDeferred())) {
            if (!hasBuffers()) continue;
            joinSmallShared();
            ByteBuffer first = buffers.peekFirst();
            write(first);
            if (!first.hasRemaining()) releaseBuffer(buffers.pollFirst());
        }
        if (buffers != null && buffers.isEmpty()) buffers = null;
        queued = accepted - written;
    }

    /** Whether there are deferred messages. */
    boolean hasDeferred() {
        return deferredBytes > 0;
    }

    /** Defers the message, after all other deferred messages. Returns {@code false} if no more messages are accepted. */
    boolean defer(Deferred message) {
        lock.lock();
        try {
            if (closed || failure != null) return false;
            if (deferred == null) deferred = new LinkedHashSet<>();
            deferred.add(new DeferredMessage(message));
            deferredBytes += message.bytes();
            if (message.fillsQueue()) fillingBytes += message.bytes();
            if (writeIncomplete && fillingBytes > limit && !isFull()) {
                fullSince = System.nanoTime();
                deferredFull = true;
            }
            memory.charge(message.bytes());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Withdraws the message. Returns whether it was still deferred. */
    boolean withdraw(Deferred message) {
        return atomically(() -> {
            return deferred != null && message != sending && removeDeferred(message);
        });
    }

    private boolean removeDeferred(Deferred message) {
        if (!deferred.remove(new DeferredMessage(message))) return false;
        deferredBytes -= message.bytes();
        if (message.fillsQueue()) fillingBytes -= message.bytes();
        memory.release(message.bytes());
        if (deferred.isEmpty()) deferred = null;
        return true;
    }

    /** Calls {@code send} of the first deferred message, which sends bytes to this queue. Returns whether the message is finished. */
    private boolean sendFirstDeferred() {
        if (deferred == null || sending != null) return false;
        Deferred first = firstDeferred();
        boolean done = true;
        sending = first;
        try {
            done = first.send();
        } finally {
            sending = null;
            if (done) removeDeferred(first);
        }
        return done;
    }

    private Deferred firstDeferred() {
        return deferred.iterator().next().message;
    }

    /** Puts the deferred messages into the queue, also if the client does not read. If a message may not be sent now, it and those after it are lost. */
    void queueDeferred(IOException why) {
        lock.lock();
        try {
            while (sendFirstDeferred()) Thread.onSpinWait();
            dropDeferred(why);
        } finally {
            lock.unlock();
        }
    }

    /** Removes all deferred messages and calls their {@code lost}. */
    void dropDeferred(IOException why) {
        lock.lock();
        try {
            while (deferred != null && sending == null) {
                Deferred first = firstDeferred();
                removeDeferred(first);
                first.lost(why);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called when the transport reports that it is writable. Does not use the lock: the container may hold a lock that a writing thread waits for. */
    void transportReady() {
        writableRequested = false;
    }

    /** Whether the last write was incomplete. */
    boolean isWriteIncomplete() {
        return writeIncomplete;
    }

    /** Requests a call of the transport when more can be written, if the last write was incomplete and no call is requested yet. */
    void requestWritable() throws IOException {
        if (!writeIncomplete || writableRequested) return;
        lock.lock();
        try {
            if (!writeIncomplete || writableRequested || isShut) return;
            writableRequested = true;
            transport.requestWritable();
        } catch (RuntimeException odd) {
            throw fail(new IOException("The container has closed the connection", odd));
        } finally {
            lock.unlock();
        }
    }

    /** Closes the queue: no more bytes are accepted, queued bytes are still sent. */
    void close() {
        if (closed) return;
        atomically(() -> {
            if (deferred != null) queueDeferred(new IOException("The connection is closing while another message is being sent in fragments"));
            return closed = true;
        });
    }

    /** Whether the queue is closed for further bytes. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Closes the queue and requests the end of the output after the queued bytes. {@link #tryEndOutput} performs it.
     *
     * @param closing whether bytes from the client are no longer needed
     */
    void requestEnd(boolean closing) {
        close();
        if (closing) closeRequested = true;
        endRequested = true;
    }

    /** Ends the output if that was requested and all bytes have been written. Returns whether it has ended. */
    boolean tryEndOutput() throws IOException {
        if (!endRequested) return false;
        if (outputEnded && (endSent || !closeRequested)) return true;
        lock.lock();
        try {
            boolean closing = closeRequested;
            boolean done = outputEnded && (endSent || !closing || endTried);
            if (done || isShut || transport == null || writeIncomplete || hasBuffers()) return outputEnded;
            if (failure != null) throw failure;
            Transport.EndOutput end = transport.endOutput(closing);
            if (end == Transport.EndOutput.WAITING) {
                writeIncomplete = true;
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

    /** Whether all bytes have been written, and no write has failed. */
    boolean isWritten() {
        return queued() == 0 && !writeIncomplete && failure == null;
    }

    /** Whether all bytes have been written and the output was ended, if the container supports that. */
    boolean outputEnded() {
        return outputEnded;
    }

    /** Whether the client sees the end of the output before the connection closes. */
    boolean endSent() {
        return endSent;
    }

    /** The failure of a write, or null. */
    IOException failure() {
        return failure;
    }

    /** Whether this many more bytes can be sent without an overflow. Always true if the sender need not wait. */
    boolean fits(long bytes) {
        return !awaitingRoom || queued + bytes <= overflowAt;
    }

    /** Whether the limit was exceeded and the sender should wait. */
    boolean isFull() {
        return awaitingRoom || deferredFull;
    }

    /** Whether the limit was exceeded and at most half of it is in use again. */
    boolean hasRoomAgain() {
        return awaitingRoom && queued <= limit / 2 || deferredFull && fillingBytes <= limit / 2;
    }

    /** If {@link #hasRoomAgain}, ends the wait and returns the nanoseconds since the limit was exceeded; otherwise returns -1. */
    long takeRoomAgain() {
        if (!hasRoomAgain()) return -1;
        lock.lock();
        try {
            if (!hasRoomAgain()) return -1;
            if (queued <= limit / 2) {
                awaitingRoom = false;
                overflowAt = Long.MAX_VALUE;
            }
            if (fillingBytes <= limit / 2) deferredFull = false;
            return isFull() ? -1 : Math.max(0, System.nanoTime() - fullSince);
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #pollCompleted} has something to return. */
    boolean hasCompleted() {
        PendingCompletion first = firstPendingCompletion();
        return first != null && first.position() <= written;
    }

    /** The number of bytes written after those of the first completion that has not run. Negative if that completion is not due yet. */
    long writtenSinceCompleted() {
        PendingCompletion first = firstPendingCompletion();
        return first == null ? 0 : written - first.position();
    }

    private PendingCompletion firstPendingCompletion() {
        Queue<PendingCompletion> waiting = pendingCompletions;
        return waiting == null ? null : waiting.peek();
    }

    /**
     * Removes the next completion whose bytes have been written; null if there is none. It must be run without the lock. Called by one thread at a time.
     */
    Completion pollCompleted() {
        return hasCompleted() ? pendingCompletions.poll().completion() : null;
    }

    /**
     * Ends the queue: no more bytes are accepted or written, and queued bytes are dropped. Their immediate completions run now, with a failure.
     *
     * @param why makes the failure. Most connections end when all bytes are sent, and an exception with its stack trace is expensive
     */
    void shut(Supplier<IOException> why) {
        lock.lock();
        try {
            isShut = true;
            closed = true;
            if (buffers != null) buffers.forEach(this::releaseBuffer);
            buffers = null;
            if (deferred != null || immediates != null) failAll(why.get());
        } finally {
            lock.unlock();
        }
    }

    private void failAll(IOException why) {
        dropDeferred(why);
        if (immediates != null) immediates.forEach(pending -> Completions.complete(pending.completion(), why));
        immediates = null;
    }

    /** Removes the completions that have not run. Called after {@link #shut}, by the thread that calls {@link #pollCompleted}. */
    List<Completion> takeLost() {
        Queue<PendingCompletion> waiting = pendingCompletions;
        if (waiting == null) return List.of();
        List<Completion> lost = waiting.stream().map(PendingCompletion::completion).toList();
        waiting.clear();
        return lost;
    }
}
