package chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Starts the executable JAR, and uses it as its clients do. */
class ChatIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static Process server;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        server = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", System.getProperty("chat.jar"),
                "--server.address=127.0.0.1", "--server.port=" + port).redirectErrorStream(true)
                .redirectOutput(Path.of(System.getProperty("chat.jar")).resolveSibling("server.log").toFile()).start();
        for (int i = 0; i < 600 && status("/actuator/health/readiness") != 200; i++) {
            assertThat(server.isAlive()).isTrue();
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.destroy();
        if (!server.waitFor(30, TimeUnit.SECONDS)) server.destroyForcibly();
    }

    private static int status(String path) throws InterruptedException {
        try {
            return CLIENT.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.US_ASCII));
    }

    /** A STOMP client that has subscribed to the room. */
    private static final class Subscriber implements WebSocket.Listener {
        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                frames.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        WebSocket open(String user) throws Exception {
            WebSocket socket = CLIENT.newWebSocketBuilder().header("Authorization", basic(user)).subprotocols("v12.stomp").connectTimeout(Duration.ofSeconds(10))
                    .buildAsync(URI.create("ws://127.0.0.1:" + port + "/stomp"), this).get(10, TimeUnit.SECONDS);
            socket.sendText("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0", true).get(10, TimeUnit.SECONDS);
            assertThat(frames.poll(10, TimeUnit.SECONDS)).startsWith("CONNECTED\n");
            socket.sendText("SUBSCRIBE\nid:0\ndestination:/topic/room\n\n\0", true).get(10, TimeUnit.SECONDS);
            return socket;
        }
    }

    @Test
    void whatOneSaysReachesTheOthersOverBothProtocols() throws Exception {
        assertThat(status("/")).isEqualTo(401);
        assertThat(lines("bob").readLine()).startsWith("HTTP/1.1 403");
        Subscriber ann = new Subscriber(), bob = new Subscriber();
        WebSocket annSocket = ann.open("ann");
        bob.open("bob");
        String heard = null;
        for (int i = 0; i < 40 && heard == null; i++) {     // Spring handles a subscription and a message of different clients in any order
            annSocket.sendText("SEND\ndestination:/app/say\n\nhello\0", true).get(10, TimeUnit.SECONDS);
            heard = bob.frames.poll(250, TimeUnit.MILLISECONDS);
        }
        assertThat(heard).startsWith("MESSAGE\n").endsWith("\n\nann: hello\0");

        BufferedReader line = lines("ann");
        assertThat(line.readLine()).startsWith("HTTP/1.1 101");
        while (!line.readLine().isEmpty()) {
            // the head of the response
        }
        assertThat(line.readLine()).isEqualTo("said");
        String said = "";
        while (!said.endsWith("\n\nann: by line\0")) said = bob.frames.poll(10, TimeUnit.SECONDS);

        server.destroy();       // SIGTERM: every connection is told before the server stops
        assertThat(line.readLine()).isEqualTo("bye");
        assertThat(bob.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1001);
        assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Opens a connection of the line protocol, says something, and returns what the server sends. */
    private static BufferedReader lines(String user) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(("GET /lines HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: Upgrade\r\nUpgrade: chat-lines/1\r\nAuthorization: " + basic(user)
                + "\r\n\r\nby line\n").getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }
}
