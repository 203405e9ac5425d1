package io.github.changeover.loopback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that the connector receives, and the handling of its responses. */
@Timeout(20)
class LoopbackDispatcherTest {
    private ServerSocket connector;
    private LoopbackDispatcher dispatcher;
    private final AtomicInteger marks = new AtomicInteger();
    private final BlockingQueue<Integer> sentFrom = new LinkedBlockingQueue<>();
    private volatile boolean arrived, mustArrive;

    @BeforeEach
    void open() throws IOException {
        connector = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        dispatcher = dispatcher(Duration.ofSeconds(30));
    }

    private LoopbackDispatcher dispatcher(Duration stall) {
        return new LoopbackDispatcher(origin -> new LoopbackDispatcher.OriginMark() {
            private boolean open = true;

            {
                marks.incrementAndGet();
            }

            @Override
            public Fields fields() {
                return Fields.of("Mark", "ours");
            }

            @Override
            public void sentFrom(int port) {
                sentFrom.add(port);
            }

            @Override
            public boolean arrived() {
                return arrived;
            }

            @Override
            public boolean mustArrive() {
                return mustArrive;
            }

            @Override
            public void close() {
                if (open) marks.decrementAndGet();
                open = false;
            }
        }, new InnerRequestTargetPolicy("", asked -> !asked.path().decoded().startsWith("/other")), new RequestConcurrencyLimiter(2, 1), new LoopbackDispatcher.MinimumProgress(stall, 1000), getClass().getClassLoader());
    }

    @AfterEach
    void close() throws IOException {
        dispatcher.close();
        connector.close();
        assertThat(marks).hasValue(0);
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().equals("changeover-dispatch"));
    }

    private InnerRequest request(String method, String target, boolean content, String... fields) {
        UpgradeRequest switched = UpgradeRequest.builder().fields(Fields.of("Host", "h"))
                .remote(new InetSocketAddress("192.0.2.1", 7)).local((InetSocketAddress) connector.getLocalSocketAddress()).build();
        String[] all = new String[fields.length + 2];
        all[0] = "host";
        all[1] = "h";
        System.arraycopy(fields, 0, all, 2, fields.length);
        return new InnerRequest(method, target, Fields.of(all), content, new InnerRequestSource(switched, false, "HTTP/2.0", ""));
    }

    private static final class RecordingResponseListener implements StreamDispatcher.ResponseReceiver {
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

        @Override
        public void head(int status, Fields fields, boolean last) {
            said.add(status + (last ? " last " : " ") + fields.toString().replace('\n', ' ').strip());
        }

        @Override
        public void content(byte[] bytes) {
            said.add("+" + new String(bytes, ISO_8859_1));
        }

        @Override
        public void end(Fields trailers) {
            said.add("end " + trailers.toString().strip());
        }

        @Override
        public void failed(int status, String reason) {
            said.add("failed " + status);
        }

        String next() throws InterruptedException {
            return said.poll(10, TimeUnit.SECONDS);
        }
    }

    private static String head(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = input.read();
            if (b < 0) throw new AssertionError("ended after " + head);
            head.append((char) b);
        }
        return head.toString();
    }

    private static void respond(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    @Test
    void hopByHopFieldsProxyFieldsAndForeignMarksAreNotForwarded() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/a?b", false, "connection", "x-hop", "x-hop", "1", "upgrade", "h2c", "te", "trailers", "keep-alive", "1", "transfer-encoding", "x",
                "HTTP2-Settings", "a", "mark", "theirs", "x-forwarded-for", "1", "Forwarded", "1", "x-real-ip", "1", "x-own", "\u00e9"), heard);
        try (Socket socket = connector.accept()) {
            assertThat(head(socket.getInputStream())).isEqualTo("GET /a?b HTTP/1.1\r\nhost: h\r\nx-own: \u00e9\r\nMark: ours\r\n\r\n");
            respond(socket, "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nConnection: x-hop, close\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nUpgrade: a\r\nTransfer-Encoding: chunked\r\nX-Own: 2\r\n\r\n"
                    + "3\r\nabc\r\n0\r\nX-After: 3\r\n\r\n");
            assertThat(heard.next()).isEqualTo("200 X-Own: 2");
            assertThat(heard.next()).isEqualTo("+abc");
            assertThat(heard.next()).isEqualTo("end X-After: 3");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void contentIsSentWithALengthOrChunked() throws Exception {
        for (boolean length : new boolean[] {true, false}) {
            RecordingResponseListener heard = new RecordingResponseListener();
            CountDownLatch taken = new CountDownLatch(1);
            StreamDispatcher.RequestContent sending = dispatcher.dispatch(length ? request("POST", "/", true, "content-length", "3") : request("POST", "/", true), heard);
            sending.content(ByteBuffer.wrap("abc".getBytes(ISO_8859_1)), taken::countDown);
            sending.end();
            try (Socket socket = connector.accept()) {
                assertThat(head(socket.getInputStream())).contains(length ? "content-length: 3\r\n" : "transfer-encoding: chunked\r\n");
                String rest = length ? "abc" : "3\r\nabc\r\n0\r\n\r\n";
                assertThat(new String(socket.getInputStream().readNBytes(rest.length()), ISO_8859_1)).isEqualTo(rest);
                assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
                respond(socket, "HTTP/1.1 204 No\r\n\r\n");
                assertThat(heard.next()).startsWith("204 last");
            }
        }
    }

    @Test
    void connectionIsReusedOrReplacedIfClosed() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/1", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(heard.next()).startsWith("200 last");
            dispatcher.dispatch(request("GET", "/2", false), heard);
            assertThat(head(socket.getInputStream())).startsWith("GET /2 ");
        }
        try (Socket other = connector.accept()) {
            assertThat(head(other.getInputStream())).startsWith("GET /2 ");
            respond(other, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
            assertThat(heard.next()).startsWith("200 ");
            assertThat(heard.next()).isEqualTo("+ab");
            assertThat(heard.next()).startsWith("end");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 abc OK\r\n\r\n", "\0\0\0\0\r\n\r\n"})
    void invalidResponseIs502(String bytes) throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, bytes);
        }
        assertThat(heard.next()).isEqualTo("failed 502");
    }

    @Test
    void truncatedResponseFails() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        StreamDispatcher.RequestContent sending = dispatcher.dispatch(request("GET", "/", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        }
        assertThat(heard.next()).startsWith("200 ");
        assertThat(heard.next()).isEqualTo("+abc");
        sending.more();
        assertThat(heard.next()).isEqualTo("failed 502");
    }

    @Test
    void requestsAboveTheLimitWaitAndThenAreRejected() throws Exception {
        List<RecordingResponseListener> heard = new ArrayList<>();
        List<StreamDispatcher.RequestContent> sending = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            heard.add(new RecordingResponseListener());
            sending.add(dispatcher.dispatch(request("GET", "/" + i, false), heard.get(i)));
        }
        assertThat(heard.get(3).next()).isEqualTo("failed 503");
        try (Socket first = connector.accept(); Socket second = connector.accept()) {
            assertThat(heads(first, second)).containsExactlyInAnyOrder("GET /0 HTTP/1.1", "GET /1 HTTP/1.1");
            connector.setSoTimeout(200);
            assertThatThrownBy(connector::accept).isInstanceOf(SocketTimeoutException.class);
            connector.setSoTimeout(10_000);
            sending.get(0).abort();
            try (Socket third = connector.accept()) {
                assertThat(head(third.getInputStream())).startsWith("GET /2 ");
                respond(third, "HTTP/1.1 204 No\r\n\r\n");
            }
        }
        assertThat(heard.get(2).next()).startsWith("204 ");
    }

    private static List<String> heads(Socket... sockets) throws IOException {
        List<String> heads = new ArrayList<>();
        for (Socket socket : sockets) heads.add(head(socket.getInputStream()).lines().findFirst().orElse(""));
        return heads;
    }

    @Test
    void waitingRequestMayBeAborted() throws Exception {
        StreamDispatcher.RequestContent first = dispatcher.dispatch(request("GET", "/0", false), new RecordingResponseListener());
        dispatcher.dispatch(request("GET", "/1", false), new RecordingResponseListener());
        StreamDispatcher.RequestContent third = dispatcher.dispatch(request("POST", "/2", true), new RecordingResponseListener());
        CountDownLatch taken = new CountDownLatch(1);
        third.content(ByteBuffer.wrap(new byte[5]), taken::countDown);
        third.abort();
        assertThat(taken.await(10, TimeUnit.SECONDS)).as("its content is released").isTrue();
        RecordingResponseListener fourth = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/3", false), fourth);
        try (Socket one = connector.accept(); Socket two = connector.accept()) {
            heads(one, two);
            first.abort();
            try (Socket last = connector.accept()) {
                assertThat(head(last.getInputStream())).startsWith("GET /3 ");
                respond(last, "HTTP/1.1 204 No\r\n\r\n");
            }
        }
        assertThat(fourth.next()).startsWith("204 ");
    }

    @Test
    void responseBytesAreReadOnDemand() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        StreamDispatcher.RequestContent sending = dispatcher.dispatch(request("GET", "/", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000));
            assertThat(heard.next()).startsWith("200 ");
            int count = heard.next().length() - 1;
            for (String part = heard.said.poll(300, TimeUnit.MILLISECONDS); part != null; part = heard.said.poll(300, TimeUnit.MILLISECONDS)) count += part.length() - 1;
            assertThat(count).isLessThanOrEqualTo(32 * 1024);
            while (count < 100_000) {
                sending.more();
                for (String part = heard.next(); part != null && part.startsWith("+"); part = heard.said.poll(200, TimeUnit.MILLISECONDS)) count += part.length() - 1;
            }
        }
    }

    // ---- the target that is sent is the target that was checked

    @ParameterizedTest(name = "S1: {0} is sent in canonical form")
    @CsvSource(delimiter = ' ', value = {"/%61%2fb refused", "/%61/%7Eb /a/~b", "/%C3%A9 /%C3%A9", "/a;x=%41 /a;x=A", "/a;;x /a;x", "/a;jsessionid=1?q=%2e /a;jsessionid=1?q=%2e", "//a refused", "/other refused",
        "/oth%65r refused", "/a/ /a/", "/a?//other/../%00 /a?//other/../%00", "/%7Bx%7D /%7Bx%7D", "/a%3Bb refused", "/.%2e/a refused"})
    void targetIsSentInCanonicalForm(String written, String sent) throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", written, false), heard);
        if (sent.equals("refused")) {
            assertThat(heard.next()).isEqualTo("failed 421");
            return;
        }
        try (Socket socket = connector.accept()) {
            assertThat(head(socket.getInputStream())).startsWith("GET " + sent + " HTTP/1.1\r\n");
            respond(socket, "HTTP/1.1 204 No\r\n\r\n");
        }
        assertThat(heard.next()).startsWith("204");
    }

    @Test
    @DisplayName("S1: OPTIONS * is answered by the dispatcher and reaches no application")
    void optionsAsteriskIsAnsweredByTheDispatcher() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("OPTIONS", "*", false), heard);
        assertThat(heard.next()).isEqualTo("200 last Content-Length: 0");
        connector.setSoTimeout(100);
        assertThatThrownBy(connector::accept).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    @DisplayName("S1: a response that arrives before the application has the request is not a response of the application")
    void responseBeforeTheApplicationHasTheRequestIsRejected() throws Exception {
        mustArrive = true;
        for (String answer : new String[] {"200 OK", "302 Found\r\nLocation: /elsewhere/", "404 Not Found", "401 No\r\nWWW-Authenticate: x"}) {
            RecordingResponseListener heard = new RecordingResponseListener();
            dispatcher.dispatch(request("GET", "/a", false), heard);
            try (Socket socket = connector.accept()) {
                head(socket.getInputStream());
                respond(socket, "HTTP/1.1 " + answer + "\r\nContent-Length: 6\r\n\r\nsecret");
                assertThat(heard.next()).as(answer).isEqualTo("failed " + (answer.charAt(0) == '4' ? answer.substring(0, 3) : "421"));
                assertThat(socket.getInputStream().read()).as("the connection is not used again").isEqualTo(-1);
            }
            assertThat(heard.said).isEmpty();
        }
        arrived = true;
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/a", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(heard.next()).startsWith("200");
            assertThat(sentFrom).last().isEqualTo(socket.getPort());
        }
    }

    @Test
    @DisplayName("S1: a request that the application has seen is not sent again")
    void requestSeenByTheApplicationIsNotRetried() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/1", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(heard.next()).startsWith("200 last");
            dispatcher.dispatch(request("GET", "/2", false), heard);
            assertThat(head(socket.getInputStream())).startsWith("GET /2 ");
            arrived = true;
        }
        assertThat(heard.next()).isEqualTo("failed 502");
    }

    @Test
    @DisplayName("S2: fields of proxies are not forwarded, and Connection cannot remove Host or the length")
    void proxyFieldsAndConnectionOptionsCannotChangeTheRequest() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("POST", "/", true, "connection", "host, content-length, x-hop, mark", "x-hop", "1", "content-length", "003", "via", "1", "cf-connecting-ip", "1", "x-real-ip", "1",
                "X-Original-Forwarded-For", "1", "true-client-ip", "1", "x-forwarded-client-cert", "1", "proxy-keysize", "256"), heard);
        try (Socket socket = connector.accept()) {
            assertThat(head(socket.getInputStream())).isEqualTo("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\nMark: ours\r\n\r\n");
        }
        assertThat(heard.next()).isEqualTo("failed 502");
    }

    // ---- a client's progress

    @Test
    @DisplayName("S7: content that arrives too slowly ends the request with 408")
    void slowContentIs408() throws Exception {
        dispatcher.close();
        dispatcher = dispatcher(Duration.ofMillis(200));
        RecordingResponseListener heard = new RecordingResponseListener();
        StreamDispatcher.RequestContent sending = dispatcher.dispatch(request("POST", "/", true), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            for (int i = 0; i < 100 && heard.said.isEmpty(); i++) {
                sending.content(ByteBuffer.wrap(new byte[1]), () -> { });
                Thread.sleep(20);
            }
            assertThat(heard.next()).isEqualTo("failed 408");
            socket.getInputStream().readAllBytes();     // reads to the end: the application detects the end of the connection
        }
    }

    @Test
    @DisplayName("S7: content that arrives steadily, and content that the application does not read, is awaited")
    void steadyContentIsAwaited() throws Exception {
        dispatcher.close();
        dispatcher = dispatcher(Duration.ofMillis(700));
        RecordingResponseListener heard = new RecordingResponseListener();
        StreamDispatcher.RequestContent sending = dispatcher.dispatch(request("POST", "/", true), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            for (int i = 0; i < 15; i++) {
                sending.content(ByteBuffer.wrap(new byte[1100]), () -> { });
                Thread.sleep(100);
            }
            assertThat(heard.said).isEmpty();
            CountDownLatch taken = new CountDownLatch(1);
            sending.content(ByteBuffer.wrap(new byte[20_000_000]), taken::countDown);      // more than fits into the buffers of the system
            assertThat(taken.await(1500, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(heard.said).as("the application is slow, not the client").isEmpty();
            sending.end();
            Thread reader = new Thread(() -> drain(socket));
            reader.start();
            assertThat(taken.await(10, TimeUnit.SECONDS)).isTrue();
            respond(socket, "HTTP/1.1 204 No\r\n\r\n");
            assertThat(heard.next()).startsWith("204");
            reader.join(10_000);
        }
    }

    private static void drain(Socket socket) {
        try {
            socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException closed) {
            // the connection has ended
        }
    }

    @Test
    @DisplayName("S7: a response that the client does not read ends the request")
    void responseThatIsNotReadEndsTheRequest() throws Exception {
        dispatcher.close();
        dispatcher = dispatcher(Duration.ofMillis(200));
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("GET", "/", false), heard);
        try (Socket socket = connector.accept()) {
            head(socket.getInputStream());
            respond(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1500\r\n\r\n" + "x".repeat(500));
            assertThat(heard.next()).startsWith("200");
            assertThat(heard.next()).hasSize(501);
            assertThat(heard.next()).isEqualTo("failed 408");
        }
    }

    @Test
    @DisplayName("S5c: a cancelled timer does not retain its task")
    void cancelledTimerReleasesItsTask() throws Exception {
        Object[] kept = {new byte[1000]};
        java.lang.ref.WeakReference<Object> reference = new java.lang.ref.WeakReference<>(kept[0]);
        Object task = kept[0];
        StreamDispatcher.Timeout timer = schedule(task);
        kept[0] = null;
        task = null;
        timer.cancel();
        timer.cancel();
        for (int i = 0; i < 100 && reference.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(reference.get()).isNull();
        StreamDispatcher.Timeout.NONE.cancel();
    }

    private StreamDispatcher.Timeout schedule(Object kept) {
        return dispatcher.after(Duration.ofHours(1), () -> assertThat(kept).isNull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "*", "http://h/", "/a b", "/a\r\nX: y", "/#a", "/\u00e9", ""})
    void invalidTargetIsNotAccepted(String target) {
        assertThatThrownBy(() -> request("GET", target, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request("GE T", "/", false)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void otherHostAndTraceAreRejected() throws Exception {
        RecordingResponseListener heard = new RecordingResponseListener();
        dispatcher.dispatch(request("TRACE", "/", false), heard);
        assertThat(heard.next()).isEqualTo("failed 405");
        dispatcher.dispatch(request("GET", "/", false, "host", "h"), heard);
        assertThat(heard.next()).isEqualTo("failed 421");
    }
}
