package io.github.changeover.bench.app;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Sleeps in each callback, as an endpoint that waits for a database, and then sends the message back. */
@ServerEndpoint("/sleeping")
public final class SleepingEndpoint {
    private static final long MILLIS = 100;

    @OnMessage
    public String text(String message) throws InterruptedException {
        Thread.sleep(MILLIS);
        return message;
    }
}
