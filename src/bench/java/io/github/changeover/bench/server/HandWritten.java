package io.github.changeover.bench.server;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/**
 * The same WAR without its filters. Instead of them it has the simplest code that the Servlet API allows: an echo, and a WebSocket
 * handshake that checks nothing and processes only a Close frame. Argument: the WAR.
 */
final class HandWritten {
    private HandWritten() {
    }

    public static void main(String[] arguments) throws IOException, LifecycleException {
        Tomcat tomcat = TomcatServer.prepare();
        Context context = OurWar.deploy(tomcat, arguments[0]);
        tomcat.start();
        for (FilterMap map : context.findFilterMaps()) context.removeFilterMap(map);
        Tomcat.addServlet(context, "by-hand", new Switch());
        context.addServletMappingDecoded("/echo", "by-hand");
        context.addServletMappingDecoded("/other-threads", "by-hand");
        TomcatServer.serve(tomcat);
    }

    private static final class Switch extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            String token = request.getHeader("Upgrade");
            response.setHeader("Upgrade", token);
            response.setHeader("Connection", "Upgrade");
            if (token.equals("websocket")) {
                response.setHeader("Sec-WebSocket-Accept", accept(request.getHeader("Sec-WebSocket-Key")));
                request.upgrade(Closing.class);
            } else if (request.getServletPath().equals("/echo")) {
                request.upgrade(Echo.class);
            } else {
                request.upgrade(OtherThreads.class);
            }
        }

        private static String accept(String key) throws ServletException {
            try {
                byte[] both = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1);
                return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(both));
            } catch (NoSuchAlgorithmException absent) {
                throw new ServletException(absent);
            }
        }
    }

    /** Reads when bytes are available. Writes block, which the Servlet API allows without a WriteListener. */
    public static class Echo implements HttpUpgradeHandler, ReadListener {
        private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[64 * 1024]);
        private ServletInputStream input;
        private ServletOutputStream output;
        private WebConnection connection;

        @Override
        public void init(WebConnection switched) {
            connection = switched;
            try {
                input = switched.getInputStream();
                output = switched.getOutputStream();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
            input.setReadListener(this);
        }

        @Override
        public void onDataAvailable() throws IOException {
            byte[] bytes = SCRATCH.get();
            while (input.isReady()) {
                int count = input.read(bytes);
                if (count < 0) return;
                answer(bytes, count);
            }
            flush();
        }

        void flush() throws IOException {
            output.flush();
        }

        final void send(byte[] bytes, int from, int count) throws IOException {
            output.write(bytes, from, count);
            output.flush();
        }

        void answer(byte[] bytes, int count) throws IOException {
            output.write(bytes, 0, count);
        }

        @Override
        public void onAllDataRead() throws IOException {
            close();
        }

        @Override
        public void onError(Throwable failure) {
            close();
        }

        final void close() {
            try {
                connection.close();
            } catch (Exception gone) {
                // it is already closed
            }
        }

        @Override
        public void destroy() {
            // nothing to release
        }
    }

    /** Sends the echo in pieces of 256 bytes from one of two threads. */
    public static final class OtherThreads extends Echo {
        private static final int PIECE = 256;
        private static final Executor[] SENDERS = {sender(), sender()};
        private static final AtomicInteger COUNT = new AtomicInteger();
        private final Executor sender = SENDERS[COUNT.getAndIncrement() & 1];

        private static Executor sender() {
            return Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "bench-sender");
                thread.setDaemon(true);
                return thread;
            });
        }

        @Override
        void answer(byte[] bytes, int count) {
            byte[] copy = Arrays.copyOf(bytes, count);
            sender.execute(() -> {
                try {
                    for (int from = 0; from < count; from += PIECE) send(copy, from, Math.min(PIECE, count - from));
                } catch (IOException gone) {
                    close();
                }
            });
        }

        @Override
        void flush() {
            // the sending thread flushes
        }
    }

    /** Treats all received bytes as a Close frame with 1000, sends a Close frame and closes. */
    public static final class Closing extends Echo {
        private static final byte[] CLOSE = {(byte) 0x88, 2, 3, (byte) 0xe8};

        @Override
        void answer(byte[] bytes, int count) throws IOException {
            super.answer(CLOSE, CLOSE.length);
        }

        @Override
        public void onDataAvailable() throws IOException {
            super.onDataAvailable();
            close();
        }
    }
}
