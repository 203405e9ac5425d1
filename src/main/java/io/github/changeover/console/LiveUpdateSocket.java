package io.github.changeover.console;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.websocket.frames.CloseFrame;
import io.github.changeover.websocket.frames.DeflaterPool;
import io.github.changeover.websocket.frames.FrameFault;
import io.github.changeover.websocket.frames.FrameLimits;
import io.github.changeover.websocket.frames.FrameListener;
import io.github.changeover.websocket.frames.FrameMemoryListener;
import io.github.changeover.websocket.frames.FrameReader;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** The WebSocket of one page. It sends changes of the application's state. Messages from the page are ignored. */
final class LiveUpdateSocket implements ConnectionHandler.Events, FrameListener, LiveUpdates.Page {
    private static final FrameLimits SMALL = new FrameLimits(4096, 4096);
    private static final int GOING_AWAY = 1001, POLICY_VIOLATION = 1008;
    private final LiveUpdates updates;
    private final Supplier<Optional<String>> changes;
    private final ViewerPermission permission;
    private final FrameReader reader = new FrameReader(SMALL, Optional.empty(), new DeflaterPool(), FrameMemoryListener.UNCOUNTED);
    private volatile SwitchedConnection connection;

    /**
     * @param changes     returns the changes since its last call as JSON; empty while the application is starting or stopping
     * @param permission the connection closes when it ends
     */
    LiveUpdateSocket(LiveUpdates updates, Supplier<Optional<String>> changes, ViewerPermission permission) {
        this.updates = updates;
        this.changes = changes;
        this.permission = permission;
    }

    @Override
    public void opened(SwitchedConnection openedConnection) {
        connection = openedConnection;
        updates.opened(this);
        permission.begin(() -> openedConnection.execute(() -> close(CloseFrame.of(POLICY_VIOLATION, "The login or the console's cookie has expired."))));
    }

    /** Called on the console's thread. Sends less often to a slow page. */
    @Override
    public void sendChanges() {
        permission.check();
        if (connection.queued() == 0) changes.get().ifPresent(json -> send(OutgoingFrame.text(json)));
    }

    private void send(OutgoingFrame frame) {
        connection.send(frame.bytes());
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        reader.read(bytes, this);
    }

    @Override
    public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
        if (opcode == Opcode.PING) send(OutgoingFrame.of(Opcode.PONG, true, bytes, from, to - from));
        else if (opcode == Opcode.CLOSE) close(CloseFrame.of(from == to ? 1005 : 1000, ""));
    }

    @Override
    public boolean wantsWhole(int opcode) {
        return false;
    }

    @Override
    public void unfinished(long bytes) {
        connection.advanced().unfinishedMessage(bytes);
    }

    @Override
    public void failed(FrameFault fault) {
        close(CloseFrame.of(fault));
    }

    @Override
    public void idle(SwitchedConnection same) {
        close(CloseFrame.of(GOING_AWAY, "The connection was idle for too long."));
    }

    @Override
    public void drain(SwitchedConnection same, Duration grace) {
        close(CloseFrame.of(GOING_AWAY, "The server is closing the connection."));
    }

    private void close(OutgoingFrame frame) {
        send(frame);
        connection.close();
    }

    @Override
    public void closed(SwitchedConnection same, CloseCause cause) {
        updates.closed(this);
        permission.end();
        reader.close();
    }
}
