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

/** Every way in which a servlet reads its request's body; each answers with what it has read. */
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

    /** The stream, waiting, to its end. */
    @WebServlet("/blocking")
    public static final class Blocking extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Digest digest = drain(request.getInputStream());
            answer(response, request.getMethod() + " length " + request.getContentLengthLong() + " read " + digest);
        }
    }

    /** The stream's bytes one by one. */
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

    /** The stream with a listener. */
    @WebServlet(urlPatterns = "/async", asyncSupported = true)
    public static final class Async extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            AsyncContext context = request.startAsync();
            ServletInputStream input = request.getInputStream();
            input.setReadListener(new Listener(context, input, response, request.getContentLengthLong()));
        }
    }

    /** Asks for no more than the length says, unless the end is known: {@link Asks} shows what Payara makes of one who does. */
    private static final class Listener implements ReadListener {
        private final AsyncContext context;
        private final ServletInputStream input;
        private final HttpServletResponse response;
        private final Digest digest = new Digest();
        private final byte[] buffer = new byte[4096];
        private long left;                                  // below 0 when unknown

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

    /** A listener that asks for more when all of a known length is read, and is slow to answer. */
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

    /** Characters. */
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

    /** The fields of a form, and of the query. */
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

    /** The parts of a form. */
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

    /** The stream, then the fields behind it. */
    @WebServlet("/trailers")
    public static final class Trailers extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Digest digest = drain(request.getInputStream());
            answer(response, "read " + digest + " ready " + request.isTrailerFieldsReady()
                    + " trailers " + new TreeMap<>(request.isTrailerFieldsReady() ? request.getTrailerFields() : java.util.Map.of()));
        }
    }

    /** Nothing of it. */
    @WebServlet("/unread")
    public static final class Unread extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            answer(response, "unread");
        }
    }
}
