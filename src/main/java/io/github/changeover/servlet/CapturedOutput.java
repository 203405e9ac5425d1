package io.github.changeover.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.Objects;

/** What an application writes to while its response is captured, and after. */
final class CapturedOutput extends ServletOutputStream {
    private final CapturedResponse response;
    private WriteListener listener;

    CapturedOutput(CapturedResponse response) {
        this.response = response;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, octets.length);
        response.write(octets, offset, length);
    }

    @Override
    public void flush() throws IOException {
        response.flushBuffer();
    }

    @Override
    public void close() throws IOException {
        response.end();
    }

    @Override
    public boolean isReady() {
        return response.target().map(ServletOutputStream::isReady).orElse(true);
    }

    /** While the response is captured the listener is told once, here, that it may write: memory is always ready. */
    @Override
    public void setWriteListener(WriteListener given) {
        Objects.requireNonNull(given, "listener");
        if (response.target().isPresent()) {
            response.target().get().setWriteListener(given);
            return;
        }
        if (listener != null) throw new IllegalStateException("The output has a WriteListener already");
        listener = given;
        try {
            given.onWritePossible();
        } catch (IOException | RuntimeException failure) {
            given.onError(failure);
        }
    }

    /** A writer on this output that holds nothing back: a reset, and a pass to the real response, find every character. */
    PrintWriter writer(Charset charset) {
        OutputStreamWriter encoder = new OutputStreamWriter(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                CapturedOutput.this.write(octet);
            }

            @Override
            public void write(byte[] octets, int offset, int length) throws IOException {
                CapturedOutput.this.write(octets, offset, length);
            }
        }, charset);
        return new PrintWriter(new Writer() {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                encoder.write(text, offset, length);
                encoder.flush();
            }

            @Override
            public void flush() throws IOException {
                CapturedOutput.this.flush();
            }

            @Override
            public void close() throws IOException {
                CapturedOutput.this.close();
            }
        });
    }
}
