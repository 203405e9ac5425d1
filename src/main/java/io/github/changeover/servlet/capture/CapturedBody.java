package io.github.changeover.servlet.capture;

import io.github.changeover.connection.OriginalResponseReleasedException;
import io.github.changeover.spi.OriginalResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** The content of a captured response. It is kept in memory; when it exceeds its limit, or memory is exhausted, all of it is kept in a file. */
public final class CapturedBody implements OriginalResponse.Body {
    private static final System.Logger LOG = System.getLogger(CapturedBody.class.getName());
    private static final byte[] EMPTY = new byte[0];
    private static final int MIN_ARRAY = 512;
    private final int maxInMemory;
    private final CaptureFiles files;
    private final RequestMemory budget;
    private byte[] memory = EMPTY;
    private int used;            // number of bytes in use
    private FileChannel file;       // null while the content is in memory
    private long length, reserved;
    private boolean outOfMemory;    // whether memory was missing for content within the limit

    /** @param maxInMemory maximum number of bytes in memory */
    public CapturedBody(int maxInMemory, CaptureFiles files, RequestMemory budget) {
        this.maxInMemory = maxInMemory;
        this.files = files;
        this.budget = budget;
    }

    /** Appends all of the bytes, or none. Returns false if there is no room for them. */
    boolean append(byte[] bytes, int offset, int count) {
        if (file == null && count <= maxInMemory - used && reserve(count)) {
            System.arraycopy(bytes, offset, memory, used, count);
            used += count;
        } else if (!appendToFile(bytes, offset, count)) {
            return false;
        }
        length += count;
        return true;
    }

    private boolean reserve(int more) {
        int needed = used + more;
        if (needed <= memory.length) return true;
        int size = (int) Math.max(needed, Math.min(maxInMemory, Math.max(MIN_ARRAY, 2L * needed)));
        if (!budget.reserve(size)) {
            size = needed;
            outOfMemory = !budget.reserve(size);
            if (outOfMemory) return false;
        }
        int before = memory.length;
        memory = Arrays.copyOf(memory, size);
        budget.release(before);
        return true;
    }

    private boolean appendToFile(byte[] bytes, int offset, int count) {
        long more = length + count - reserved;
        if (!files.reserve(more)) return false;
        reserved += more;
        try {
            if (file == null) moveToFile();
            writeAt(file, ByteBuffer.wrap(bytes, offset, count), length);
            return true;
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.WARNING, "A long response cannot be stored in a file, so the request stays HTTP", failure);
            return false;
        }
    }

    private void moveToFile() throws IOException {
        FileChannel opened = files.open();
        try {
            writeAt(opened, ByteBuffer.wrap(memory, 0, used), 0);
        } catch (IOException failure) {
            opened.close();
            throw failure;
        }
        file = opened;
        releaseMemory();
    }

    private static void writeAt(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        for (long to = at; bytes.hasRemaining(); ) to += file.write(bytes, to);
    }

    private void releaseMemory() {
        budget.release(memory.length);
        memory = EMPTY;
        used = 0;
    }

    /** Returns why bytes were not accepted, as a part of a sentence. */
    String limitReached() {
        String reason = outOfMemory ? "there is not enough memory for the response (changeover.memory.max)" : "the response is longer than " + maxInMemory + " bytes";
        return reason + (files.limit() == 0 ? "" : ", and there is no room for it in files (changeover.capture.disk.max)");
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public synchronized InputStream open() {
        if (file == null && used < length) throw new OriginalResponseReleasedException();
        return file == null ? new MemoryInput(memory, used) : new FileInput();
    }

    void writeTo(OutputStream out) throws IOException {
        try (InputStream content = open()) {
            content.transferTo(out);
        }
    }

    /** Discards the content, so that writing can start again. */
    void clear() {
        close();
        length = 0;
    }

    /** Releases the memory and the file. May be called repeatedly and from any thread. */
    public synchronized void close() {
        releaseMemory();
        files.release(reserved);
        reserved = 0;
        if (file == null) return;
        try {
            file.close();
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.DEBUG, "A capture file could not be closed", failure);
        }
        file = null;
    }

    private final class MemoryInput extends InputStream {
        private byte[] from;        // null: closed
        private final int end;
        private int at;

        MemoryInput(byte[] from, int end) {
            this.from = from;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            requireOpen();
            return at < end ? from[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            requireOpen();
            if (count == 0) return 0;
            if (at == end) return -1;
            int some = Math.min(count, end - at);
            System.arraycopy(from, at, bytes, offset, some);
            at += some;
            return some;
        }

        private void requireOpen() throws IOException {
            if (from == null) throw new IOException("The response has been read and closed");
        }

        @Override
        public int available() {
            return from == null ? 0 : end - at;
        }

        @Override
        public void close() {
            from = null;
            CapturedBody.this.close();
        }
    }

    /** Reads by position, because the file position is shared with other readers and the writer. */
    private final class FileInput extends InputStream {
        private final FileChannel from = file;
        private long at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            if (count == 0) return 0;
            if (at >= length) return -1;
            int read = from.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(count, length - at)), at);
            if (read < 0) throw new EOFException("The capture file is shorter than the response that was written to it");
            at += read;
            return read;
        }

        @Override
        public void close() {
            CapturedBody.this.close();
        }
    }
}
