package io.github.changeover.servlet;

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
 * Runs an application without sending anything of its answer, so that the answer can go over a protocol that the
 * connection changes to (RFC 9110 section 7.8). The application is invoked once, whatever comes: when its answer
 * grows over what may be kept, or it goes on asynchronously, what was captured is put on the real response, and everything
 * after it goes straight there.
 *
 * <p>While it captures, the real response is out of reach of {@link #getResponse}: after a forward Tomcat 11 looks
 * for its own response behind all wrappers and suspends it, and a 101 would be lost.
 */
final class CapturedResponse extends CapturedFields {
    private enum Using { NOTHING, STREAM, WRITER }

    private final CapturedOutput output = new CapturedOutput(this);
    private final CapturedBody body;
    private PrintWriter writer;
    private Using using = Using.NOTHING;
    private int bufferSize;
    private Supplier<Map<String, String>> trailers;
    private boolean committed;      // for the application's eyes
    private boolean over;           // what is written now is dropped
    private String passed;          // why nothing is captured any more
    private final boolean mayPass;
    private String withheld;        // why the answer is lost, where it must not pass

    /**
     * @param real         the response to pass to when the answer cannot be captured
     * @param body         takes the content, as much as it can
     * @param usualCharset what the context gives to answers that name none, or null
     * @param mayPass      whether an answer that cannot be captured may go to {@code real}; where not, it is dropped
     */
    CapturedResponse(HttpServletResponse real, CapturedBody body, String usualCharset, boolean mayPass) {
        super(real, usualCharset);
        this.body = body;
        this.mayPass = mayPass;
    }

    boolean mayPass() {
        return mayPass;
    }

    /** The answer, when the application has returned. */
    CaptureOutcome outcome() {
        if (withheld != null) return new CaptureOutcome.Withheld(withheld);
        if (!captured()) return new CaptureOutcome.PassedThrough(passed);
        head.takeCookies(real);
        return new CaptureOutcome.Whole(head.with(body).with(trailers()));
    }

    private Fields trailers() {
        Map<String, String> said = trailers == null ? null : trailers.get();
        return said == null ? Fields.none() : head.trailers(said);
    }

    /**
     * Puts what was captured on the real response, and lets everything from now on go there; or, where it may not, drops all of it. The
     * first reason stays.
     */
    void passThrough(String reason) throws IOException {
        if (!captured() || withheld != null) return;
        if (!mayPass) {
            withheld = reason;
            committed = true;
            over = true;
            body.close();
            return;
        }
        passed = reason;
        setResponse(real);
        if (bufferSize > 0) real.setBufferSize(bufferSize);
        head.replayTo(real);
        if (trailers != null) real.setTrailerFields(trailers);
        if (body.length() > 0) body.writeTo(real.getOutputStream());
        body.clear();
        if (over) real.getOutputStream().close();
        else if (committed) real.flushBuffer();
    }

    /** Where octets go once nothing is captured any more. */
    Optional<ServletOutputStream> target() {
        try {
            return captured() ? Optional.empty() : Optional.of(real.getOutputStream());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void write(byte[] octets, int offset, int length) throws IOException {
        if (over) return;
        if (captured() && body.take(octets, offset, length)) return;
        passThrough(body.bound());
        if (!over) real.getOutputStream().write(octets, offset, length);
    }

    void end() throws IOException {
        if (!captured()) real.getOutputStream().close();
        committed = true;
        over = true;
    }

    @Override
    boolean captured() {
        return passed == null;
    }

    private void requireUncommitted(String what) {
        if (isCommitted()) throw new IllegalStateException(what + " comes too late: the response is committed");
    }

    // ---- content

    @Override
    public ServletOutputStream getOutputStream() {
        if (using == Using.WRITER) throw new IllegalStateException("getWriter() was called on this response before getOutputStream()");
        using = Using.STREAM;
        return output;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        if (using == Using.STREAM) throw new IllegalStateException("getOutputStream() was called on this response before getWriter()");
        if (using == Using.NOTHING) {
            writer = output.writer(charset());
            using = Using.WRITER;
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
        else super.setCharacterEncoding(name);      // so that the real response, used as a stream, names it too
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
        using = Using.NOTHING;
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
        else if (committed || body.length() > 0) throw new IllegalStateException("setBufferSize() comes too late: content was written");
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

    /** Servlet 6.1; there it overrides. */
    public void sendRedirect(String location, int status) throws IOException {
        sendRedirect(location, status, true);
    }

    /** Servlet 6.1; there it overrides. */
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        sendRedirect(location, SC_FOUND, clearBuffer);
    }

    /** Servlet 6.1; there it overrides. The location is sent as it is: a relative one is allowed (RFC 9110 section 10.2.2). */
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        if (location == null) throw new IllegalArgumentException("A redirect needs a location");
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
