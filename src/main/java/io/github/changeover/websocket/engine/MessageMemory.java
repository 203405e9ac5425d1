package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.websocket.frames.FrameMemory;

/** Counts what the messages of one session hold, against the application's budget (changeover.memory.max). In callbacks only. */
final class MessageMemory implements FrameMemory {
    private final AdvancedConnection connection;
    private long held;
    private boolean pinned;

    MessageMemory(AdvancedConnection connection) {
        this.connection = connection;
    }

    @Override
    public boolean charge(long bytes) {
        held += bytes;
        return connection.charge(bytes);
    }

    @Override
    public void release(long bytes) {
        held -= bytes;
        connection.release(bytes);
    }

    /** The application's code is called now: what is held cannot be released before it returns. */
    void pin() {
        if (held == 0) return;
        pinned = true;
        connection.pin(held);
    }

    /** It has returned. */
    void unpin() {
        if (!pinned) return;
        pinned = false;
        connection.pin(0);
    }

    /** So many bytes of a message that is not finished have arrived. */
    void unfinished(long bytes) {
        connection.unfinishedMessage(bytes);
    }
}
