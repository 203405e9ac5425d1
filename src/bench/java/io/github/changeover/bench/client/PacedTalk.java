package io.github.changeover.bench.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/** Messages of WebSocket when they are due, not when the server is ready for more. */
final class PacedTalk extends WebSocketTalk {
    private final ArrayDeque<Long> due = new ArrayDeque<>();
    private final LongConsumer delays;

    /** @param delays is told, for each message that came back, the nanoseconds since it was due */
    PacedTalk(Payloads payloads, LongConsumer delays) {
        super(payloads, true, 0);
        this.delays = delays;
    }

    /** Sends one that was due then; it waits where the socket takes no more, and its time runs. */
    void send(long then) throws IOException {
        due.add(then);
        allow(1);
        goOn();
    }

    /** How many have not come back. */
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
