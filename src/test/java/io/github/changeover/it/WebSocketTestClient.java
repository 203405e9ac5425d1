package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.TrustAllTls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The JDK's WebSocket client. It reports events as text: {@code text hello}, {@code binary 3}, {@code pong x}, {@code close 1000 bye}. */
final class WebSocketTestClient implements AutoCloseable, WebSocket.Listener {
    private static final HttpClient CLIENT = HttpClient.newBuilder().sslContext(TrustAllTls.context()).version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private int bytes;
    private WebSocket socket;

    private WebSocketTestClient() {
    }

    /** The fields are names and values in turn. */
    static WebSocketTestClient to(URI server, String path, String subprotocol, String... fields) {
        WebSocketTestClient talk = new WebSocketTestClient();
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(10));
        if (!subprotocol.isEmpty()) {
            String[] all = subprotocol.split(",");
            builder.subprotocols(all[0], java.util.Arrays.copyOfRange(all, 1, all.length));
        }
        for (int i = 0; i < fields.length; i += 2) builder.header(fields[i], fields[i + 1]);
        String address = server.toString().replaceFirst("^http", "ws") + path;
        talk.socket = builder.buildAsync(URI.create(address), talk).join();
        return talk;
    }

    static WebSocketTestClient to(URI server, String path) {
        return to(server, path, "");
    }

    /** The status with which a handshake was rejected. */
    static int rejectedStatus(URI server, String path, String... fields) {
        try (WebSocketTestClient let = to(server, path, "", fields)) {
            throw new AssertionError("let in: " + let.subprotocol());
        } catch (CompletionException refused) {
            assertThat(refused.getCause()).isInstanceOf(java.net.http.WebSocketHandshakeException.class);
            return ((java.net.http.WebSocketHandshakeException) refused.getCause()).getResponse().statusCode();
        }
    }

    WebSocketTestClient send(String words) {
        socket.sendText(words, true).join();
        return this;
    }

    WebSocketTestClient send(String part, boolean last) {
        socket.sendText(part, last).join();
        return this;
    }

    WebSocketTestClient send(byte[] message) {
        return send(message, true);
    }

    WebSocketTestClient send(byte[] part, boolean last) {
        socket.sendBinary(ByteBuffer.wrap(part), last).join();
        return this;
    }

    /** Sends a message that is too long. The server may reject it and close the connection before all bytes are sent. */
    WebSocketTestClient sendTooMuch(byte[] message) {
        socket.sendBinary(ByteBuffer.wrap(message), true);
        return this;
    }

    WebSocketTestClient ping(String words) {
        socket.sendPing(ByteBuffer.wrap(words.getBytes(StandardCharsets.UTF_8))).join();
        return this;
    }

    WebSocketTestClient close(int code, String reason) {
        socket.sendClose(code, reason).join();
        return this;
    }

    String subprotocol() {
        return socket.getSubprotocol();
    }

    /** Waits for the next event. */
    String nextEvent() {
        try {
            String word = heard.poll(10, TimeUnit.SECONDS);
            assertThat(word).as("something within ten seconds").isNotNull();
            return word;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    String ask(String words) {
        return send(words).nextEvent();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            heard.add("text " + text);
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
        bytes += part.remaining();
        if (last) {
            heard.add("binary " + bytes);
            bytes = 0;
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
        heard.add("pong " + StandardCharsets.UTF_8.decode(message));
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        heard.add("close " + code + " " + reason);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        heard.add("error " + failure.getClass().getSimpleName());
    }

    @Override
    public void close() {
        if (socket != null) socket.abort();
    }
}
