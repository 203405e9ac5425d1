package io.github.changeover.demo;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** {@code websocket} on {@code /echo}: sends every message back unchanged. */
@ServerEndpoint(value = "/echo", subprotocols = {"v2.echo", "v1.echo"})
public final class EchoSocket {
    /** For the container. */
    public EchoSocket() {
    }

    @OnMessage
    public String text(String message) {
        return message;
    }

    @OnMessage
    public ByteBuffer binary(ByteBuffer message) {
        return message;
    }
}
