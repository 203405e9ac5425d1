package io.github.changeover.bench.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/** Sends WebSocket messages at their due times, independently of the server. */
final class PacedTalk extends WebSocketTalk {
    private final ArrayDeque<Long> due = new ArrayDeque<>();
    private final LongConsumer delays;

    /** @param delays receives, for each echo, the nanoseconds since the due time of its message */
    PacedTalk(Payloads payloads, LongConsumer delays) {
        super(payloads, true, 0);
        this.delays = delays;
    }

    /**
     * Sends a message with this due time. If the socket accepts no more bytes, the message waits, which counts as
     * delay.
     */
    void send(long then) throws IOException {
        due.add(then);
        allow(1);
        goOn();
    }

    /** Returns the number of messages whose echo has not arrived. */
    int awaited() {
        return due.size();
    }

    @Override
    protected void whole(int messages) {
        long now = System.nanoTime();
        for (int i = 0; i < messages; i++) delays.accept(now - due.remove());
        answered(messages);
    }
}
