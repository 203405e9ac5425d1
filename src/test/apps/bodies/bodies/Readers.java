package bodies;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Servlets that read the content of a request in every possible way. Each responds with what it has read. */
final class Readers {
    private Readers() {
    }

    private static void answer(HttpServletResponse response, String what) throws IOException {
        response.setContentType("text/plain;charset=utf-8");
        byte[] bytes = (what + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    private static Digest drain(ServletInputStream input) throws IOException {
        Digest digest = new Digest();
        byte[] buffer = new byte[4096];
        for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) digest.add(buffer, n);
        return digest;
    }

    /** Reads the stream to its end and blocks meanwhile. */
    @WebServlet("/blocking")
    public static final class Blocking extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Digest digest = drain(request.getInputStream());
            answer(response, request.getMethod() + " length " + request.getContentLengthLong() + " read " + digest);
        }
    }

    /** Reads the stream byte by byte. */
    @WebServlet("/single")
    public static final class Single extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Digest digest = new Digest();
            for (int b = request.getInputStream().read(); b >= 0; b = request.getInputStream().read()) {
                digest.add(new byte[] {(byte) b}, 1);
            }
            answer(response, "one by one " + digest + ", then " + request.getInputStream().read());
        }
    }

    /** Reads the stream with a listener. */
    @WebServlet(urlPatterns = "/async", asyncSupported = true)
    public static final class Async extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            AsyncContext context = request.startAsync();
            ServletInputStream input = request.getInputStream();
            input.setReadListener(new Listener(context, input, response, request.getContentLengthLong()));
        }
    }

    /** Reads no more bytes than the length allows, unless the end is detected. {@link Asks} shows what Payara does if a listener reads more. */
    private static final class Listener implements ReadListener {
        private final AsyncContext context;
        private final ServletInputStream input;
        private final HttpServletResponse response;
        private final Digest digest = new Digest();
        private final byte[] buffer = new byte[4096];
        private long left;                                  // negative if unknown

        Listener(AsyncContext context, ServletInputStream input, HttpServletResponse response, long length) {
            this.context = context;
            this.input = input;
            this.response = response;
            left = length;
        }

        @Override
        public void onDataAvailable() throws IOException {
            while ((left != 0 || input.isFinished()) && input.isReady()) {
                int n = input.read(buffer);
                if (n < 0) return;
                digest.add(buffer, n);
                left -= n;
            }
        }

        @Override
        public void onAllDataRead() throws IOException {
            answer(response, "listened " + digest + " finished " + input.isFinished());
            context.complete();
        }

        @Override
        public void onError(Throwable failure) {
            response.setStatus(500);
            context.complete();
        }
    }

    /** A listener that requests more bytes after all bytes of a known length, and is slow to respond. */
    @WebServlet(urlPatterns = "/asks", asyncSupported = true)
    public static final class Asks extends HttpServlet {
        private final CountDownLatch followed = new CountDownLatch(1);

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getMethod().equals("GET")) {
                if (request.getQueryString() != null) followed.countDown();
                return;
            }
            AsyncContext context = request.startAsync();
            ServletInputStream input = request.getInputStream();
            input.setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() throws IOException {
                    while (input.isReady() && input.read() >= 0) response.flushBuffer();
                }

                @Override
                public void onAllDataRead() throws IOException {
                    try {
                        followed.await(10, TimeUnit.SECONDS);
                    } catch (InterruptedException stopped) {
                        throw new IOException(stopped);
                    }
                    response.getOutputStream().print("all read\n");
                    context.complete();
                }

                @Override
                public void onError(Throwable failure) {
                    context.complete();
                }
            });
        }
    }

    /** Reads characters. */
    @WebServlet("/reader")
    public static final class Characters extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            StringWriter text = new StringWriter();
            try (BufferedReader reader = request.getReader()) {
                reader.transferTo(text);
            }
            answer(response, "characters " + text.toString().length() + " " + Digest.of(text.toString()));
        }
    }

    /** Reads the fields of a form and of the query. */
    @WebServlet("/form")
    public static final class Form extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            StringBuilder fields = new StringBuilder("q " + request.getParameter("q"));
            new TreeMap<>(request.getParameterMap()).forEach((name, values) ->
                    fields.append(", ").append(name).append(' ').append(values.length).append(' ').append(Digest.of(Arrays.toString(values))));
            answer(response, fields.toString());
        }
    }

    /** Reads the parts of a form. */
    @WebServlet("/parts")
    @MultipartConfig
    public static final class Parts extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
            StringBuilder parts = new StringBuilder("parts");
            for (Part part : request.getParts()) {
                parts.append(", ").append(part.getName()).append(' ').append(part.getSubmittedFileName()).append(' ')
                        .append(Digest.of(part.getInputStream().readAllBytes()));
            }
            answer(response, parts.toString());
        }
    }

    /** Reads the stream, then the trailer fields. */
    @WebServlet("/trailers")
    public static final class Trailers extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Digest digest = drain(request.getInputStream());
            answer(response, "read " + digest + " ready " + request.isTrailerFieldsReady()
                    + " trailers " + new TreeMap<>(request.isTrailerFieldsReady() ? request.getTrailerFields() : java.util.Map.of()));
        }
    }

    /** Reads nothing. */
    @WebServlet("/unread")
    public static final class Unread extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            answer(response, "unread");
        }
    }
}
