package io.github.changeover.testkit;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.Transport;
import io.github.changeover.connection.TransportConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A {@link Transport} in memory, for tests of the connection itself; use {@link MemoryConnection} for tests of a
 * handler. It does exactly what the contract of {@link Transport} requires: it calls back only after a read found
 * nothing or a write was incomplete, and a write after the end fails. The peer may be on another thread.
 */
public final class MemoryTransport implements Transport {
    private static final BufferPool READ_BUFFERS = BufferPool.ofHeapBuffers(1024);

    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private final ReceivedBytes peerReceived = new ReceivedBytes();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();     // bytes that were written and that the peer has not received yet
    private TransportConnection connection;
    private boolean readWanted = true, writeWanted, runsCallbacks = true, closesAtOnce;
    private boolean peerEnded, outputEnded, halfCloses = true, keeps;
    private long window = Long.MAX_VALUE;
    private IOException readFailure, writeFailure;
    private Runnable insideWrite = () -> { }, whileWaiting = () -> { };
    private int closes, aborts, writing, seen;

    /** Its threads must not run handler code, as on Payara. */
    public MemoryTransport withoutCallbacks() {
        runsCallbacks = false;
        return this;
    }

    @Override
    public boolean runsCallbacks() {
        return runsCallbacks;
    }

    /** Its close also ends the output, without delay, as on Tomcat without TLS. */
    public MemoryTransport closingAtOnce() {
        closesAtOnce = true;
        return this;
    }

    @Override
    public boolean closesAtOnce() {
        return closesAtOnce;
    }

    /** Opens the connection on this transport. */
    public MemoryTransport open(TransportConnection over) {
        connection = over;
        over.open(this);
        return this;
    }

    // ---- the peer

    /** Sends this text from the peer, each character as one byte. */
    public void peerSends(String bytes) {
        peerSends(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends these bytes from the peer. */
    public void peerSends(byte[] bytes) {
        synchronized (this) {
            if (bytes.length > 0) arrived.add(bytes);
        }
        notifyReadable();
    }

    /** Sends the FIN of the peer. */
    public void peerEnds() {
        synchronized (this) {
            peerEnded = true;
        }
        notifyReadable();
    }

    /** Lets the peer read this many more bytes. */
    public void peerReads(long bytes) {
        boolean tell;
        synchronized (this) {
            window = window + bytes < 0 ? Long.MAX_VALUE : window + bytes;
            tell = writeWanted && connection != null && window > 0;
            if (tell) writeWanted = false;
        }
        if (tell) connection.writable();
    }

    private void notifyReadable() {
        boolean tell;
        synchronized (this) {
            tell = readWanted && connection != null;
            if (tell) readWanted = false;
        }
        if (tell) connection.readable();
    }

    /** Returns all bytes that the peer has read, each as one character. */
    public synchronized String text() {
        return peerReceived.toString(StandardCharsets.ISO_8859_1);
    }

    /** Returns the number of bytes from the peer that have not been read. */
    public synchronized int unread() {
        return arrived.stream().mapToInt(bytes -> bytes.length).sum();
    }

    /** Returns all bytes that the peer has read. */
    public synchronized byte[] peerReceived() {
        return peerReceived.toByteArray();
    }

    public synchronized boolean outputEnded() {
        return outputEnded;
    }

    public synchronized int closes() {
        return closes;
    }

    public synchronized int aborts() {
        return aborts;
    }

    // ---- the peer, on a Wire

    /** Waits for bytes that the peer reads, as {@link ByteLine#read}. */
    synchronized int awaitPeerReceived(byte[] bytes, int offset, int length, long deadline) throws IOException {
        while (peerReceived.size() == seen) {
            if (aborts > 0) throw new SocketException("Connection reset");
            if (closes > 0 || outputEnded && halfCloses) return -1;
            whileWaiting.run();
            if (peerReceived.size() > seen) break;
            try {
                wait(Math.min(10, ByteLine.left(deadline)));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new SocketTimeoutException("interrupted");
            }
        }
        int count = peerReceived.copy(seen, bytes, offset, length);
        seen += count;
        return count;
    }

    void peerResets() {
        TransportConnection over = connection;
        if (over != null) over.transportFailed(new SocketException("Connection reset"));
    }

    private static final class ReceivedBytes extends ByteArrayOutputStream {
        synchronized int copy(int from, byte[] bytes, int offset, int length) {
            int some = Math.min(length, count - from);
            System.arraycopy(buf, from, bytes, offset, some);
            return some;
        }
    }

    // ---- the behavior of the transport

    /** Accepts this many bytes, and then no more until {@link #peerReads} is called. */
    public synchronized MemoryTransport window(long bytes) {
        window = bytes;
        return this;
    }

    /** Keeps the last bytes of a write in its own buffer until it is called again, as some containers do. */
    public synchronized MemoryTransport holdsLastBytes() {
        keeps = true;
        return this;
    }

    /** Sets a task that runs repeatedly on the thread of the peer while the peer waits. */
    synchronized MemoryTransport whileWaiting(Runnable callbacks) {
        whileWaiting = callbacks;
        return this;
    }

    public synchronized MemoryTransport withoutHalfClose() {
        halfCloses = false;
        return this;
    }

    public synchronized void readsFail(IOException failure) {
        readFailure = failure;
    }

    public synchronized void writesFail(IOException failure) {
        writeFailure = failure;
    }

    /** Sets a task that runs inside the next write, on its thread, as a callback of Payara does. */
    public synchronized void insideNextWrite(Runnable callback) {
        insideWrite = callback;
    }

    // ---- the transport

    @Override
    public BufferPool readBuffers() {
        return READ_BUFFERS;
    }

    @Override
    public synchronized int read(ByteBuffer into) throws IOException {
        if (readFailure != null) throw readFailure;
        if (closes + aborts > 0) return -1;
        byte[] bytes = arrived.poll();
        if (bytes == null) {
            if (peerEnded) return -1;
            readWanted = true;
            return 0;
        }
        int count = Math.min(bytes.length, into.remaining());
        into.put(bytes, 0, count);
        if (count < bytes.length) arrived.addFirst(Arrays.copyOfRange(bytes, count, bytes.length));
        return count;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        Runnable inside;
        synchronized (this) {
            if (writing++ > 0) throw new AssertionError("two threads write at once");
            inside = insideWrite;
            insideWrite = () -> { };
        }
        try {
            inside.run();
            return take(from);
        } finally {
            synchronized (this) {
                writing--;
            }
        }
    }

    private synchronized boolean take(ByteBuffer from) throws IOException {
        notifyAll();
        if (writeFailure != null) throw writeFailure;
        if (closes + aborts > 0 || outputEnded) throw new IOException("write after the end");
        peerReceived.writeBytes(kept.toByteArray());
        kept.reset();
        int count = (int) Math.min(window, from.remaining());
        window -= count;
        byte[] bytes = new byte[count];
        from.get(bytes);
        if (keeps && count > 0) {
            kept.writeBytes(bytes);
            return false;
        }
        peerReceived.writeBytes(bytes);
        return !from.hasRemaining();
    }

    /** If the peer has read bytes since the incomplete write, calls back immediately. */
    @Override
    public void requestWritable() {
        synchronized (this) {
            writeWanted = keeps || window == 0;
            if (writeWanted) return;
        }
        connection.writable();
    }

    @Override
    public synchronized EndOutput endOutput(boolean closing) throws IOException {
        if (writeFailure != null) throw writeFailure;
        outputEnded = true;
        notifyAll();
        return halfCloses ? EndOutput.SENT : EndOutput.UNSUPPORTED;
    }

    @Override
    public synchronized void close() {
        closes++;
        notifyAll();
    }

    @Override
    public synchronized void abort() {
        aborts++;
        notifyAll();
    }
}
