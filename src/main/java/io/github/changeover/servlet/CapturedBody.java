package io.github.changeover.servlet;

import io.github.changeover.spi.OriginalResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/** The content of a captured answer: in memory, and all of it in a file once it is longer than memory is for. */
final class CapturedBody implements OriginalResponse.Body {
    private static final System.Logger LOG = System.getLogger(CapturedBody.class.getName());
    private final int inMemory;
    private final Overflow overflow;
    private Memory memory = new Memory();
    private FileChannel file;       // null: what there is, is in memory
    private long length, reserved;
    private boolean gone;           // closed: nothing is kept

    private static final class Memory extends ByteArrayOutputStream {
        InputStream input() {
            return new ByteArrayInputStream(buf, 0, count);
        }
    }

    CapturedBody(int inMemory, Overflow overflow) {
        this.inMemory = inMemory;
        this.overflow = overflow;
    }

    /** Takes all of the octets, or none. */
    boolean take(byte[] octets, int offset, int count) {
        if (file == null && count <= inMemory - memory.size()) memory.write(octets, offset, count);
        else if (!intoFile(octets, offset, count)) return false;
        length += count;
        return true;
    }

    private boolean intoFile(byte[] octets, int offset, int count) {
        long more = length + count - reserved;
        if (!overflow.take(more)) return false;
        reserved += more;
        try {
            if (file == null) begin();
            put(file, ByteBuffer.wrap(octets, offset, count), length);
            return true;
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.WARNING, "A long answer cannot be kept in a file: it stays HTTP", failure);
            return false;
        }
    }

    private void begin() throws IOException {
        FileChannel opened = overflow.open();
        try {
            memory.writeTo(Channels.newOutputStream(opened));
        } catch (IOException failure) {
            opened.close();
            throw failure;
        }
        file = opened;
        memory = new Memory();
    }

    private static void put(FileChannel file, ByteBuffer octets, long at) throws IOException {
        for (long to = at; octets.hasRemaining(); ) to += file.write(octets, to);
    }

    /** Why an answer is not taken. */
    String bound() {
        return "the response is longer than " + inMemory + " octets" + (overflow.most() == 0 ? "" : " and finds no room in files (changeover.capture.disk.max)");
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public synchronized InputStream open() {
        if (gone && length > 0) throw new IllegalStateException("The content was read already, or the connection has ended");
        return file == null ? new InMemory(memory.input()) : new Reading();
    }

    void writeTo(OutputStream out) throws IOException {
        try (InputStream content = open()) {
            content.transferTo(out);
        }
    }

    /** Begins anew. */
    void clear() {
        close();
        gone = false;
        length = 0;
    }

    /** Lets go of memory and file. May be called again, and from any thread. */
    synchronized void close() {
        gone = true;
        memory = new Memory();
        overflow.giveBack(reserved);
        reserved = 0;
        if (file == null) return;
        try {
            file.close();
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.DEBUG, "A file could not be closed", failure);
        }
        file = null;
    }

    /** Keeps nothing once it is closed, like the body. */
    private final class InMemory extends FilterInputStream {
        InMemory(InputStream content) {
            super(content);
        }

        @Override
        public void close() {
            in = InputStream.nullInputStream();
            CapturedBody.this.close();
        }
    }

    /** By position, so that it does not matter who else has the file. */
    private final class Reading extends InputStream {
        private final FileChannel from = file;
        private long at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] octets, int offset, int count) throws IOException {
            if (count == 0) return 0;
            if (at >= length) return -1;
            int read = from.read(ByteBuffer.wrap(octets, offset, (int) Math.min(count, length - at)), at);
            if (read < 0) throw new EOFException("The file is shorter than what was written to it");
            at += read;
            return read;
        }

        @Override
        public void close() {
            CapturedBody.this.close();
        }
    }
}
