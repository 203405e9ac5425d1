package io.github.changeover.bench.server;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** The endpoint of the demo for the containers' own engines, with a larger message limit: the default of Tomcat is 8 KiB. */
@ServerEndpoint("/echo")
public final class EchoEndpoint {
    private static final int LARGEST = 64 * 1024;

    @OnMessage(maxMessageSize = LARGEST)
    public String text(String message) {
        return message;
    }

    @OnMessage(maxMessageSize = LARGEST)
    public ByteBuffer binary(ByteBuffer message) {
        return message;
    }
}
