package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** The transport of a peer that sends without a pause after the 101. */
final class FloodingTransport implements Transport {
    private static final BufferPool READ_BUFFERS = BufferPool.ofHeapBuffers(16);
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final CountDownLatch outputEnded = new CountDownLatch(1);
    private volatile boolean asked, over;

    void awaitEndOutput() {
        try {
            outputEnded.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    synchronized String text() {
        return taken.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public BufferPool readBuffers() {
        return READ_BUFFERS;
    }

    @Override
    public int read(ByteBuffer into) {
        if (over) return -1;
        if (!asked) {
            asked = true;
            return 0;
        }
        into.put((byte) 'x');
        return 1;
    }

    @Override
    public synchronized boolean write(ByteBuffer from) throws IOException {
        if (over) throw new IOException("over");
        while (from.hasRemaining()) taken.write(from.get());
        return true;
    }

    @Override
    public EndOutput endOutput(boolean closing) {
        outputEnded.countDown();
        return EndOutput.SENT;
    }

    @Override
    public void close() {
        over = true;
    }

    @Override
    public void abort() {
        over = true;
    }
}
