package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.websocket.frames.FrameMemoryListener;

/** Counts the memory that the messages of one session hold, against the application's limit (changeover.memory.max). Used in callbacks only. */
final class MessageMemory implements FrameMemoryListener {
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

    /** Called before the application's code is called: the counted memory cannot be released before that code returns. */
    void pin() {
        if (held == 0) return;
        pinned = true;
        connection.pin(held);
    }

    /** Called when the application's code has returned. */
    void unpin() {
        if (!pinned) return;
        pinned = false;
        connection.pin(0);
    }

    /** Reports that this many bytes of an unfinished message have arrived. */
    void unfinished(long bytes) {
        connection.unfinishedMessage(bytes);
    }
}
