package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.SessionEnds;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.DeflateAgreement;
import io.github.changeover.websocket.frames.DeflatePool;
import io.github.changeover.websocket.frames.FrameFault;
import io.github.changeover.websocket.frames.FrameLimits;
import io.github.changeover.websocket.frames.FrameReader;
import io.github.changeover.websocket.frames.FrameSink;
import io.github.changeover.websocket.frames.FrameWriter;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCode;
import jakarta.websocket.CloseReason.CloseCodes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;

/**
 * WebSocket on one switched connection: frames are read, checked and unmasked here, and Tyrus makes messages and calls of them.
 * Every way to an end tells the endpoint once.
 */
final class WebSocketHandler implements ConnectionHandler.Events, FrameSink {
    private static final int EMPTY_CLOSE = 2;
    private final UpgradeInfo info;
    private final Optional<DeflateAgreement> deflate;
    private final Shared shared;
    private FrameOutlet outlet;             // null until opened
    private FrameReader reader;
    private Connection tyrus;
    private final long negotiated;
    private SessionEnds.Expected expected;  // null unless an authenticated user's session is watched

    /**
     * What all connections of an application share.
     *
     * @param sendMax bytes that may wait for a session's client after an asynchronous send
     * @param results runs results of asynchronous sends
     */
    record Shared(FrameLimits limits, DeflatePool pool, SessionEnds ends, long sendMax, Executor results) {
    }

    /** @param negotiated when, in nanoseconds: a logout since then counts */
    WebSocketHandler(UpgradeInfo info, Optional<DeflateAgreement> deflate, Shared shared, long negotiated) {
        this.info = info;
        this.deflate = deflate;
        this.shared = shared;
        this.negotiated = negotiated;
    }

    @Override
    public void opened(SwitchedConnection connection) {
        reader = new FrameReader(shared.limits, deflate, shared.pool);
        outlet = new FrameOutlet(connection, new FrameWriter(deflate, shared.pool), reader::closeCame, shared.sendMax, new SerialExecutor(shared.results));
        tyrus = TyrusUpgrade.of(info).<Connection>map(upgrade -> upgrade.open(outlet))
                .orElseGet(() -> info.createConnection(outlet, reason -> outlet.end()));
        UpgradeRequest request = connection.request();
        if (request.principal().isPresent() && request.sessionId().isPresent()) {
            expected = shared.ends.expect(request.sessionId().get(), negotiated, () -> connection.execute(
                    () -> end(CloseCodes.VIOLATED_POLICY, "The user's session has ended.")));
        }
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer octets) {
        reader.read(octets, this);
        if (outlet.isFull()) connection.pause();
    }

    @Override
    public void frames(ByteBuffer frames) {
        if (!reader.closedWithoutCode()) {
            tyrus.getReadHandler().handle(frames);
            return;
        }
        // Tyrus would tell the endpoint of 1000
        frames.limit(frames.limit() - EMPTY_CLOSE);
        if (frames.hasRemaining()) tyrus.getReadHandler().handle(frames);
        end(CloseCodes.NO_STATUS_CODE, "");
    }

    @Override
    public void failed(FrameFault fault) {
        end(CloseCodes.getCloseCode(fault.code()), fault.reason());
    }

    @Override
    public void writable(SwitchedConnection connection) {
        connection.resume();
    }

    /** The peer's end without a Close frame: RFC 6455 section 7.1.5 has 1006 for it. */
    @Override
    public void ended(SwitchedConnection connection) {
        lost("The peer ended the connection without a Close frame.");
        connection.close();
    }

    @Override
    public void idle(SwitchedConnection connection) {
        end(CloseCodes.GOING_AWAY, "Nothing was sent or received for long.");
    }

    @Override
    public void rejected(SwitchedConnection connection, CloseCause cause) {
        if (cause.kind() == CloseCause.Kind.MEMORY) end(CloseCodes.TRY_AGAIN_LATER, "The server holds too many unfinished messages: try again later.");
        else end(CloseCodes.VIOLATED_POLICY, "A message that was begun must be finished faster (changeover.stall).");
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        end(CloseCodes.GOING_AWAY, "The application is going.");
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        if (expected != null) shared.ends.forget(expected);
        if (outlet == null) return;
        lost(cause.kind().toString());
        if (tyrus instanceof MessageReader messages) messages.deliverClose();
        reader.close();
    }

    /** Says goodbye and closes. Does nothing when that has been done. */
    private void end(CloseCode code, String reason) {
        if (tyrus != null) tyrus.close(new CloseReason(code, reason));
    }

    private void lost(String why) {
        outlet.silence();
        end(CloseCodes.CLOSED_ABNORMALLY, why);
    }
}
