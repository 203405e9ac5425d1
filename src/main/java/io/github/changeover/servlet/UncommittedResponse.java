package io.github.changeover.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * The response that filters of the application get while their request may be upgraded. After a switch is agreed, it prevents a filter from
 * committing an empty response after its {@code chain.doFilter()} has returned, as the ErrorPageFilter of Spring Boot does with
 * {@code flushBuffer()}. After that, the 101 could not be sent. A filter that has written content, or set a status of 300 or above, commits as
 * usual, and the request stays HTTP.
 *
 * <p>It also handles the end of a forward. Tomcat 11 then looks for its own response behind all wrappers and suspends it, so {@link #getResponse}
 * does not return it while there is nothing to send. Tomcat then closes the outermost response, as Tomcat 10 does.
 */
final class UncommittedResponse extends HttpServletResponseWrapper {
    private final UpgradeAttempt attempt;
    private Output output;
    private UncommittedWriter text;
    private boolean written;
    private ServletResponse proxy;

    UncommittedResponse(HttpServletResponse response, UpgradeAttempt attempt) {
        super(response);
        this.attempt = attempt;
    }

    private boolean suppresses() {
        return attempt.isAgreed() && !written && super.getStatus() < 300;
    }

    /** Returns 101 after a switch is agreed, so that filters that measure or log requests do not count a successful ordinary request. */
    @Override
    public int getStatus() {
        return suppresses() ? SC_SWITCHING_PROTOCOLS : super.getStatus();
    }

    /** While nothing may be committed, returns an object that delegates to this one and is not a wrapper. */
    @Override
    public ServletResponse getResponse() {
        if (!suppresses()) return super.getResponse();
        if (proxy == null) {
            proxy = (ServletResponse) Proxy.newProxyInstance(HttpServletResponse.class.getClassLoader(), new Class<?>[] {HttpServletResponse.class},
                    (self, method, arguments) -> call(method, arguments));
        }
        return proxy;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(this, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        if (!suppresses()) super.flushBuffer();
    }

    @Override
    public void reset() {
        super.reset();
        clear();
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        written = false;
    }

    /** After a reset, the application may switch between the stream and the writer. */
    private void clear() {
        written = false;
        output = null;
        text = null;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream real = super.getOutputStream();
        if (output == null || output.real != real) output = new Output(real);
        return output;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter real = super.getWriter();
        if (text == null || text.real != real) text = new UncommittedWriter(real);
        return text;
    }

    private final class Output extends ServletOutputStream {
        private final ServletOutputStream real;

        Output(ServletOutputStream real) {
            this.real = real;
        }

        @Override
        public void write(int value) throws IOException {
            written = true;
            real.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            written |= length > 0;
            real.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            if (!suppresses()) real.flush();
        }

        @Override
        public void close() throws IOException {
            if (!suppresses()) real.close();
        }

        @Override
        public boolean isReady() {
            return real.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            real.setWriteListener(listener);
        }
    }

    private final class UncommittedWriter extends PrintWriter {
        private final PrintWriter real;

        UncommittedWriter(PrintWriter real) {
            super(real);
            this.real = real;
        }

        @Override
        public void write(int character) {
            written = true;
            real.write(character);
        }

        @Override
        public void write(char[] characters, int offset, int length) {
            written |= length > 0;
            real.write(characters, offset, length);
        }

        @Override
        public void write(String characters, int offset, int length) {
            written |= length > 0;
            real.write(characters, offset, length);
        }

        @Override
        public void println() {
            written = true;
            real.println();
        }

        @Override
        public void flush() {
            if (!suppresses()) real.flush();
        }

        @Override
        public void close() {
            if (!suppresses()) real.close();
        }

        /** Flushes the writer of the container, so it is not delegated while flushes are suppressed. */
        @Override
        public boolean checkError() {
            return !suppresses() && real.checkError();
        }
    }
}
