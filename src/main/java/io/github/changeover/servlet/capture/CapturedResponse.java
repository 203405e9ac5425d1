package io.github.changeover.servlet.capture;

import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Captures the response of the application without sending any of it, so that it can be sent over the protocol that the connection switches to (RFC
 * 9110 section 7.8). The application is called exactly once. When its response exceeds the limit, or it continues asynchronously, the captured part
 * is written to the real response, and everything after it is written there directly.
 *
 * <p>During the capture {@link #getResponse} does not return the real response. After a forward, Tomcat 11 looks for its own response behind all
 * wrappers and suspends it; a 101 would then be lost.
 */
public final class CapturedResponse extends CapturedFields {
    private enum OutputKind { NOTHING, STREAM, WRITER }

    private final CapturedOutput output = new CapturedOutput(this);
    private final CapturedBody body;
    private PrintWriter writer;
    private OutputKind outputKind = OutputKind.NOTHING;
    private int bufferSize;
    private Supplier<Map<String, String>> trailers;
    private boolean committed;          // as the application sees it
    private boolean ended;              // later writes are dropped
    private String passThroughReason;   // why the capture has ended; null during the capture
    private final boolean mayPassThrough;
    private String discardReason;       // why the response was discarded; null unless it was

    /**
     * @param real         the response to write to when the response cannot be captured
     * @param body         stores the content, up to its limits
     * @param defaultCharset the character encoding of the context for responses that name none, or null
     * @param mayPassThrough whether a response that cannot be captured may be written to {@code real}; otherwise it is discarded
     */
    public CapturedResponse(HttpServletResponse real, CapturedBody body, String defaultCharset, boolean mayPassThrough) {
        super(real, defaultCharset);
        this.body = body;
        this.mayPassThrough = mayPassThrough;
    }

    public boolean mayPassThrough() {
        return mayPassThrough;
    }

    /** Returns the result after the application has returned. */
    public CaptureOutcome outcome() {
        if (discardReason != null) return new CaptureOutcome.Discarded(discardReason);
        if (!captured()) return new CaptureOutcome.PassedThrough(passThroughReason);
        head.copyCookies(real);
        return new CaptureOutcome.Complete(head.with(body, trailers()));
    }

    private Fields trailers() {
        Map<String, String> values = trailers == null ? null : trailers.get();
        return values == null ? Fields.none() : head.trailers(values);
    }

    /**
     * Ends the capture: writes what was captured to the real response, and sends everything after it there. If the response must not be sent as HTTP,
     * discards all of it. Only the first call has an effect.
     */
    public void passThrough(String reason) throws IOException {
        if (!captured() || discardReason != null) return;
        if (!mayPassThrough) {
            discardReason = reason;
            committed = true;
            ended = true;
            body.close();
            return;
        }
        passThroughReason = reason;
        setResponse(real);
        if (bufferSize > 0) real.setBufferSize(bufferSize);
        head.replayTo(real);
        if (trailers != null) real.setTrailerFields(trailers);
        if (body.length() > 0) body.writeTo(real.getOutputStream());
        body.clear();
        if (ended) real.getOutputStream().close();
        else if (committed) real.flushBuffer();
    }

    /** Returns where bytes are written after the capture; empty during the capture. */
    Optional<ServletOutputStream> realOutput() {
        try {
            return captured() ? Optional.empty() : Optional.of(real.getOutputStream());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        if (ended) return;
        if (captured() && body.append(bytes, offset, length)) return;
        passThrough(body.limitReached());
        if (!ended) real.getOutputStream().write(bytes, offset, length);
    }

    void end() throws IOException {
        if (!captured()) real.getOutputStream().close();
        committed = true;
        ended = true;
    }

    @Override
    boolean captured() {
        return passThroughReason == null;
    }

    private void requireUncommitted(String what) {
        if (isCommitted()) throw new IllegalStateException(what + " was called too late: the response is committed");
    }

    // ---- content

    @Override
    public ServletOutputStream getOutputStream() {
        if (outputKind == OutputKind.WRITER) throw new IllegalStateException("getWriter() was called on this response before getOutputStream()");
        outputKind = OutputKind.STREAM;
        return output;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (outputKind == OutputKind.STREAM) throw new IllegalStateException("getOutputStream() was called on this response before getWriter()");
        if (outputKind == OutputKind.NOTHING) {
            writer = output.writer(charset());
            outputKind = OutputKind.WRITER;
        }
        return writer;
    }

    private Charset charset() throws UnsupportedEncodingException {
        String name = getCharacterEncoding();
        Charset charset;
        try {
            charset = Charset.forName(name);
        } catch (IllegalArgumentException unknown) {
            throw new UnsupportedEncodingException(name);
        }
        if (captured()) head.fixCharset();
        else super.setCharacterEncoding(name);      // so that the real response, used as a stream, has the same encoding
        return charset;
    }

    @Override
    public void flushBuffer() throws IOException {
        if (!captured()) super.flushBuffer();
        committed = true;
    }

    @Override
    public boolean isCommitted() {
        return !captured() ? super.isCommitted() : committed;
    }

    @Override
    public void reset() {
        requireUncommitted("reset()");
        if (!captured()) super.reset();
        else head.clear();
        clearBody();
        outputKind = OutputKind.NOTHING;
    }

    @Override
    public void resetBuffer() {
        requireUncommitted("resetBuffer()");
        if (!captured()) super.resetBuffer();
        clearBody();
    }

    private void clearBody() {
        if (captured()) body.clear();
    }

    @Override
    public void setBufferSize(int size) {
        if (!captured()) super.setBufferSize(size);
        else if (committed || body.length() > 0) throw new IllegalStateException("setBufferSize() was called too late: content was written");
        else bufferSize = size;
    }

    @Override
    public int getBufferSize() {
        return captured() && bufferSize > 0 ? bufferSize : real.getBufferSize();
    }

    // ---- status

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        requireUncommitted("sendError()");
        if (!captured()) {
            super.sendError(status, message);
            return;
        }
        resetBuffer();
        head.status = status;
        head.length = -1;
        head.remove("Content-Encoding");
        head.setType("text/plain;charset=UTF-8");
        byte[] text = (message == null || message.isEmpty() ? status + "\n" : status + " " + message + "\n").getBytes(Charset.forName(head.charset()));
        write(text, 0, text.length);
        end();
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        sendRedirect(location, SC_FOUND, true);
    }

    /** Overrides the method of Servlet 6.1. */
    public void sendRedirect(String location, int status) throws IOException {
        sendRedirect(location, status, true);
    }

    /** Overrides the method of Servlet 6.1. */
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        sendRedirect(location, SC_FOUND, clearBuffer);
    }

    /** Overrides the method of Servlet 6.1. The location is sent unchanged: a relative reference is allowed (RFC 9110 section 10.2.2). */
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        if (location == null) throw new IllegalArgumentException("A redirect requires a location");
        requireUncommitted("sendRedirect()");
        if (clearBuffer) resetBuffer();
        setStatus(status);
        setHeader("Location", location);
        end();
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> supplier) {
        if (!captured()) super.setTrailerFields(supplier);
        else trailers = supplier;
    }

    @Override
    public Supplier<Map<String, String>> getTrailerFields() {
        return !captured() ? super.getTrailerFields() : trailers;
    }
}
