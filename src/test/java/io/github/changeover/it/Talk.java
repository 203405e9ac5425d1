package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.AnyCertificate;
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

/** The JDK's WebSocket client. What comes is told as words: {@code text hello}, {@code binary 3}, {@code pong x}, {@code close 1000 bye}. */
final class Talk implements AutoCloseable, WebSocket.Listener {
    private static final HttpClient CLIENT = HttpClient.newBuilder().sslContext(AnyCertificate.context()).version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private int bytes;
    private WebSocket socket;

    private Talk() {
    }

    /** Fields are names and values in turn. */
    static Talk to(URI server, String path, String subprotocol, String... fields) {
        Talk talk = new Talk();
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

    static Talk to(URI server, String path) {
        return to(server, path, "");
    }

    /** The status with which a handshake was refused. */
    static int refused(URI server, String path, String... fields) {
        try (Talk let = to(server, path, "", fields)) {
            throw new AssertionError("let in: " + let.subprotocol());
        } catch (CompletionException refused) {
            assertThat(refused.getCause()).isInstanceOf(java.net.http.WebSocketHandshakeException.class);
            return ((java.net.http.WebSocketHandshakeException) refused.getCause()).getResponse().statusCode();
        }
    }

    Talk say(String words) {
        socket.sendText(words, true).join();
        return this;
    }

    Talk say(String part, boolean last) {
        socket.sendText(part, last).join();
        return this;
    }

    Talk say(byte[] message) {
        return say(message, true);
    }

    Talk say(byte[] part, boolean last) {
        socket.sendBinary(ByteBuffer.wrap(part), last).join();
        return this;
    }

    /** What is too long may be refused, and the client's side ended, before all of it is sent. */
    Talk sayTooMuch(byte[] message) {
        socket.sendBinary(ByteBuffer.wrap(message), true);
        return this;
    }

    Talk ping(String words) {
        socket.sendPing(ByteBuffer.wrap(words.getBytes(StandardCharsets.UTF_8))).join();
        return this;
    }

    Talk goodbye(int code, String reason) {
        socket.sendClose(code, reason).join();
        return this;
    }

    String subprotocol() {
        return socket.getSubprotocol();
    }

    /** What comes next. */
    String next() {
        try {
            String word = heard.poll(10, TimeUnit.SECONDS);
            assertThat(word).as("something within ten seconds").isNotNull();
            return word;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    String ask(String words) {
        return say(words).next();
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
