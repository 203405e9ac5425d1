package io.github.changeover.connection;

import io.github.changeover.spi.SwitchedConnection.Completion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Octets on their way out, in order. While callbacks run the queue is <em>held</em>: small sends gather, and go out
 * together at the burst's end. Any thread may send; one writes at a time.
 */
final class OutputQueue {
    /** What became of an attempt to write. */
    enum Progress { EMPTY, WAITING }

    /** What became of octets: taken, and more or none may come; taken, and the connection broke; not taken. */
    enum Accepted { MORE, FULL, BROKEN, NOT }

    private record Mark(long position, Completion completion) {
    }

    private static final int DIRECT = 8 * 1024;    // from here on a copy costs more than a write of its own
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ReentrantLock lock = new ReentrantLock();
    private final Chunks pool;
    private final int bound;
    private Transport transport;
    private ArrayDeque<ByteBuffer> chunks;     // each ready for reading, the last open for more behind its limit
    private ArrayDeque<Mark> marks;
    private volatile boolean marked;            // there are marks
    private long accepted;
    private volatile long written;   // changed under the lock only
    private volatile long overflowAt = Long.MAX_VALUE;   // set while the sender has been told to wait
    private volatile boolean awaitingRoom;
    private volatile boolean waitingForTransport;
    private volatile boolean refusing;          // nothing more is accepted
    private boolean shut;
    private volatile IOException failure;
    private volatile long queued;

    OutputQueue(Chunks pool, int bound) {
        this.pool = pool;
        this.bound = bound;
    }

    void attach(Transport edge) {
        together(() -> transport = edge);
    }

    long queued() {
        return queued;
    }

    /** Runs this while nobody else sends or writes. */
    <T> T together(Supplier<T> sends) {
        lock.lock();
        try {
            return sends.get();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the calling thread is inside the transport, where some containers call back, or in {@link #together}. */
    boolean heldByCaller() {
        return lock.isHeldByCurrentThread();
    }

    long written() {
        return written;
    }

    /**
     * Accepts the octets, and writes them unless the queue is held.
     *
     * @throws IllegalStateException when the sender went on long after it was told to wait; nothing was accepted
     */
    Accepted send(ByteBuffer octets, Completion completion, boolean held) {
        lock.lock();
        try {
            if (refusing || failure != null) return Accepted.NOT;
            long after = accepted - written + octets.remaining();
            if (after > overflowAt) {
                throw new IllegalStateException("send() answered false and " + (after - bound)
                        + " octets more were sent: wait for writable() before sending on (the queue's bound is " + bound + ")");
            }
            accepted += octets.remaining();
            if (completion != null) mark(completion);
            if (octets.remaining() >= DIRECT || !held) {
                flushLocked();
                if (!queuedChunks()) write(octets);
            }
            if (octets.hasRemaining()) append(octets);
            queued = accepted - written;
            if (queued > bound) {
                if (!awaitingRoom) overflowAt = queued + bound;
                awaitingRoom = true;
            }
            return awaitingRoom ? Accepted.FULL : Accepted.MORE;
        } catch (IOException broken) {
            octets.position(octets.limit());
            return Accepted.BROKEN;
        } finally {
            lock.unlock();
        }
    }

    private void mark(Completion completion) {
        if (marks == null) marks = new ArrayDeque<>();
        marks.addLast(new Mark(accepted, completion));
        marked = true;
    }

    /** What failed once is never tried again: octets behind a gap must not go out. */
    private void write(ByteBuffer octets) throws IOException {
        if (failure != null) throw failure;
        if (transport == null || waitingForTransport) return;
        int before = octets.remaining();
        try {
            waitingForTransport = !transport.write(octets);
            written += before - octets.remaining();
        } catch (IOException broken) {
            failure = broken;
            throw broken;
        } catch (RuntimeException odd) {
            failure = new IOException("The container failed to write: " + odd, odd);
            throw failure;
        }
    }

    private boolean queuedChunks() {
        return chunks != null && !chunks.isEmpty();
    }

    private void append(ByteBuffer octets) {
        if (chunks == null) chunks = new ArrayDeque<>(4);
        while (octets.hasRemaining()) {
            ByteBuffer last = chunks.peekLast();
            if (last == null || last.limit() == last.capacity()) {
                last = pool.take().limit(0);
                chunks.addLast(last);
            }
            int start = last.limit();
            int count = Math.min(octets.remaining(), last.capacity() - start);
            last.limit(start + count);
            last.put(start, octets, octets.position(), count);
            octets.position(octets.position() + count);
        }
    }

    /** Writes what waits; {@code transportReady} tells that the transport has called for more. */
    Progress flush(boolean transportReady) throws IOException {
        if (!transportReady && queued == 0 && !waitingForTransport && failure == null) return Progress.EMPTY;
        lock.lock();
        try {
            if (transportReady && !shut) {
                waitingForTransport = false;
                if (!queuedChunks()) write(NOTHING);        // it may hold the last octets itself
            }
            flushLocked();
            return queued == 0 && !waitingForTransport ? Progress.EMPTY : Progress.WAITING;
        } finally {
            lock.unlock();
        }
    }

    private void flushLocked() throws IOException {
        if (shut) return;
        while (queuedChunks() && !waitingForTransport && transport != null) {
            ByteBuffer first = chunks.peekFirst();
            write(first);
            if (!first.hasRemaining()) pool.give(chunks.pollFirst());
        }
        if (chunks != null && chunks.isEmpty()) chunks = null;
        queued = accepted - written;
    }

    /** From now on nothing is accepted; what is queued still goes out. */
    void refuse() {
        if (!refusing) together(() -> refusing = true);
    }

    boolean refuses() {
        return refusing;
    }

    /** Why a write failed, when one did. */
    IOException failure() {
        return failure;
    }

    /** Whether so many octets more would be taken by {@link #send}; as many as one likes when the sender was not told to wait. */
    boolean fits(long octets) {
        return !awaitingRoom || queued + octets <= overflowAt;
    }

    /** Whether the sender was told to wait and there is room again; answers true once for every wait. */
    boolean roomAgain() {
        if (!awaitingRoom || queued > bound / 2) return false;
        lock.lock();
        try {
            if (!awaitingRoom || queued > bound / 2) return false;
            awaitingRoom = false;
            overflowAt = Long.MAX_VALUE;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The next completion of octets that are out, to be run outside the lock; null when there is none. */
    Completion completed() {
        if (!marked) return null;
        lock.lock();
        try {
            if (marks == null || marks.peekFirst().position() > written) return null;
            Completion completion = marks.pollFirst().completion();
            if (marks.isEmpty()) clearMarks();
            return completion;
        } finally {
            lock.unlock();
        }
    }

    private void clearMarks() {
        marks = null;
        marked = false;
    }

    /** Ends the queue: nothing more is accepted or written. Answers the completions that will never be. */
    List<Completion> shut() {
        lock.lock();
        try {
            shut = true;
            refusing = true;
            if (chunks != null) chunks.forEach(pool::give);
            chunks = null;
            List<Completion> lost = marks == null ? List.of() : marks.stream().map(Mark::completion).toList();
            clearMarks();
            return lost;
        } finally {
            lock.unlock();
        }
    }
}
