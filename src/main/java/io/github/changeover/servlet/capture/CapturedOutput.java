package io.github.changeover.servlet.capture;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.Objects;

/** The output stream of the application during and after the capture of its response. */
final class CapturedOutput extends ServletOutputStream {
    private final CapturedResponse response;
    private WriteListener listener;

    CapturedOutput(CapturedResponse response) {
        this.response = response;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        response.write(bytes, offset, length);
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
        return response.realOutput().map(ServletOutputStream::isReady).orElse(true);
    }

    /** Sets the listener. During the capture, {@code onWritePossible} is called once, from this method, because memory is always ready. */
    @Override
    public void setWriteListener(WriteListener given) {
        Objects.requireNonNull(given, "listener");
        if (response.realOutput().isPresent()) {
            response.realOutput().get().setWriteListener(given);
            return;
        }
        if (listener != null) throw new IllegalStateException("The output already has a WriteListener");
        listener = given;
        try {
            given.onWritePossible();
        } catch (IOException | RuntimeException failure) {
            given.onError(failure);
        }
    }

    /** Returns an unbuffered writer on this output, so that every character is captured before a reset or a switch to the real response. */
    PrintWriter writer(Charset charset) {
        OutputStreamWriter encoder = new OutputStreamWriter(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                CapturedOutput.this.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                CapturedOutput.this.write(bytes, offset, length);
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
